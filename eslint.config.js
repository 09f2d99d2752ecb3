import neostandard, { resolveIgnoresFromGitignore } from 'neostandard'

const strict = {
  files: ['**/*.ts'],
  rules: {
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-non-null-assertion': 'error',
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
    'no-console': 'error'
  }
}

// `/config/` of .gitignore is the folder at the root; neostandard makes any folder of that name of it, such as src/config.
const gitignored = resolveIgnoresFromGitignore().filter(pattern => pattern !== '**/config/**')

export default [
  ...neostandard({ ts: true, ignores: [...gitignored, 'src/client/schema.ts', 'src/caller/endpoints.ts'] }),
  strict,
  { files: ['src/main.ts', 'sandbox/**'], rules: { 'no-console': 'off' } }
]
