export type Platform = 'KVM' | 'VMware'
type YesNo = 'yes' | 'no'

export const datacenters: readonly string[] = ['Falkenberg', 'Stockholm']
export const platforms: readonly Platform[] = ['KVM', 'VMware']

const template = (platform: Platform, id: string, name: string, ...tags: readonly string[]) => ({
  ...{ id, name, platform, minimumdisksize: 5, minimummemorysize: 512, operatingsystem: 'linux', instancecost: 0, licensecost: 0 },
  ...{ bootstrapmethod: 'CLOUD_INIT', tags }
})

export type Template = ReturnType<typeof template>

const windows = {
  ...{ minimumdisksize: 30, minimummemorysize: 1024, operatingsystem: 'windows', instancecost: 999.1, licensecost: 123.4 },
  bootstrapmethod: 'DEPLOY_SCRIPT'
}

export const templates: readonly Template[] = [
  template('KVM', 'ac7c05f1-4cb6-4330-a0a2-d1f2e6244b21', 'AlmaLinux 8', 'almalinux-8'),
  template('KVM', '2563b4d0-ea80-4aef-8f77-f9b9e479a008', 'AlmaLinux 9', 'almalinux-9', 'almalinux-latest'),
  template('KVM', '11111111-2222-4333-8444-111111111111', 'Debian 11 (Bullseye)', 'debian-11'),
  template('KVM', '11111111-2222-4333-8444-555555555555', 'Debian 12 (Bookworm)', 'debian-12', 'debian-latest'),
  template('KVM', '11111111-2222-4333-8444-222222222222', 'Ubuntu 22.04 LTS (Jammy Jellyfish)', 'ubuntu-22-04'),
  { ...template('VMware', '420fe17c-bc03-4b2c-a741-7a790e5f21ad', 'Alma Linux 8'), bootstrapmethod: 'DEPLOY_SCRIPT' },
  template('VMware', 'dbbca8a7-1e26-4b76-8bb4-8d56dae59039', 'Alma Linux 9'),
  template('VMware', '11111111-2222-4333-8444-666666666666', 'Debian 12 64-bit'),
  { ...template('VMware', 'd924551c-0a0d-43ba-abcd-aoeuqwer1234', 'Windows Server 2022 Standard LTSC'), ...windows }
]

/** Accepts the full name, a tag or the id. Answers always have the full name. */
export const templateOf = (platform: Platform, sent: string): Template | undefined => templates.find(row =>
  row.platform === platform && (row.name === sent || row.id === sent || row.tags.includes(sent)))

export const templateNamed = (platform: Platform, name: string): Template | undefined =>
  templates.find(row => row.platform === platform && row.name === name)

const featureNames = [
  'status', 'start', 'reboot', 'stopsoft', 'stophard', 'destroy', 'consolehtml', 'consolevnc', 'clone', 'resourceusage',
  'editdisksize', 'editmemorysize', 'editcpucores', 'edittransfer', 'editbandwidth', 'editip', 'beancounterslimit',
  'resetrootpassword', 'uptime', 'iso', 'changebandwidth', 'activatebackup', 'bios'
]

const absentOnAll = ['consolevnc', 'beancounterslimit', 'resetrootpassword']
const absentOnKvm = [...absentOnAll, 'clone', 'resourceusage', 'edittransfer', 'editbandwidth', 'uptime', 'iso', 'changebandwidth', 'bios']

export const featuresOf = (platform: Platform): Record<string, YesNo> => Object.fromEntries(featureNames.map(name =>
  [name, (platform === 'KVM' ? absentOnKvm : absentOnAll).includes(name) ? 'no' : 'yes']))

/** SEK a month per core, per GiB of memory and per GB of disk: lines through the prices of the known sample servers. */
export const prices: Readonly<Record<Platform, { core: number, memoryGib: number, diskGb: number }>> = {
  KVM: { core: 42.25, memoryGib: 38.5, diskGb: 1 },
  VMware: { core: 55.9, memoryGib: 41.8, diskGb: 1.4 }
}

export function priceOf (platform: Platform, sizes: Readonly<Record<'cpucores' | 'memorysize' | 'disksize', number>>): number {
  const { core, memoryGib, diskGb } = prices[platform]
  return round(sizes.cpucores * core + sizes.memorysize / 1024 * memoryGib + sizes.disksize * diskGb)
}

export const round = (amount: number): number => Math.round(amount * 100) / 100

export const monthly = (amount: number): Record<string, unknown> => ({ amount, currency: 'SEK', timeperiod: 'month' })

export const addressPrice = (ipversion: 4 | 6): number => ipversion === 4 ? 20 : 1
