import type { SettingName } from '../company/entities.ts'
import type { Row } from '../json.ts'
import { drawsFor, hashText, uuid } from '../random.ts'
import { v1Time } from '../time.ts'
import { foundedAt, FIRST_USER, userOf, type World } from './world.ts'

const PURPOSE = hashText('permission sets')

/** The sets that every company has (openapi v1, example). */
const permissionSets = [
  ['sales', 'admin', 'Deals admin', 'See and edit all sales data, manage company-level sales setup'],
  ['sales', 'regular', 'Deals regular user', 'Access to sales data. The default for new users.'],
  ['global', 'admin', 'Global admin', 'See and edit all cross-product data'],
  ['global', 'regular', 'Global regular user', 'Access to cross-product data. The default for new users.'],
  ['account_settings', 'admin', 'Account settings', 'Billing, security center, company settings, users'],
  ['account_settings', 'regular', 'No account settings', ''],
] as const

export const apps = ['sales', 'global', 'account_settings'] as const
type App = (typeof apps)[number]

const placeOfSet = (app: App, admin: boolean): number =>
  permissionSets.findIndex(([ofApp, ofType]) => ofApp === app && ofType === (admin ? 'admin' : 'regular'))

/** The first user holds the admin's set of each app, everyone else the regular one. */
export const permissionSetOf = (seed: number, app: App, admin: boolean): string =>
  uuid(drawsFor(seed, PURPOSE, placeOfSet(app, admin)))

export const permissionSetName = (app: App, admin: boolean): string =>
  permissionSets[placeOfSet(app, admin)]?.[2] ?? ''

/** Each with the one above it; everyone is in the first (openapi v1, example). */
const roles = [
  ['(Unassigned users)', 1],
  ['Juhatus', 1],
  ['Müük', 2],
  ['Müük Lõuna', 3],
  ['销售部', 3],
  ['Support', 2],
  ['Interns', 6],
] as const

export interface Role {
  readonly id: number
  readonly name: string
  readonly parent: number
}

/** The role of the nth user. */
export function roleOfUser(n: number): Role {
  const place = (n - 1) % roles.length
  const [name, parent] = roles[place] ?? roles[0]
  return { id: place + 1, name, parent }
}

export const roleIds = roles.map((_, i) => i + 1)

const teams = [
  ['Katusemeistrid', 'Roofs of private houses'],
  ['Closers 🏁', 'Whoever signs'],
  ['Suurkliendid', ''],
] as const

function levelOf(role: number): number {
  const parent = roles[role - 1]?.[1] ?? 1
  return parent === 1 ? 1 : 1 + levelOf(parent)
}

/** Of each team, in order. */
export const teamMembers = (world: World): number[][] =>
  teams.map((_, i) => [...new Set([userOf(world, i), userOf(world, i + 1), userOf(world, 2 * i + 1)])])

/** Who may do what, and with whom (openapi v1); who is in them is counted when they are answered. */
export const accessRows = {
  roles: (): Row[] =>
    roles.map(([name, parent], i) => ({
      id: i + 1,
      parent_role_id: parent,
      name,
      active_flag: true,
      assignment_count: '0',
      sub_role_count: String(roles.filter(([, above], j) => above === i + 1 && j !== i).length),
      level: levelOf(i + 1),
    })),
  permission_sets: ({ seed }: World): Row[] =>
    permissionSets.map(([app, type, name, description]) => ({
      id: permissionSetOf(seed, app, type === 'admin'),
      name,
      description,
      app,
      type,
      assignment_count: 0,
    })),
  teams: (world: World): Row[] =>
    teams.map(([name, description], i) => ({
      id: i + 1,
      name,
      description,
      manager_id: userOf(world, i),
      users: [],
      active_flag: i === 2 ? 0 : 1,
      deleted_flag: 0,
      add_time: v1Time(foundedAt(world.start)),
      created_by_user_id: FIRST_USER,
    })),
} satisfies Partial<Record<SettingName, (world: World) => Row[]>>
