/** An IP address in its one spelling: what vendors and callers write differs for IPv6. Other text stays as it is. */
export function canonicalAddress (text: string): string {
  const url = `http://[${text}]/`
  return text.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : text
}
