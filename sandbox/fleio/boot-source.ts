import type { Call } from './call.ts'
import { mayUseImage } from './catalogue-view.ts'
import { blame, boolean, integer, isObject, text, uuid, type Form } from './fields.ts'
import { invalid } from './replies.ts'
import type { Client, Region } from './records.ts'

const imageSources = ['image', 'owned_image', 'shared_image', 'community_image', 'requested_image']
const sourceTypes = [...imageSources, 'volume', 'volume_snapshot', 'requested_volume']

export interface BootSource {
  readonly type: string
  readonly id: string
  /** A volume type was given: the create is queued. */
  readonly queued: boolean
}

/** Complaints about it are nested below `boot_source`. */
export function readBootSource (form: Form): BootSource | undefined {
  const sent = form.data['boot_source']
  if (sent === undefined || sent === null) return blame(form, 'boot_source', 'This field is required.')
  if (!isObject(sent)) return blame(form, 'boot_source', 'Invalid data. Expected a dictionary.')
  const inner: Form = { data: sent, errors: {} }
  const type = text(inner, 'source_type', 'required')
  if (type !== undefined && !sourceTypes.includes(type)) blame(inner, 'source_type', `"${type}" is not a valid choice.`)
  const id = uuid(inner, 'source_id')
  boolean(inner, 'delete_on_termination')
  const newVolume = boolean(inner, 'create_new_volume')
  integer(inner, 'volume_size', newVolume ? 'required' : 'optional')
  const volumeType = text(inner, 'volume_type', 'optional') ?? ''
  if (Object.keys(inner.errors).length > 0) {
    form.errors['boot_source'] = inner.errors
    return undefined
  }
  return type === undefined || id === undefined ? undefined : { type, id, queued: volumeType !== '' }
}

interface Use {
  readonly client: Client
  readonly region: Region
  /** Staff may have a private image shared into the client's project. */
  readonly share: boolean
}

/** The image to boot from, null when it is a volume; one that the client's project cannot see is refused. */
export function bootImage (call: Call, source: BootSource, { client, region, share }: Use): string | null {
  if (!imageSources.includes(source.type)) {
    const volume = call.world.volumes.get(source.id)
    if (volume?.client !== client.id || volume.region !== region.id) throw invalid({ boot_source: 'Volume not found' })
    return null
  }
  const image = call.world.images.get(source.id)
  if (image === undefined || image.region !== region.id || image.status !== 'active') throw invalid({ boot_source: 'Image not found' })
  if (share && call.api === 'staff' && image.visibility !== 'public') image.sharedWith.add(client.id)
  if (!mayUseImage(image, client.id)) throw invalid({ boot_source: 'Image not found' })
  return image.id
}
