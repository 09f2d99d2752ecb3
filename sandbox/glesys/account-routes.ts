import { invalid, ok, reads, writes, type Answer, type Call, type Route, type Routes } from './answers.ts'
import { textOf } from './arguments.ts'
import { login, logout } from './auth.ts'
import { splitIds } from './create-checks.ts'
import { nextNumber, type SshKey } from './world.ts'

const inContext = (context: Route['context'], route: Route): Route => ({ ...route, context })

function addSshKey ({ world, args, project }: Call): Answer {
  const id = nextNumber(world)
  const sshkey: SshKey = { id, account: project, description: textOf(args, 'description') ?? '', data: textOf(args, 'sshkey') ?? '' }
  world.sshKeys.set(id, sshkey)
  return ok({ sshkey })
}

function removeSshKeys ({ world, args, project }: Call): Answer {
  const ids = splitIds(args)
  if (ids.some(id => world.sshKeys.get(id)?.account !== project)) return invalid('sshkeyids')
  for (const id of ids) world.sshKeys.delete(id)
  return ok()
}

function accountInfo ({ world, project }: Call): Answer {
  return ok({
    accountinfo: {
      accountname: project,
      customernumber: 1337,
      currency: 'SEK',
      unpaidinvoices: 0,
      locked: 'no',
      lockedreason: '',
      apienabled: 'yes',
      servicelimits: { maxnumservers: world.knobs.maximumServers, maxnumipv4: 250, maxnumipv6: 1000 },
      services: { servers: [...world.servers.values()].filter(server => server.projectkey === project).length },
      featureflags: []
    }
  })
}

function listProjects ({ world, args, username }: Call): Answer {
  const user = world.users.get(username)
  const known = user?.customers.some(entry => entry.customernumber === textOf(args, 'organizationnumber'))
  if (user === undefined || known !== true) return invalid('organizationnumber')
  const customernumber = Number(textOf(args, 'organizationnumber'))
  return ok({
    projects: user.accounts.map(({ account, description, roles }) => ({
      accountname: account,
      name: description ?? '',
      color: 'silver',
      currency: 'SEK',
      lockedreason: '',
      access: roles.includes('FullAccess') ? 'full' : 'read',
      customernumber
    }))
  })
}

function listOrganizations ({ world, username }: Call): Answer {
  const customers = world.users.get(username)?.customers ?? []
  return ok({ organizations: customers.map(({ customernumber, description }) => ({ organizationnumber: Number(customernumber), name: description })) })
}

function serviceInfo (): Answer {
  const update = { time: '2025-03-02T06:10:00+01:00', message: 'Finished & verified.' }
  return ok({
    serviceinfo: {
      current: [],
      past: [{ servicestatusid: 4711, date_start: '2025-03-02T02:00:00+01:00', date_end: '2025-03-02T06:00:00+01:00', name: 'Planned work', text: 'Network maintenance in Falkenberg.', updates: [update] }]
    }
  })
}

export const accountRoutes: Routes = {
  // Signing in changes nothing of the project's, so a query string will do.
  'user/login': inContext('anonymous', reads(['username', 'password'], login, ['otp', 'ip'])),
  'user/logout': inContext('any', reads([], logout)),
  'user/listorganizations': inContext('user', reads([], listOrganizations)),
  'customer/listprojects': inContext('user', reads(['organizationnumber'], listProjects)),
  'account/info': reads([], accountInfo),
  'api/serviceinfo': inContext('any', reads([], serviceInfo)),
  'api/maintenance': inContext('any', reads([], () => ok({ maintenance: [] }))),
  'sshkey/list': reads([], ({ world, project }) => ok({ sshkeys: [...world.sshKeys.values()].filter(key => key.account === project) })),
  'sshkey/add': writes(['sshkey', 'description'], addSshKey),
  'sshkey/remove': writes(['sshkeyids'], removeSshKeys)
}
