import { ownerSpecSchema } from '../domain/spec.ts'
import { givenMembers, parseOptions, refuseMissing } from './members.ts'
import { accountParams, ownerParams } from './params.ts'
import { loginLinkSchema, ownerAnswer, ownerPageSchema, ownerSchema } from './resource-schemas.ts'
import { noQuery } from '../domain/parameter.ts'
import { namedEmptyBody, pageQuery, writeQuery } from './schemas.ts'
import { bound, direct, listing, none } from './verb.ts'

const list = listing({
  operationId: 'listOwners',
  action: 'owners.list',
  tag: 'Owners',
  summary: 'List owners',
  description: 'Returns one page of the owners that servers can belong to, such as clients or projects.',
  path: '/owners',
  params: accountParams,
  query: pageQuery,
  answer: { description: 'A page of owners', schema: ownerPageSchema },
  toCall: () => ({
    bind: ({ 'owners.list': verb }) => verb && { verb, ready: () => async () => (await verb.run()).map(row => ({ key: row.id, row })) }
  })
})

const get = direct({
  operationId: 'getOwner',
  action: 'owners.list',
  tag: 'Owners',
  summary: 'Get an owner',
  description: 'Returns one owner.',
  method: 'GET',
  path: '/owners/:owner',
  permission: 'read',
  params: ownerParams,
  query: noQuery,
  body: none,
  answer: { description: 'The owner', schema: ownerSchema },
  toCall: ({ params: { owner } }) => ({
    bind: ({ 'owners.list': verb }) => verb && { verb, ready: () => async () => await verb.get(owner) }
  })
})

const create = direct({
  operationId: 'createOwner',
  action: 'owners.create',
  tag: 'Owners',
  summary: 'Create an owner',
  description: 'Creates an owner at the provider.',
  method: 'POST',
  path: '/owners',
  permission: 'write',
  params: accountParams,
  query: writeQuery,
  body: ownerSpecSchema,
  answer: { status: 201, description: 'The owner', schema: ownerAnswer },
  toCall: ({ body: spec }) => ({
    given: givenMembers(spec),
    bind: ({ 'owners.create': verb }) => verb && {
      verb,
      ready: own => {
        const given = new Map<string, unknown>(Object.entries(spec))
        refuseMissing(verb.requires.filter(member => given.get(member) === undefined && member !== 'options').map(member => `body.${member}`))
        const options = parseOptions(verb.options, spec.options)
        return async () => await verb.run({ ...own, ...spec, options })
      }
    }
  })
})

const createLoginLink = direct({
  operationId: 'createLoginLink',
  action: 'login_link',
  tag: 'Owners',
  summary: 'Create a login link',
  description: 'Returns a link that signs an owner in to the provider\'s panel. The link is returned once.',
  method: 'POST',
  path: '/owners/:owner/login-link',
  permission: 'admin',
  mayHaveKey: () => false,
  params: ownerParams,
  query: writeQuery,
  body: namedEmptyBody('CreateLoginLinkRequest'),
  answer: { status: 201, description: 'The link', schema: loginLinkSchema, isSecret: true },
  toCall: ({ params: { owner } }) => ({
    bind: verbs => bound(verbs.login_link, () => ({ owner }))
  })
})

export const ownerVerbs = [list, get, create, createLoginLink]
