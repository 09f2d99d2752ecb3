import type { SimulatedReply } from '../simulator.ts'
import { findTemplate, type CatalogTemplate } from './catalog.ts'
import { readFields } from './fields.ts'
import type { Call } from './replies.ts'

export interface OrderSpec {
  readonly source: CatalogTemplate
  readonly vcpu: number
  readonly memory: number
  readonly disk: number
  readonly billingTypeId: number
  readonly additionalBandwidth: number
  readonly useCredit: boolean
  readonly hostname: string | undefined
}

const keys = [
  'instanceTypeId', 'locationId', 'templateId', 'sshKeyId', 'vcpu', 'memory', 'disk', 'billingTypeId',
  'additionalBandwidth', 'useCredit', 'hostname'
]

const monthly = 1
const hourly = -1

export const isVcpu = (value: number): boolean => value > 0
/** MB in steps of 512. */
export const isMemory = (value: number): boolean => value > 0 && value % 512 === 0
/** GB in steps of 10. */
export const isDisk = (value: number): boolean => value > 0 && value % 10 === 0

/** An order and a quote take the same body. */
export function readOrder (call: Call): { readonly spec: OrderSpec } | { readonly refusal: SimulatedReply } {
  const fields = readFields(call, keys)
  const source = findTemplate(fields.text('templateId'), fields.text('locationId'), fields.text('instanceTypeId'))
  const size = {
    vcpu: fields.integer('vcpu', isVcpu),
    memory: fields.integer('memory', isMemory),
    disk: fields.integer('disk', isDisk),
    billingTypeId: fields.integer('billingTypeId', value => value === monthly || value === hourly)
  }
  const additionalBandwidth = fields.has('additionalBandwidth') ? fields.integer('additionalBandwidth', value => value >= 0) : 0
  const useCredit = fields.flag('useCredit')
  const hostname = fields.has('hostname') ? fields.text('hostname') : undefined
  if (fields.has('sshKeyId') && !isKnownKey(call, fields.text('sshKeyId'))) fields.complain('sshKeyId')
  if (source === undefined) fields.complain('templateId')
  const refusal = fields.refusal()
  if (refusal !== undefined) return { refusal }
  if (source === undefined) throw new Error('a missing template was not refused')
  return { spec: { source, ...size, additionalBandwidth, useCredit, hostname } }
}

const isKnownKey = (call: Call, id: string): boolean => call.world.keys.some(key => key.id === id)
