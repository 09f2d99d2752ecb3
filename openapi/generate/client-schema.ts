import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'

type Json = Record<string, unknown>

const banner = '// Generated from openapi/openapi.json by `npm run generate`. Do not edit.\n\n'

/** The client's types. Without examples, headers of responses and one problem for each status the file is a third as long. */
export async function clientSchema (openapi: string): Promise<string> {
  const document: OpenAPI3 = JSON.parse(openapi, (key, value: unknown) => {
    if (key === 'example' || key === 'examples') return undefined
    return key === 'responses' && isJson(value) ? leanResponses(value) : value
  })
  for (const part of ['headers', 'responses']) Reflect.deleteProperty(document.components ?? {}, part)
  return banner + astToString(await openapiTS(document, { alphabetize: false }))
}

const problem = { description: 'A problem', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }

/** Problems are references to `#/components/responses`; one answer takes the place of all. */
function leanResponses (responses: Json): Json {
  const own = Object.entries(responses).filter(([, response]) => isJson(response) && response.$ref === undefined)
  return Object.fromEntries([...own.map(([status, response]) => [status, withoutHeaders(response)]), ['default', problem]])
}

const withoutHeaders = (response: unknown): Json =>
  isJson(response) ? Object.fromEntries(Object.entries(response).filter(([key]) => key !== 'headers')) : {}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
