export const labProject = 'cl12345'
export const userProject = 'cl98765'
export const labKey = 'glesys-lab-SECRET-0123456789abcdef'
export const demoUser = { username: 'user@example.com', password: 'the&SECRET/Såuce?' } as const

interface ApiKey {
  readonly project: string
  /** Modules (`server`) or functions (`server/list`). */
  readonly permissions: 'all' | readonly string[]
}

/** The keys of the control panel. */
export const apiKeys: ReadonlyMap<string, ApiKey> = new Map([
  [labKey, { project: labProject, permissions: 'all' }],
  ['glesys-listonly-SECRET-key', { project: labProject, permissions: ['server/list', 'ip'] }],
  ['glesys-empty-SECRET-key', { project: 'cl24680', permissions: 'all' }]
])

/** The projects that the user may work in. */
export const userProjects: readonly string[] = [userProject, labProject]

/** Without a project a network is open to all. */
export const networks = [
  { networkid: 'internet-fbg', datacenter: 'Falkenberg', description: 'Internet', public: 'yes', project: null },
  { networkid: 'internet-sth', datacenter: 'Stockholm', description: 'Internet', public: 'yes', project: null },
  { networkid: 'vl123456', datacenter: 'Falkenberg', description: 'db & cache', public: 'no', project: labProject }
]

export const sshKeys = [
  { id: 101, account: labProject, description: 'deploy', data: 'ssh-ed25519 AAAAEXAMPLE deploy@example' },
  { id: 102, account: userProject, description: '', data: 'ssh-ed25519 AAAAEXAMPLE2 user@example' }
]
