import { z } from 'zod'
import type { About } from './failures.ts'
import { seenDroplet } from './mapping.ts'
import { actionAnswer, actionWire, createdWire, ownImagesWire, pageWire, snapshotWire, type ActionWire, type CreatedWire } from './schema.ts'
import type { DigitaloceanSend } from './send.ts'

export type DigitaloceanClient = ReturnType<typeof createClient>

export type ActionType = 'power_on' | 'shutdown' | 'power_off' | 'reboot' | 'power_cycle' | 'rename' | 'resize' | 'rebuild' | 'password_reset' | 'snapshot' | 'restore'

// Created once, because zod compiles a schema at its first use.
const dropletPage = pageWire('droplets', seenDroplet)
const actionPage = pageWire('actions', actionWire)
const snapshotPage = pageWire('snapshots', snapshotWire)
const dropletAnswer = z.object({ droplet: seenDroplet }).transform(({ droplet }) => droplet)
const ownImagesAnswer = z.object({ droplet: ownImagesWire }).transform(({ droplet }) => droplet)
const nothing = z.unknown().transform(() => true)

/** A list names no server that could be missing. */
export const noList: About = { missing: { failure: 'malformed' } }

export const assumedAction: ActionWire = { id: '{action}', status: null }
const assumedCreate: CreatedWire = { droplet: { id: '{id}' }, links: { actions: [{ id: '{action}', rel: 'create' }] } }

const createMembers = ['body.name', 'body.plan', 'body.image', 'body.region', 'body.ssh_keys']

/** One function for each endpoint of the droplets; the vendor's page: docs.digitalocean.com/reference/api */
export function createClient (send: DigitaloceanSend) {
  const droplet = (id: string): string => `/droplets/${encodeURIComponent(id)}`
  return {
    listDroplets: async (query: URLSearchParams) => await send({
      name: 'droplets', method: 'GET', path: `/droplets?${query.toString()}`, schema: dropletPage, about: noList
    }),
    getDroplet: async (id: string) => await send({ name: 'droplets/get', method: 'GET', path: droplet(id), schema: dropletAnswer }),
    /** The same answer, read for the images that were taken of it. */
    getOwnImages: async (id: string) => await send({ name: 'droplets/get', method: 'GET', path: droplet(id), schema: ownImagesAnswer }),
    /** Must not be repeated: each accepted call buys a server. A 404 is about the VPC network. */
    createDroplet: async (body: object) => await send({
      name: 'droplets/create',
      method: 'POST',
      path: '/droplets',
      body,
      schema: createdWire,
      assumed: assumedCreate,
      about: { members: createMembers, missing: { failure: 'rejected', member: 'body.networks' } }
    }),
    deleteDroplet: async (id: string) => await send({ name: 'droplets/delete', method: 'DELETE', path: droplet(id), schema: nothing, assumed: true }),
    act: async (id: string, type: ActionType, body: object = {}, about: About = {}) => (await send({
      name: `droplets/${type}`,
      method: 'POST',
      path: `${droplet(id)}/actions`,
      body: { type, ...body },
      schema: actionAnswer,
      assumed: { action: assumedAction },
      about
    })).action,
    listSnapshots: async (id: string, query: URLSearchParams) => await send({
      name: 'droplets/snapshots', method: 'GET', path: `${droplet(id)}/snapshots?${query.toString()}`, schema: snapshotPage
    }),
    /** 400 for what is no snapshot: a backup, an image. */
    deleteSnapshot: async (id: string) => await send({
      name: 'snapshots/delete',
      method: 'DELETE',
      path: `/snapshots/${encodeURIComponent(id)}`,
      schema: nothing,
      assumed: true,
      about: { missing: { failure: 'not-found', member: 'path.snapshot' } }
    }),
    getAction: async (id: string) => (await send({ name: 'actions/get', method: 'GET', path: `/actions/${encodeURIComponent(id)}`, schema: actionAnswer })).action,
    listActions: async (query: URLSearchParams) => await send({ name: 'actions', method: 'GET', path: `/actions?${query.toString()}`, schema: actionPage })
  }
}
