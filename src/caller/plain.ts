/** Control characters, and those that reverse or hide text: what a provider puts into a name must not act on a terminal. */
// eslint-disable-next-line no-control-regex
const acting = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
// eslint-disable-next-line no-control-regex
const actingWithinText = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line that only shows: control characters as `\u001b`. */
export const plain = (text: string): string => text.replace(acting, escaped)

/** As `plain`, but newlines and tabs stay. */
export const plainLines = (text: string): string => text.replace(actingWithinText, escaped)

/** JSON whose texts only show; it reads back as the same value. */
export const plainJson = (value: unknown, indent: number): string => plainLines(JSON.stringify(value, null, indent) ?? 'null')
