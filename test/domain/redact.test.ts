import fc from 'fast-check'
import t from 'tap'
import { createCut, redacted } from '../../src/domain/cut-secrets.ts'
import { redact } from '../../src/domain/redact.ts'

/** Of the characters that credentials are made of. */
const secretText = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/= &%"'), minLength, maxLength })
const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const windowsOf = (secret: string): string[] => Array.from(
  { length: Math.max(0, secret.length - 15) }, (_, at) => secret.slice(at, at + 16)
)
const isHidden = (shown: string, secrets: readonly string[]): boolean =>
  secrets.every(secret => windowsOf(secret).every(window => !shown.includes(window)))

t.test('no run of 16 characters of a secret survives in any text', async t => {
  const cutRuns = fc.record({
    secrets: fc.array(secretText(16, 90), { minLength: 1, maxLength: 4 }),
    pieces: fc.array(
      fc.record({ which: fc.nat(), start: fc.nat(), length: fc.integer({ min: 1, max: 90 }), before: anyText }),
      { minLength: 1, maxLength: 6 }
    )
  })
  fc.assert(fc.property(cutRuns, ({ secrets, pieces }) => {
    const text = pieces.map(({ which, start, length, before }) => {
      const secret = secrets[which % secrets.length] ?? ''
      const from = start % secret.length
      return `${before}${secret.slice(from, from + length)}`
    }).join('')
    return isHidden(createCut(secrets)(text), secrets)
  }), { numRuns: 2000 })
  t.pass()
})

t.test('also if secrets and text consist of few characters, so that runs overlap and repeat', async t => {
  const few = (minLength: number, maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength })
  const some = fc.array(few(16, 40), { minLength: 1, maxLength: 3 })
  fc.assert(fc.property(some, few(0, 200), (secrets, text) => isHidden(createCut(secrets)(text), secrets)), { numRuns: 2000 })
  t.pass()
})

