import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { AddressClient } from './addresses-client.ts'
import { pathAddress } from './addresses.ts'

export const createPtr = (addresses: AddressClient): AllVerbs['ptr'] => ({
  evidence: 'documented',
  note: 'Null restores the provider\'s default name for the address, which the answer returns.',
  run: async ({ address, ptr }) => {
    const asked = pathAddress(address)
    const payload = ptr === null ? await addresses.resetPtr(asked) : await addresses.setPtr(asked, hostName(ptr))
    return { address: payload.address ?? asked, ptr: payload.ptr ?? (ptr === null ? null : ptr.replace(/\.$/, '')) }
  }
})

/** The vendor requires a fully qualified name with a trailing dot. */
function hostName (ptr: string): string {
  const name = ptr.endsWith('.') ? ptr : `${ptr}.`
  const isName = name.length <= 254 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){2,}$/i.test(name) && !/\.\d+\.$/.test(name)
  if (!isName) throw badMember('body.ptr', 'must be a fully qualified host name')
  return name
}
