/** The places that records are sealed for: a record that was moved to another row cannot be read. */
export const operationPlace = (account: string, id: string): string => `operation ${account} ${id}`
export const keyPlace = (account: string, key: string): string => `key ${account} ${key}`
