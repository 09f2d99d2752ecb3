import { z } from 'zod'
import type { Owner } from '../../domain/catalog.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Token, Upstream } from '../contract.ts'
import type { AllVerbs } from '../verbs.ts'
import { missing } from '../kit/ids.ts'
import { jsonRequest } from '../kit/send.ts'
import { baseOf, type OnecloudSend } from './send.ts'
import { listFailure, nameFailure } from './failures.ts'
import { pageQuery, readAll, scopeQuery } from './pages.ts'
import { checkName } from './ids.ts'
import { projectAnswerWire, projectListWire, type Listed, type ProjectWire } from './catalog-schema.ts'
import type { OnecloudAccount } from './settings.ts'

interface Ways {
  readonly upstream: Upstream
  readonly send: OnecloudSend
  readonly account: OnecloudAccount
}

/** Owners are keystone's projects. */
export const createOwners = ({ upstream, send, account }: Ways): Pick<AllVerbs, 'owners.list' | 'owners.create'> => {
  const all = async (): Promise<Owner[]> => (await readAll(
    async offset => await projectPage(upstream, pageQuery(offset, scopeQuery(account))), ({ id }) => id
  )).map(toOwner)
  return {
    'owners.list': {
      evidence: 'observed',
      cost: { calls: 0, perPage: 1 },
      note: 'Owners are projects. An account without the right to list them sees only the project that it signs in to.',
      run: all,
      get: async id => {
        const owner = (await all()).find(known => known.id === id)
        if (owner === undefined) throw missing('there is no such project', 'path.owner')
        return owner
      }
    },
    'owners.create': {
      evidence: 'observed',
      accepts: ['name'],
      requires: ['name'],
      options: z.strictObject({}),
      example: { name: 'customer-7' },
      note: 'Requires rights beyond those of a project member.',
      run: async ({ name = '' }) => {
        checkName(name)
        const project = await send({
          service: 'identity',
          name: 'projects/create',
          method: 'POST',
          path: '/projects',
          body: { project: { name } },
          schema: projectAnswerWire,
          toFailure: nameFailure,
          assumed: { id: '{id}', name }
        })
        return toOwner(project)
      }
    }
  }
}

/** The list requires rights in a domain. Without them, the token's project is the only choice. */
async function projectPage (upstream: Upstream, query: string): Promise<Listed<ProjectWire>> {
  let own: ProjectWire | null = null
  return await upstream.send({
    name: 'projects',
    intent: 'read',
    build: token => {
      own = ownProject(token)
      return jsonRequest(baseOf(token, 'identity'), { method: 'GET', path: `/projects?${query}` })
    },
    read: response => readProjects(response, own)
  })
}

function readProjects (response: HttpResponse, own: ProjectWire | null): Listed<ProjectWire> {
  if (isSuccess(response)) return parseWire(projectListWire, parseJson(response.text), response)
  const failureFacts = listFailure(response)
  if (failureFacts.failure === 'forbidden' && failureFacts.code === 'ForbiddenError' && own !== null) return { rows: [own], total: 1 }
  throw refused(response, failureFacts)
}

function ownProject (token: Token | null): ProjectWire | null {
  const { project: id, project_name: name } = token?.data ?? {}
  return id === undefined ? null : { id, name: name ?? null }
}

const toOwner = ({ id, name, status, enabled }: ProjectWire): Owner => ({
  id,
  name: name ?? null,
  email: null,
  status: enabled === false ? 'disabled' : status ?? (enabled === true ? 'enabled' : null)
})
