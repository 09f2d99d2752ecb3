import type { AllVerbs } from '../verbs.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import { uuidServerId } from '../kit/ids.ts'

const about = { uncertain: true }

export const createRescue = (client: FleioClient): Pick<AllVerbs, 'rescue' | 'unrescue'> => ({
  rescue: {
    evidence: 'inferred',
    cost: { calls: 3 },
    note: 'The server boots from a fresh copy of its own image; no password is returned.',
    run: async ({ id }) => {
      const { server } = await client.getInstance(uuidServerId(id))
      const image = server.image?.id ?? null
      if (image === null) throw new UpstreamError('conflict', 'the server has no image to boot the rescue system from', { notAttempted: true })
      await explained(client.act(id, 'rescue', { body: { image }, about }), { client, id, member: null, states: new Set(['running', 'stopped']) })
      return {}
    }
  },
  unrescue: {
    evidence: 'inferred',
    cost: { calls: 2 },
    run: async ({ id }) => {
      await explained(client.act(uuidServerId(id), 'unrescue', { about }), { client, id, states: new Set(['rescue']) })
      return {}
    }
  }
})
