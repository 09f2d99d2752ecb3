export interface Person extends Readonly<Record<'id' | 'name' | 'domainId' | 'password', string>> {
  readonly admin: boolean
  readonly projects: readonly string[]
}

export type AccessKey = Readonly<Record<'id' | 'secret' | 'userId' | 'projectId', string>>
type Project = Readonly<Record<'id' | 'name' | 'domainId', string>>

export const demoProjectId = '31c1aa2af0104f1d89faef0f0b9368e4'
export const systemProjectId = '09a81e6f5a8e4d9684af74169473239f'
export const gatewayUserId = '1b8578eac8db4ba2817a3a00112cd759'
const partnersId = 'd0c5e7b3a1f94c0d8b6a2e4f7c9d1b30'

export const domains: ReadonlyMap<string, string> = new Map([['default', 'Default'], [partnersId, 'Partners']])

export const projects: readonly Project[] = [
  { id: demoProjectId, name: 'demo', domainId: 'default' },
  { id: systemProjectId, name: 'system', domainId: 'default' }
]

const ordinary = { admin: false, domainId: 'default', projects: [demoProjectId] }
const administrator = { admin: true, domainId: 'default', projects: [systemProjectId] }

export const people: readonly Person[] = [
  { ...ordinary, id: gatewayUserId, name: 'gateway', password: 'Fake-SECRET-Passw0rd-9x!' },
  { ...administrator, id: '5a0a9a4f2b7c4d5e8f6a7b8c9d0e1f20', name: 'sysadmin', password: 'Fake-SECRET-Adm1n-9x!' },
  { ...ordinary, id: '7b1c2d3e4f5a46778899aabbccddeeff', name: 'twin', password: 'Fake-SECRET-Tw1n-9x!' },
  { ...ordinary, id: '8c2d3e4f5a6b47889900aabbccddee11', name: 'twin', password: 'Fake-SECRET-Tw1n-9x!', domainId: partnersId }
]

/** The second is the one of the recorded sign-in, so that the recording can be replayed. */
export const accessKeys: readonly AccessKey[] = [
  { id: 'a4c1f0b2d3e54f60817293a4b5c6d7e8', secret: 'SECRETfakefakefakefakefakefakefa', userId: gatewayUserId, projectId: demoProjectId },
  { id: '10272fe22b074a208baceedf643d555a', secret: 'fakefakefakefakefakefakefakefake', userId: gatewayUserId, projectId: demoProjectId }
]
