import { createHmac, timingSafeEqual } from 'node:crypto'
import { isRecord, parseJson } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { badInput, classForbidden, duplicateName, listForbidden, noHandler, refuse } from './failures.ts'
import type { AccessKey, Person } from './people.ts'
import { allowedScope, callerOf, issueToken, tokenBody } from './tokens.ts'
import { hexId, objectOf, readBody, readInput, textOf, type Json } from './values.ts'
import type { World } from './world.ts'

interface Proof {
  readonly person: Person
  readonly method: string
  readonly accessKey: AccessKey | undefined
}

const unauthorized = (reason: string) => refuse(401, 'UnauthorizedError', `unauthorized ${reason}`)

/** `/v3/...`; `parts` are the path pieces behind the version. */
export const identityReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  switch (`${request.method} ${parts.join('/')}`) {
    case 'POST auth/tokens': return signIn(world, request)
    case 'GET projects': return listProjects(world, request)
    case 'POST projects': return createProject(world, request)
    default: throw noHandler()
  }
}

const signIn = (world: World, request: SimulatedRequest): SimulatedReply => {
  const body = readBody(request)
  if (!isRecord(body)) throw badInput('fail to decode request body')
  const auth = objectOf(body['auth'])
  const proof = prove(world, objectOf(auth['identity']))
  const projectId = proof.accessKey === undefined ? scopeOf(world, proof.person, objectOf(auth['scope'])) : proof.accessKey.projectId
  const token = issueToken(world, { ...proof, projectId })
  return {
    status: world.behavior.tokenStatus,
    headers: { 'x-subject-token': token.id },
    body: { id: token.id, token: tokenBody(world, token) }
  }
}

const prove = (world: World, identity: Json): Proof => {
  const methods = identity['methods']
  if (!Array.isArray(methods) || methods.length !== 1) throw unauthorized('[auth] invalid auth methods')
  const method = textOf(methods[0])
  switch (method) {
    case 'password':
      return { person: byPassword(world, objectOf(objectOf(identity['password'])['user'])), method, accessKey: undefined }
    case 'aksk': {
      const key = verifyAccessKey(world, identity['access_key_secret'])
      const person = world.people.find(candidate => candidate.id === key.userId)
      if (person === undefined) throw unauthorized('authUserByAccessKeyV3: user not found')
      return { person, method, accessKey: key }
    }
    default: throw unauthorized(`[auth] unsupported auth method ${method}`)
  }
}

const domainOf = (world: World, holder: Json): string => {
  const domain = objectOf(holder['domain'] ?? holder['Domain'])
  const wanted = textOf(domain['id']) || textOf(domain['name'])
  if (wanted === '') return ''
  const found = [...world.domains].find(([id, name]) => id === wanted || name === wanted)
  if (found === undefined) throw refuse(404, 'UserNotFound', `domain ${wanted}: UserNotFound`)
  return found[0]
}

const byPassword = (world: World, user: Json): Person => {
  const domainId = domainOf(world, user)
  const id = textOf(user['id'])
  const name = textOf(user['name'])
  const found = world.people.filter(person =>
    (id === '' ? person.name === name : person.id === id) && (domainId === '' || person.domainId === domainId))
  const [person, another] = found
  if (person === undefined) throw refuse(404, 'UserNotFound', 'idp: UserNotFound')
  if (another !== undefined) throw refuse(409, 'ConflictError', 'duplicate username')
  if (textOf(user['password']) !== person.password) throw refuse(401, 'WrongPassword', 'Authenticate: usrExt.VerifyPassword: WrongPassword')
  return person
}

const scopeOf = (world: World, person: Person, scope: Json): string => {
  const project = objectOf(scope['project'])
  const wanted = textOf(project['id']) || textOf(project['name'])
  if (wanted !== '') {
    domainOf(world, project)
    const found = world.projects.find(candidate => candidate.id === wanted || candidate.name === wanted)
    if (found === undefined) throw unauthorized('ProjectManager.FetchProject: q.First: sql: no rows in result set')
    if (!person.projects.includes(found.id)) throw unauthorized(`getTokenV3: project "${found.name}": [auth] user not in project`)
    return found.id
  }
  // No user can be assigned to a domain.
  if (scope['domain'] !== undefined) throw unauthorized('getTokenV3: [auth] user not in project')
  return ''
}

const listProjects = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (!caller.admin) throw listForbidden('identity', 'projects', 'domain', allowedScope(caller))
  const projects = world.projects.map(({ id, name, domainId }) => ({ id, name, domain_id: domainId, enabled: true }))
  return { status: 200, body: { limit: world.behavior.maxPage, projects, total: projects.length } }
}

const createProject = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (!caller.admin) throw classForbidden(allowedScope(caller))
  const name = textOf(readInput(request, 'project')['name'])
  if (name === '') throw badInput('missing name')
  if (world.projects.some(project => project.name === name)) throw duplicateName('project', name)
  const project = { id: hexId(`project-${name}`), name, domainId: 'default' }
  world.projects.push(project)
  return { status: 200, body: { project: { id: project.id, name, domain_id: project.domainId, enabled: true } } }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const refused = (reason: string) => refuse(401, 'UnauthorizedError', `unauthorized authUserByAccessKeyV3: ${reason}`)

/** Verifies a signature with access key and secret; the string to sign is taken as sent, never derived again. */
const verifyAccessKey = (world: World, text: unknown): AccessKey => {
  const sent = typeof text === 'string' ? parseJson(text) : undefined
  if (!isRecord(sent)) throw refused('Decode: invalid access key secret')
  const key = world.accessKeys.find(candidate => candidate.id === sent['access_key'])
  if (key === undefined) throw refused('CredentialManager.FetchById: sql: no rows in result set')
  if (sent['algorithm'] !== 'AWS4-HMAC-SHA256') throw refused('Decode: unsupported algorithm')
  const day = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}Z$/.exec(textOf(sent['sign_date']))
  if (day === null || !Array.isArray(sent['signed_headers'])) throw refused('Decode: invalid sign_date or signed_headers')
  const derived = [`${day[1]}${day[2]}${day[3]}`, textOf(sent['location']), 's3', 'aws4_request']
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secret}`)
  const wanted = hmac(derived, textOf(sent['request']))
  const given = Buffer.from(textOf(sent['signature']), 'hex')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw refused('Verify: signature mismatch')
  return key
}
