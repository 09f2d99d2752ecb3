import { loginLinkSchema, ownerSchema } from '../domain/catalog.ts'
import { ownerSpecSchema } from '../domain/spec.ts'
import { parseOptions, refuseMissing } from './members.ts'
import { emptyBody, ownerAnswer, pageAnswer } from './schemas.ts'
import { direct, forward, listing, none } from './verb.ts'

const list = listing({
  operationId: 'listOwners',
  action: 'owners.list',
  tag: 'Owners',
  summary: 'List owners',
  description: 'Returns one page of the owners that servers can belong to, such as clients or projects.',
  path: '/owners',
  answer: pageAnswer('owners', 'OwnerPage', ownerSchema),
  bind: (verbs, permit) => {
    const { verb } = permit(verbs['owners.list'])
    return { verb, run: async () => await verb.run() }
  },
  keyOf: ({ id }) => id
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
  body: none,
  answer: { description: 'The owner', schema: ownerSchema },
  bind: (verbs, permit, { params: { owner } }) => {
    const { verb } = permit(verbs['owners.list'])
    return { verb, run: async () => await verb.get(owner) }
  }
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
  body: ownerSpecSchema,
  answer: { status: 201, description: 'The owner', schema: ownerAnswer },
  bind: (verbs, permit, { body: spec }) => {
    const { verb, parameters } = permit(verbs['owners.create'])
    refuseMissing(verb.requires.filter(member => member !== 'options'), spec)
    const options = parseOptions(verb.options, spec.options)
    return { verb, run: async () => await verb.run({ ...parameters, ...spec, options }) }
  }
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
  body: emptyBody('CreateLoginLinkRequest'),
  answer: { status: 201, description: 'The link', schema: loginLinkSchema, isSecret: true },
  bind: forward(verbs => verbs.login_link)
})

export const ownerVerbs = [list, get, create, createLoginLink]
