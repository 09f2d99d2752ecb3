export const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

export const toIp = (value: number): string => [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')

/** All addresses from the first to the last. */
export const addressesFrom = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => toIp(first + index))

export const isIp4 = (ip: string): boolean => {
  const parts = ip.split('.')
  return parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}
