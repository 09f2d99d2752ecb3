/** An IP address in its canonical form, because vendors and callers write IPv6 differently. Other text is returned unchanged. */
export function canonicalAddress (text: string): string {
  const url = `http://[${text}]/`
  return text.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : text
}
