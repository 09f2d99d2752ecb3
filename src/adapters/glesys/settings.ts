import { z } from 'zod'
import { httpUrl, oneWayOf } from '../kit/settings.ts'

const apiUrl = 'https://api.glesys.com'
const oneWay = 'needs either api_key, or username together with password'

/** One project: by its own key, or by a user's login, which fetches a temporary key. */
export const glesysAccountSchema = z.strictObject({
  project: z.string().regex(/^[\x21-\x39\x3b-\x7e]+$/, { error: 'must be printable ASCII without spaces and colons' })
    .meta({ description: 'The project\'s id, such as cl12345; sent as written here' }),
  api_key: z.string().min(1).optional().meta({ description: 'Secret. A key of the project that does not expire' }),
  username: z.string().min(1).optional().meta({ description: 'User name of the control panel, instead of api_key' }),
  password: z.string().min(1).optional().meta({ description: 'Secret. Required with username' }),
  format: z.enum(['json', 'xml']).default('json').meta({ description: 'Format to request; both are understood in answers. Default json' }),
  api_url: httpUrl.default(apiUrl).meta({ description: `Default ${apiUrl}` })
}).superRefine(({ api_key: apiKey, username, password }, context) => {
  const isUser = username !== undefined && password !== undefined
  const isHalfUser = (username === undefined) !== (password === undefined)
  if (isHalfUser || isUser === (apiKey !== undefined)) context.addIssue({ code: 'custom', message: oneWay, path: ['api_key'] })
}).meta(oneWayOf(['api_key'], ['username', 'password']))
export type GlesysAccount = z.infer<typeof glesysAccountSchema>

export const example: GlesysAccount = {
  project: 'cl12345',
  api_key: 'example',
  format: 'json',
  api_url: apiUrl
}
