/** The actions of this API that are one POST without a body of their own. */
export const actionNames = ['start', 'stop', 'reboot'] as const
export type ActionName = typeof actionNames[number]
