import type { Platform, YesNo } from './world.ts'

export const datacenters: readonly string[] = ['Falkenberg', 'Stockholm']
export const platforms: readonly Platform[] = ['KVM', 'VMware']

export interface Template {
  readonly id: string
  readonly name: string
  readonly platform: Platform
  readonly minimumdisksize: number
  readonly minimummemorysize: number
  readonly operatingsystem: string
  readonly instancecost: number
  readonly licensecost: number
  readonly bootstrapmethod: string
  readonly tags: readonly string[]
}

const linux = (platform: Platform, id: string, name: string, tags: readonly string[] = []): Template => ({
  id,
  name,
  platform,
  minimumdisksize: 5,
  minimummemorysize: 512,
  operatingsystem: 'linux',
  instancecost: 0,
  licensecost: 0,
  bootstrapmethod: 'CLOUD_INIT',
  tags
})

export const templates: readonly Template[] = [
  linux('KVM', 'ac7c05f1-4cb6-4330-a0a2-d1f2e6244b21', 'AlmaLinux 8', ['almalinux-8']),
  linux('KVM', '2563b4d0-ea80-4aef-8f77-f9b9e479a008', 'AlmaLinux 9', ['almalinux-9', 'almalinux-latest']),
  linux('KVM', '11111111-2222-4333-8444-111111111111', 'Debian 11 (Bullseye)', ['debian-11']),
  linux('KVM', '11111111-2222-4333-8444-555555555555', 'Debian 12 (Bookworm)', ['debian-12', 'debian-latest']),
  linux('KVM', '11111111-2222-4333-8444-222222222222', 'Ubuntu 22.04 LTS (Jammy Jellyfish)', ['ubuntu-22-04']),
  { ...linux('VMware', '420fe17c-bc03-4b2c-a741-7a790e5f21ad', 'Alma Linux 8'), bootstrapmethod: 'DEPLOY_SCRIPT' },
  linux('VMware', 'dbbca8a7-1e26-4b76-8bb4-8d56dae59039', 'Alma Linux 9'),
  linux('VMware', '11111111-2222-4333-8444-666666666666', 'Debian 12 64-bit'),
  {
    id: 'd924551c-0a0d-43ba-abcd-aoeuqwer1234',
    name: 'Windows Server 2022 Standard LTSC',
    platform: 'VMware',
    minimumdisksize: 30,
    minimummemorysize: 1024,
    operatingsystem: 'windows',
    instancecost: 999.1,
    licensecost: 123.4,
    bootstrapmethod: 'DEPLOY_SCRIPT',
    tags: []
  }
]

/** KVM takes the full name, a tag or the id; whatever was sent, the full name is read back. */
export function templateOf (platform: Platform, sent: string): Template | undefined {
  return templates.find(template => template.platform === platform &&
    (template.name === sent || template.id === sent || template.tags.includes(sent)))
}

export const templateNamed = (platform: Platform, name: string): Template | undefined =>
  templates.find(template => template.platform === platform && template.name === name)

const featureNames = [
  'status', 'start', 'reboot', 'stopsoft', 'stophard', 'destroy', 'consolehtml', 'consolevnc', 'clone', 'resourceusage',
  'editdisksize', 'editmemorysize', 'editcpucores', 'edittransfer', 'editbandwidth', 'editip', 'beancounterslimit',
  'resetrootpassword', 'uptime', 'iso', 'changebandwidth', 'activatebackup', 'bios'
]

const absent: Readonly<Record<Platform, readonly string[]>> = {
  VMware: ['consolevnc', 'beancounterslimit', 'resetrootpassword'],
  KVM: [
    'consolevnc', 'clone', 'resourceusage', 'edittransfer', 'editbandwidth', 'beancounterslimit', 'resetrootpassword',
    'uptime', 'iso', 'changebandwidth', 'bios'
  ]
}

export function featuresOf (platform: Platform): Record<string, YesNo> {
  const features: Record<string, YesNo> = {}
  for (const name of featureNames) features[name] = absent[platform].includes(name) ? 'no' : 'yes'
  return features
}

/** SEK a month per core, per GiB of memory and per GB of disk: lines through the prices of the known sample servers. */
export const prices: Readonly<Record<Platform, { core: number, memoryGib: number, diskGb: number }>> = {
  KVM: { core: 42.25, memoryGib: 38.5, diskGb: 1 },
  VMware: { core: 55.9, memoryGib: 41.8, diskGb: 1.4 }
}

export interface Sizes { readonly cpucores: number, readonly memorysize: number, readonly disksize: number }

export function priceOf (platform: Platform, sizes: Sizes): number {
  const { core, memoryGib, diskGb } = prices[platform]
  return round(sizes.cpucores * core + sizes.memorysize / 1024 * memoryGib + sizes.disksize * diskGb)
}

export const round = (amount: number): number => Math.round(amount * 100) / 100

export const monthly = (amount: number): Record<string, unknown> => ({ amount, currency: 'SEK', timeperiod: 'month' })

export const addressPrice = (ipversion: 4 | 6): number => ipversion === 4 ? 20 : 1
