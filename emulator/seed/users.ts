import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { drawsFor, hashText } from '../random.ts'
import { DAY, toSecond, v1Time } from '../time.ts'
import { apps, permissionSetOf, roleOfUser } from './access.ts'
import { firstNames, lastNames } from './names.ts'
import { FIRST_USER, foundedAt, type World } from './world.ts'

const PURPOSE = hashText('users')

export const userName = (n: number): string =>
  `${firstNames[(n * 5) % firstNames.length] ?? ''} ${lastNames[(n * 3) % lastNames.length] ?? ''}`

function access(world: World, n: number): Row[] {
  const admin = n === 1
  return apps.map((app) => ({ app, admin, permission_set_id: permissionSetOf(world.seed, app, admin) }))
}

/** Users as v1 answers them (recorded 2026-05-15); the first one owns the token. */
export function userSource(world: World): Source {
  // Everyone is there before the first record, and was here in the last days.
  const created = (n: number): number => toSecond(foundedAt(world.start) + ((n - 1) / world.size.users) * DAY)
  const seen = (n: number): number => toSecond(world.start - drawsFor(world.seed, PURPOSE + 1, n)() * 5 * DAY)
  // A user who never changed has no `modified` (openapi v1: nullable).
  const modified = (n: number): number => (n % 4 === 3 ? NaN : created(n) + 30 * DAY)
  return {
    count: world.size.users,
    id: (n) => FIRST_USER + n - 1,
    head: (n) => ({ added: created(n), updated: modified(n), flags: 0 }),
    row: (n) => ({
      id: FIRST_USER + n - 1,
      name: userName(n),
      email: `user${n}@pohjala.example`,
      lang: 1,
      locale: 'en_US',
      timezone_name: n % 3 === 0 ? 'Asia/Shanghai' : 'Europe/Tallinn',
      timezone_offset: n % 3 === 0 ? '+08:00' : '+03:00',
      default_currency: 'EUR',
      icon_url: null,
      active_flag: true,
      is_deleted: false,
      is_admin: n === 1 ? 1 : 0,
      role_id: roleOfUser(n).id,
      created: v1Time(created(n)),
      has_created_company: n === 1,
      is_you: n === 1,
      access: access(world, n),
      phone: n % 2 === 0 ? `+372 600 ${1000 + n}` : null,
      modified: n % 4 === 3 ? null : v1Time(modified(n)),
      last_login: v1Time(seen(n)),
    }),
  }
}
