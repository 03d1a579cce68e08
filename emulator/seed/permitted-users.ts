import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { dealSource } from './deals.ts'
import { leadSource } from './leads.ts'
import { organizationSource } from './organizations.ts'
import { personSource } from './persons.ts'
import { productSource } from './products.ts'
import { FIRST_USER, userOf, type World } from './world.ts'

const MOST = 3

/** Who may see which record: its owner, and as many colleagues as keep a large company cheap (openapi v1). */
export function permittedUserSource(world: World): Source {
  const each = Math.min(MOST, world.size.users)
  const parents = Object.entries({
    deals: dealSource(world),
    persons: personSource(world),
    organizations: organizationSource(world),
    leads: leadSource(world),
    products: productSource(world),
  })
  const count = each * parents.reduce((sum, [, source]) => sum + source.count, 0)

  function placeOf(n: number): readonly [entity: string, source: Source, parent: number] {
    let parent = Math.floor((n - 1) / each) + 1
    for (const [entity, source] of parents) {
      if (parent <= source.count) return [entity, source, parent]
      parent -= source.count
    }
    throw new RangeError(`There are ${count} permitted users, and none ${n}.`)
  }

  function links(n: number): Row {
    const [entity, source, parent] = placeOf(n)
    return { id: n, entity, entity_id: source.id(parent) }
  }

  return {
    count,
    id: (n) => n,
    head: () => ({ added: NaN, updated: NaN, flags: 0 }),
    links,
    row(n) {
      const [, source, parent] = placeOf(n)
      const owner = source.row(parent)['owner_id'] as number
      return { ...links(n), user_id: userOf(world, owner - FIRST_USER + ((n - 1) % each)) }
    },
  }
}
