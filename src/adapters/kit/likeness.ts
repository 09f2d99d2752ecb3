/** A member of a row agrees with what an order asked for: a member that was not asked for, or that the row lacks, agrees with anything. */
export const agrees = (asked: unknown, shown: string | number | null | undefined): boolean =>
  asked === undefined || shown === null || shown === undefined || String(asked).toLowerCase() === String(shown).toLowerCase()
