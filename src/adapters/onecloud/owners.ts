import { z } from 'zod'
import type { Owner } from '../../domain/catalog.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import type { Upstream } from '../contract.ts'
import { missing } from '../kit/ids.ts'
import { jsonRequest } from '../kit/send.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { listFailure } from './failures.ts'
import { checkName } from './ids.ts'
import { pageQuery, readAll, scopeQuery } from './pages.ts'
import { projectList, type Listed, type ProjectWire } from './schema.ts'
import { baseOf } from './send.ts'
import type { OnecloudAccount } from './settings.ts'

type OwnerVerbs = Pick<AllVerbs, 'owners.list' | 'owners.create'>

/** Owners are keystone's projects. */
export const createOwners = (client: OnecloudClient, upstream: Upstream, account: OnecloudAccount): OwnerVerbs => {
  const list = async (): Promise<Owner[]> => {
    const projects = await readAll(async offset => await readProjects(upstream, pageQuery(offset, scopeQuery(account))), ({ id }) => id)
    return projects.map(toOwner)
  }
  return {
    'owners.list': {
      evidence: 'observed',
      cost: { calls: 0, perPage: 1 },
      note: 'Owners are projects. An account without the right to list them sees only the project that it signs in to.',
      run: list,
      get: async id => {
        const owner = (await list()).find(known => known.id === id)
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
        return toOwner(await client.createProject(name))
      }
    }
  }
}

/** The list requires rights in a domain. Without them, the token's project is the only choice. */
async function readProjects (upstream: Upstream, query: URLSearchParams): Promise<Listed<ProjectWire>> {
  let ownProject: ProjectWire | null = null
  return await upstream.send<Listed<ProjectWire>>({
    name: 'projects',
    intent: 'read',
    build: token => {
      const { project: id, project_name: name } = token?.data ?? {}
      ownProject = id === undefined ? null : { id, name }
      return jsonRequest(baseOf(token, 'identity'), { method: 'GET', path: `/projects?${query.toString()}` })
    },
    read: response => {
      if (isSuccess(response)) return parseWire(projectList.wire, parseJson(response.text), response)
      const facts = listFailure(response)
      if (facts.failure === 'forbidden' && facts.code === 'ForbiddenError' && ownProject !== null) return { rows: [ownProject], total: 1 }
      throw refused(response, facts)
    }
  })
}

const toOwner = ({ id, name, status, enabled }: ProjectWire): Owner => ({
  id,
  name: name ?? null,
  email: null,
  status: enabled === false ? 'disabled' : status ?? (enabled === true ? 'enabled' : null)
})
