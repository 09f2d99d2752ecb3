import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'

type Json = Record<string, unknown>

const banner = '// Generated from openapi/openapi.json by `npm run generate`. Do not edit.\n\n'

/** The client's types. Examples, headers of answers and one problem for each status tell a compiler nothing: without them the file is a third. */
export async function clientSchema (openapi: string): Promise<string> {
  const document: OpenAPI3 = JSON.parse(openapi, (key, value: unknown) => key === 'example' || key === 'examples' ? undefined : key === 'responses' && isJson(value) ? leanResponses(value) : value)
  Reflect.deleteProperty(document.components ?? {}, 'headers')
  return banner + astToString(await openapiTS(document, { alphabetize: false }))
}

function leanResponses (responses: Json): Json {
  const problems = Object.entries(responses).filter(([, response]) => isJson(response) && isJson(response.content) && 'application/problem+json' in response.content)
  const rest = Object.entries(responses).filter(([status]) => problems.every(([other]) => other !== status))
  const [[, problem] = [undefined, undefined]] = problems
  return Object.fromEntries([
    ...rest.map(([status, response]) => [status, withoutHeaders(response)]),
    ...(isJson(problem) ? [['default', { ...withoutHeaders(problem), description: 'A problem' }]] : [])
  ])
}

const withoutHeaders = (response: unknown): Json => isJson(response) ? Object.fromEntries(Object.entries(response).filter(([key]) => key !== 'headers')) : {}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
