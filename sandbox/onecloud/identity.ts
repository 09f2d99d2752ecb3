import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { AccessKey, Person, World } from './world.ts'
import { badInput, classForbidden, duplicateName, listForbidden, noHandler, refuse } from './failures.ts'
import { allowedScope, callerOf, findToken, issueToken, tokenBody } from './tokens.ts'
import { hexId, isObject, objectOf, textOf, type Json } from './values.ts'
import { verifyAccessKey } from './aksk.ts'
import { readBody, readInput } from './body.ts'

interface Proof {
  readonly person: Person
  readonly method: string
  readonly accessKey: AccessKey | undefined
}

const unauthorized = (reason: string) => refuse(401, 'UnauthorizedError', `unauthorized ${reason}`)

/** `/v3/...`; `parts` are the path pieces behind the version. */
export const identityReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const path = parts.join('/')
  if (path === 'auth/tokens') {
    switch (request.method) {
      case 'POST': return signIn(world, request)
      case 'GET': return verify(world, request)
      case 'DELETE': return revoke(world, request)
    }
  }
  if (path === 'projects' && request.method === 'GET') return listProjects(world, request)
  if (path === 'projects' && request.method === 'POST' && world.knobs.inferred) return createProject(world, request)
  throw noHandler()
}

const signIn = (world: World, request: SimulatedRequest): SimulatedReply => {
  const body = readBody(request)
  if (!isObject(body)) throw badInput('fail to decode request body')
  const auth = objectOf(body['auth'])
  const proof = prove(world, objectOf(auth['identity']))
  const scope = proof.accessKey === undefined
    ? scopeOf(world, proof.person, objectOf(auth['scope']))
    : { projectId: proof.accessKey.projectId, domainId: '' }
  const token = issueToken(world, { ...proof, ...scope })
  return {
    status: world.knobs.tokenStatus,
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
    case 'token': {
      const id = textOf(objectOf(identity['token'])['id'])
      const token = findToken(world, id)
      if (token === undefined) throw unauthorized(`authUserByTokenV3: token.TokenStrDecode: token "${id}" not found: [auth] token not found`)
      return { person: token.person, method, accessKey: undefined }
    }
    case 'aksk': {
      const key = verifyAccessKey(world, identity['access_key_secret'])
      const person = world.people.find(candidate => candidate.id === key.userId)
      if (person === undefined) throw unauthorized('authUserByAccessKeyV3: user not found')
      return { person: active(world, person), method, accessKey: key }
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
  const failed = world.failedLogins.get(person.id) ?? 0
  if (world.knobs.maxFailedLogins > 0 && failed >= world.knobs.maxFailedLogins) {
    throw refuse(429, 'TooManyFailedAttempts', 'Authenticate: TooManyFailedAttempts')
  }
  if (textOf(user['password']) !== person.password) {
    world.failedLogins.set(person.id, failed + 1)
    throw refuse(401, 'WrongPassword', 'Authenticate: usrExt.VerifyPassword: WrongPassword')
  }
  world.failedLogins.delete(person.id)
  return active(world, person)
}

const active = (world: World, person: Person): Person => {
  if (person.admin || world.knobs.userState === 'active') return person
  const className = world.knobs.userState === 'disabled' ? 'UserDisabled' : 'UserLocked'
  throw refuse(423, className, `Authenticate: ${className}`)
}

const scopeOf = (world: World, person: Person, scope: Json): { projectId: string, domainId: string } => {
  const project = objectOf(scope['project'])
  const wanted = textOf(project['id']) || textOf(project['name'])
  if (wanted !== '') {
    domainOf(world, project)
    const found = world.projects.find(candidate => candidate.id === wanted || candidate.name === wanted)
    if (found === undefined) throw unauthorized('ProjectManager.FetchProject: q.First: sql: no rows in result set')
    if (!person.projects.includes(found.id)) throw unauthorized(`getTokenV3: project "${found.name}": [auth] user not in project`)
    return { projectId: found.id, domainId: '' }
  }
  const domainId = domainOf(world, { domain: scope['domain'] })
  if (domainId !== '') throw unauthorized('getTokenV3: [auth] user not in project')
  return { projectId: '', domainId }
}

const subjectOf = (world: World, request: SimulatedRequest) => {
  if (findToken(world, request.headers['x-auth-token']) === undefined) {
    throw refuse(403, 'ForbiddenError', 'not enough privilege (require:system,allow:none)')
  }
  const subject = findToken(world, request.headers['x-subject-token'])
  if (subject === undefined) throw unauthorized('token.TokenStrDecode: [auth] token not found')
  return subject
}

const verify = (world: World, request: SimulatedRequest): SimulatedReply => {
  const subject = subjectOf(world, request)
  return { status: 200, headers: { 'x-subject-token': subject.id }, body: { token: tokenBody(world, subject) } }
}

const revoke = (world: World, request: SimulatedRequest): SimulatedReply => {
  world.tokens.delete(subjectOf(world, request).id)
  return { status: 204 }
}

const listProjects = (world: World, request: SimulatedRequest): SimulatedReply => {
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (!caller.admin) throw listForbidden('identity', 'projects', 'domain', allowedScope(caller))
  const projects = world.projects.map(({ id, name, domainId }) => ({ id, name, domain_id: domainId, enabled: true }))
  return { status: 200, body: { limit: world.knobs.maxPage, projects, total: projects.length } }
}

/** Taken from how the other collections work: nobody has shown it. */
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
