import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText } from '../random.ts'
import { v2Time } from '../time.ts'
import { between, childSource, someOf } from './brood.ts'
import { dealSource } from './deals.ts'
import { organizationSource } from './organizations.ts'
import { personSource } from './persons.ts'
import { productSource } from './products.ts'
import { FIRST_USER, foundedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('followers')

/** The owner follows a record, and others follow one in three (openapi v2). */
function followersOf(parentSource: (world: World) => Source, link: string): (world: World) => Source {
  const purpose = hashText(`followers by ${link}`)
  return (world) => {
    const parents = parentSource(world)
    const others = someOf(world, purpose, 0.35, 2)
    return childSource({
      parents: parents.count,
      sizeOf: (parent) => Math.min(world.size.users, 1 + others(parent)),
      link,
      row: (parent, place, n) => {
        const draw = drawsFor(world.seed, purpose + 1, n)
        const owner = parents.row(parent)['owner_id'] as number
        const { added } = parents.head(parent)
        return {
          user_id: userOf(world, owner - FIRST_USER + place - 1),
          add_time: v2Time(place === 1 ? added : between(draw, added, world.start)),
        }
      },
    })
  }
}

/** Users who follow users. */
function userFollowers(world: World): Source {
  const { seed, size, start } = world
  const some = someOf(world, PURPOSE, 0.8, 2)
  return childSource({
    parents: size.users,
    sizeOf: (user) => Math.min(size.users - 1, some(user)),
    link: 'followed_user_id',
    idOfParent: (user) => userOf(world, user - 1),
    row: (user, place, n) => {
      const draw = drawsFor(seed, PURPOSE + 1, n)
      const since = foundedAt(start) + below(draw, 1000) * 1000
      return { user_id: userOf(world, user - 1 + place), add_time: v2Time(between(draw, since, start)) }
    },
  })
}

export const followerSources = {
  deal_followers: followersOf(dealSource, 'deal_id'),
  person_followers: followersOf(personSource, 'person_id'),
  organization_followers: followersOf(organizationSource, 'org_id'),
  product_followers: followersOf(productSource, 'product_id'),
  user_followers: userFollowers,
} as const