t.test('a whole secret never survives, also percent-encoded, escaped in JSON or as the password of Basic', async t => {
  const isSound = (secret: string): boolean => secret.trim() !== '' && !redacted.includes(secret) && !/^[ =%&".+/-]*$/.test(secret)
  fc.assert(fc.property(secretText(8, 40).filter(isSound), anyText, anyText, fc.string({ maxLength: 9 }), (secret, before, after, user) => {
    const cut = createCut([secret])
    const basic = Buffer.from(`${user}:${secret}`).toString('base64')
    const back = Buffer.from(cut(basic).replace(redacted, ''), 'base64').toString('latin1')
    return !cut(`${before}${secret}${after}`).includes(secret) && cut(encodeURIComponent(secret)) === redacted &&
      cut(JSON.stringify({ said: secret })) === `{"said":"${redacted}"}` && !back.includes(secret)
  }), { numRuns: 1000 })
  t.equal(createCut(['abcd'])('xabcdx'), `x${redacted}x`)
  t.equal(createCut(['abc'])('xabcx'), 'xabcx', 'shorter ones would cut words')
})

t.test('text without secrets stays unchanged', async t => {
  const secret = 'Zq7WmX2kVb9TnR4y'
  const plain = fc.string({ unit: fc.constantFrom(...'abcdef 0123456789-:/.'), maxLength: 300 })
  fc.assert(fc.property(plain, text => createCut([secret])(text) === text))
  t.equal(createCut(['A'.repeat(40)])('A'.repeat(15)), 'A'.repeat(15), 'fifteen characters are no run')
  t.equal(
    createCut(['one-Secret-of-24-letters'])('said -of-24-letters and one-Secret-of-2 only'),
    'said -of-24-letters and one-Secret-of-2 only'
  )
  t.equal(createCut([])('text'), 'text')
})

t.test('half a token in the middle of a message is removed', async t => {
  const token = 'kQ3vT8xZ1mB6nR4yW9pL2sD7fG5hJ0cVaXbYcZdEeFfGgHhIiJjKkLlMmNnOoPpQ'
  t.equal(
    createCut([token])(`limit of 3600 requests per hour reached for ${token.slice(0, 32)}…`),
    `limit of 3600 requests per hour reached for ${redacted}…`
  )
})

t.test('a hostile text costs no more than its length', async t => {
  const token = 'ab'.repeat(500)
  const cut = createCut([token, 'a'.repeat(1000), 'kQ3vT8xZ1mB6nR4yW9pL2sD7fG5hJ0cV'])
  for (const text of [token.repeat(1000), 'a'.repeat(1_000_000), `kQ3vT8xZ1mB6nR4${'-'}`.repeat(60_000)]) {
    const shown = cut(text)
    t.ok(shown.length <= text.length)
    t.notMatch(shown, 'abababababababab')
  }
})

const shownOf = (value: unknown, names: readonly string[] = [], secrets: readonly string[] = []): unknown =>
  JSON.parse(JSON.stringify(redact(value, new Set(names), createCut(secrets))))

t.test('in a row of name and value the value is hidden by its name, and the name is shown', async t => {
  const rows = [
    { id: 1, key: '__vnc_password', value: 'hunter2' }, { key: 'login_key', value: 'x==' }, { Key: 'adminPass', Value: 'hunter2' }, {
      name: 'password', value: ['hunter2']
    },
    { name: 'X-Auth-Token', value: 'hunter2' }, { k: 'api_key', v: 'hunter2' }, { field: 'user_data', val: { text: 'hunter2' } }, {
      key: 'uuid', value: 'hunter2'
    }
  ]
  for (const row of rows) {
    const isValue = (name: string): boolean => /^(value|Value|val|v)$/.test(name)
    const hidden = Object.fromEntries(Object.entries(row).map(([name, member]) => [name, isValue(name) ? redacted : member]))
    t.same(shownOf([row], ['uuid']), [hidden])
  }
  const plain = [
    { key: 'os_version', value: '9' }, { key: 'password', value: '' }, { key: 'password_set', value: true }, { name: 'web-token', id: 5 },
    { value: 5 }
  ]
  t.same(shownOf(plain), plain)
  t.same(
    shownOf({ key: 'c2VjcmV0IG1hdGVyaWFs==', value: 'x' }), { key: redacted, value: 'x' },
    'a key that is no name is hidden, as one without a value'
  )
  t.same(shownOf({ key: 'ssh', name: 'password', value: 'hunter2' }), { key: 'ssh', name: 'password', value: redacted }, 'any of its names')
})

t.test('a text that contains JSON is treated like the value that it contains', async t => {
  const params = { name: 'web', password: 'hunter2', deep: [{ key: 'root_password', value: 'hunter2' }] }
  const hidden = { name: 'web', password: redacted, deep: [{ key: 'root_password', value: redacted }] }
  t.same(shownOf({ key: 'create_params', value: JSON.stringify(params) }), { key: 'create_params', value: JSON.stringify(hidden) })
  t.same(
    shownOf({ notes: ` ${JSON.stringify([JSON.stringify(params)])}` }), { notes: JSON.stringify([JSON.stringify(hidden)]) },
    'a text within a text'
  )
  t.same(
    shownOf({ notes: JSON.stringify(JSON.stringify(params)) }), { notes: JSON.stringify(JSON.stringify(hidden)) },
    'or nothing but a text'
  )
  t.same(
    shownOf({ notes: '{"password": "hunter2", "password": ""}' }), { notes: '{"password":""}' },
    'of two members of one name none is shown'
  )
  t.same(
    shownOf({ notes: '{"said": "a\\u0026b-hunter2"}' }, [], ['a&b-hunter2']), { notes: `{"said":"${redacted}"}` },
    'a known secret in JSON\'s escapes'
  )
  t.same(shownOf({ notes: '{"host_id": "h-1"}' }, ['host_id']), { notes: `{"host_id":"${redacted}"}` }, 'a vendor\'s own names count')
})

t.test('JSON texts without secrets, and texts that only look like JSON, stay unchanged', async t => {
  const texts = ['[12, 15]', '{"a":  12345678901234567890}', '{ token', '[secret]', '"token', '{}', '', '[]']
  for (const text of texts) t.equal(redact(text), text)
})

t.test('JSON texts that are too large or nested too deep to be inspected are hidden', async t => {
  t.equal(redact(`{"password":"hunter2","more":"${'x'.repeat(1024 * 1024)}"}`), redacted)
  let text = JSON.stringify({ password: 'hunter2' })
  for (let layer = 0; layer < 11; layer += 1) text = JSON.stringify([text])
  const shown = JSON.stringify(redact(text))
  t.notMatch(shown, 'hunter2')
  t.match(shown, redacted)
  t.notMatch(JSON.stringify(redact(`${'['.repeat(50_000)}"token hunter2"${']'.repeat(50_000)}`)), 'hunter2')
})
