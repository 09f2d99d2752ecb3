/** A label selector as the vendor reads it; null where it is not one. */
export type Matches = (labels: Readonly<Record<string, string>>) => boolean

const key = '(?:[a-zA-Z0-9.-]{1,253}/)?[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?'
const value = '(?:[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?'
const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`)
const membership = new RegExp(`^(${key}) (in|notin) \\(([^()]*)\\)$`)
const presence = new RegExp(`^(!?)(${key})$`)

/** `a=b,c!=d,e in (f,g),!h`. Nothing can be quoted. */
export function parseSelector (text: string): Matches | null {
  const terms = text.split(/,(?![^(]*\))/).map(term => termOf(term.trim()))
  return terms.some(term => term === null) ? null : labels => terms.every(term => term?.(labels) === true)
}

function termOf (term: string): Matches | null {
  const [, name = '', operator, wanted] = equality.exec(term) ?? []
  if (operator !== undefined) return labels => (labels[name] === wanted) === (operator !== '!=')
  const [, member = '', word, list = ''] = membership.exec(term) ?? []
  if (word !== undefined) {
    const values = list.split(',').map(item => item.trim())
    return labels => values.includes(labels[member] ?? '\0') === (word === 'in')
  }
  const [, not, present] = presence.exec(term) ?? []
  return present === undefined ? null : labels => (labels[present] !== undefined) === (not === '')
}
