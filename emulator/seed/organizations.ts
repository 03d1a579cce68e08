import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { toSecond, v2Time } from '../time.ts'
import { address, seededCustom } from './custom-values.ts'
import { organizationForms, organizationRoots } from './names.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('organizations')

export function organizationName(world: World, n: number): string {
  const draw = drawsFor(world.seed, PURPOSE, n)
  return `${pick(draw, organizationRoots)} ${pick(draw, organizationForms)}`
}

function updatedAt(world: World, n: number): number {
  const added = addedAt(world, n, world.size.organizations)
  const draw = drawsFor(world.seed, PURPOSE + 1, n)
  return draw() < 0.3 ? added : toSecond(added + draw() * (world.start - added))
}

/** Only companies with the organization data feature have these (openapi v2, organizations). */
function dataOf(world: World, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 3, n)
  return {
    website: draw() < 0.4 ? null : `https://organization-${n}.example`,
    linkedin: draw() < 0.7 ? null : `https://linkedin.example/company/${n}`,
    industry: draw() < 0.5 ? null : below(draw, 20),
    annual_revenue: draw() < 0.5 ? null : below(draw, 5_000_000),
    employee_count: draw() < 0.5 ? null : below(draw, 900),
  }
}

export function organizationSource(world: World): Source {
  const count = world.size.organizations
  return {
    count,
    custom: seededCustom(world, 'organizations'),
    id: (n) => n,
    head: (n) => ({ added: addedAt(world, n, count), updated: updatedAt(world, n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 2, n)
      return {
        id: n,
        name: organizationName(world, n),
        owner_id: userOf(world, below(draw, world.size.users)),
        add_time: v2Time(addedAt(world, n, count)),
        update_time: v2Time(updatedAt(world, n)),
        is_deleted: false,
        visible_to: 3,
        address: draw() < 0.2 ? null : address(draw),
        label_ids: draw() < 0.3 ? [11 + below(draw, 4)] : [],
        ...(world.switches.organizationData ? dataOf(world, n) : {}),
      }
    },
  }
}
