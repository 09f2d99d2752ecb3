/* global fetch, window, SwaggerUIBundle */

/** The document for reading: one line for all problems and one for the headers of an answer, and creates that begin as dry runs. */
function forReading (openapi) {
  for (const item of Object.values(openapi.paths)) {
    for (const operation of Object.values(item)) {
      foldProblems(operation, openapi.components.responses)
      for (const response of Object.values(operation.responses)) foldHeaders(response)
      if (operation.operationId.startsWith('create')) startAsDryRun(operation)
    }
  }
  return openapi
}

/** The introduction names these once. */
const common = new Set(['X-Request-Id', 'Server-Timing', 'Hawser-Upstream-Calls'])

function foldHeaders (response) {
  const names = Object.keys(response.headers ?? {}).filter(name => !common.has(name))
  delete response.headers
  if (names.length > 0) response.description += ` · headers: ${names.map(name => `\`${name}\``).join(', ')}`
}

function foldProblems (operation, components) {
  const problems = Object.entries(operation.responses).filter(([, response]) => response.$ref !== undefined)
  for (const [status] of problems) delete operation.responses[status]
  const lines = problems.map(([status, { $ref }]) => `${status} ${links(components[$ref.split('/').at(-1)])}`)
  operation.responses.default = { description: `A problem (RFC 9457): ${lines.join(' · ')}` }
}

/** Each kind of problem leads to its page. */
function links (response) {
  const slugs = Object.keys(response.content['application/problem+json'].examples)
  return slugs.map(slug => `[${slug}](/problems/${slug})`).join(', ')
}

function startAsDryRun ({ parameters }) {
  const parameter = parameters.find(({ name }) => name === 'dry_run')
  if (parameter !== undefined) parameter.schema.default = true
}

// Swagger UI reads every document as YAML, which takes seconds for this one.
const readJson = () => ({
  statePlugins: { spec: { wrapActions: { parseToJson: (_original, { specActions }) => text => specActions.updateJsonSpec(JSON.parse(text)) } } }
})

const answer = await fetch('/openapi.json')
window.ui = SwaggerUIBundle({
  spec: forReading(await answer.json()),
  dom_id: '#swagger-ui',
  plugins: [readJson],
  layout: 'BaseLayout',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  defaultModelRendering: 'example',
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  syntaxHighlight: { activated: true }
})
