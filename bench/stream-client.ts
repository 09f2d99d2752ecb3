/** Reads a whole stream of the fleet, as fast as it comes, and prints the number of its rows. */
const [, , base, key] = process.argv
const begun = performance.now()
const answer = await fetch(`${base}/v1/servers?deadline_ms=60000`, { headers: { authorization: `Bearer ${key}`, accept: 'application/x-ndjson' } })
const decoder = new TextDecoder()
let rows = 0
let rest = ''
for await (const chunk of answer.body ?? []) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) if (line.startsWith('{"server"')) rows += 1
}
process.stdout.write(JSON.stringify({ rows, seconds: (performance.now() - begun) / 1000 }))
