import type { Source } from '../company/collection.ts'
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

  /** The parents of the kinds before. */
  function parentsBefore(kind: string): number {
    const at = parents.findIndex(([entity]) => entity === kind)
    return parents.slice(0, at).reduce((sum, [, source]) => sum + source.count, 0)
  }

  return {
    count,
    id: (n) => n,
    head: () => ({ added: NaN, updated: NaN, flags: 0 }),
    under(kind, parent) {
      const source = parents.find(([entity]) => entity === kind)?.[1]
      if (!source || parent > source.count) return []
      const first = (parentsBefore(kind) + parent - 1) * each + 1
      return Array.from({ length: each }, (_, i) => first + i)
    },
    row(n) {
      const [entity, source, parent] = placeOf(n)
      const owner = source.row(parent)['owner_id'] as number
      return {
        id: n,
        entity,
        entity_id: source.id(parent),
        user_id: userOf(world, owner - FIRST_USER + ((n - 1) % each)),
      }
    },
  }
}
