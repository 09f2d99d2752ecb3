/* global document, fetch */

const place = document.getElementById('accounts')

document.getElementById('key-form').addEventListener('submit', async event => {
  event.preventDefault()
  const key = document.getElementById('key').value.trim()
  try {
    const answer = await fetch('/v1/accounts', { headers: key === '' ? {} : { authorization: `Bearer ${key}` } })
    const body = await answer.json()
    place.replaceChildren(answer.ok ? tableOf(body.data) : problemOf(body))
  } catch {
    place.replaceChildren(element('p', 'The gateway did not answer.'))
  }
})

function element (name, ...children) {
  const made = document.createElement(name)
  made.append(...children)
  return made
}

function tableOf (accounts) {
  if (accounts.length === 0) return element('p', 'This key may see no accounts.')
  const rows = accounts.map(({ id, title, provider, read_only: isReadOnly, health }) =>
    [id, title ?? '', provider, isReadOnly ? 'read only' : 'read and write', health.status])
  const head = element('tr', ...['Account', 'Title', 'Provider', 'Access', 'Health'].map(name => element('th', name)))
  return element('table', element('thead', head), element('tbody', ...rows.map(cells => element('tr', ...cells.map(cell => element('td', cell))))))
}

function problemOf ({ type, title, detail }) {
  const link = element('a', title)
  link.href = type
  return element('p', link, `: ${detail}`)
}
