import { createHash, createHmac } from 'node:crypto'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import type { SignIn } from '../contract.ts'
import { chooseEndpoint, keystoneToken, passwordAuth, type Grant } from '../kit/keystone.ts'
import { signInFailure } from './failures.ts'
import type { OnecloudAccount } from './settings.ts'

/** The vendor's source: pkg/keystone/tokens. */
export const signIn = (account: OnecloudAccount): SignIn => async upstream => await keystoneToken(upstream, {
  authUrl: account.auth_url,
  auth: () => authOf(account, new Date(upstream.now())),
  toFailure: signInFailure,
  dataOf: (grant, response) => dataOf(account, grant, response)
})

/** Exactly one method, since keystone refuses two. An access key has a fixed project; a scope beside it is ignored. */
function authOf (account: OnecloudAccount, now: Date): object {
  const { access_key: id, secret_key: secret, region: location = 'region0' } = account
  if (id !== undefined && secret !== undefined) {
    return { identity: { methods: ['aksk'], access_key_secret: accessKeySecret({ id, secret, location }, now) } }
  }
  // Always a project: keystone refuses a domain token to every user. Wider scopes are requested with each call, see `scopeQuery`.
  return passwordAuth(account)
}

const optionalServices = ['image', 'webconsole', 'identity'] as const

/**
 * The compute endpoint is mandatory; the others are checked by the verbs that need them. The project is for accounts without the right
 * to list projects.
 */
function dataOf (account: OnecloudAccount, { catalog, project }: Grant, { status }: HttpResponse): Record<string, string> {
  const rules = { ...account, interfaces: account.interface === 'public' ? ['public', 'internal'] : [account.interface] }
  const compute = account.compute_url === undefined ? chooseEndpoint(catalog, 'compute_v2', rules) : { url: account.compute_url }
  if ('fault' in compute) throw new UpstreamError('forbidden', compute.fault, { status })
  const others = optionalServices.flatMap(type => {
    const chosen = chooseEndpoint(catalog, type, rules)
    return 'url' in chosen ? [[type, chosen.url] as const] : []
  })
  return {
    compute: compute.url,
    ...Object.fromEntries(others),
    ...(project === null ? {} : { project: project.id }),
    ...(typeof project?.name === 'string' ? { project_name: project.name } : {})
  }
}

const algorithm = 'AWS4-HMAC-SHA256'
const signedHeaders = ['host', 'x-amz-content-sha256', 'x-amz-date'] as const

/**
 * The secret of keystone's method `aksk`: a JSON text with an AWS v4 string to sign and its signature. Keystone verifies the string as
 * sent, so the hash of the request in it is arbitrary; the location is any text, only an input of the key.
 */
function accessKeySecret ({ id, secret, location }: Readonly<Record<'id' | 'secret' | 'location', string>>, now: Date): string {
  const date = `${now.toISOString().slice(0, 19)}Z`
  const stamp = date.replace(/[-:]/g, '')
  const day = stamp.slice(0, 8)
  const hash = createHash('sha256').update(`POST\n/v3/auth/tokens\n\n${signedHeaders.join(';')}\n`).digest('hex')
  const request = [algorithm, stamp, `${day}/${location}/s3/aws4_request`, hash].join('\n')
  const key = [day, location, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return JSON.stringify({
    access_key: id,
    algorithm,
    location,
    sign_date: date,
    signed_headers: signedHeaders,
    request,
    signature: createHmac('sha256', key).update(request).digest('hex')
  })
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
