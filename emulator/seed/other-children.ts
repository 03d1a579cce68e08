import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText, pick, uuid } from '../random.ts'
import { leadTime, v1Time } from '../time.ts'
import { between, childSource, someOf } from './brood.ts'
import { noteSource } from './notes.ts'
import { noteTexts } from './words.ts'
import { addedAt, COMPANY_ID, userOf, type World } from './world.ts'

const COMMENTS = hashText('comments')
const VARIATIONS = hashText('variations')
const RELATIONSHIPS = hashText('relationships')

/** Comments on notes, their times in milliseconds (openapi v1, example). */
export function commentSource(world: World): Source {
  const notes = noteSource(world)
  return childSource({
    parents: world.size.notes,
    sizeOf: someOf(world, COMMENTS, 0.4, 2),
    link: 'note_id',
    key: 'uuid',
    id: (n) => uuid(drawsFor(world.seed, COMMENTS + 1, n)),
    row: (note, _place, n) => {
      const draw = drawsFor(world.seed, COMMENTS + 2, n)
      const added = between(draw, notes.head(note).added, world.start) + below(draw, 1000)
      const [writer, editor] = [below(draw, world.size.users), below(draw, world.size.users)]
      return {
        active_flag: true,
        add_time: leadTime(added),
        update_time: leadTime(draw() < 0.7 ? added : Math.floor(added + draw() * (world.start - added))),
        content: pick(draw, noteTexts),
        user_id: userOf(world, writer),
        updater_id: userOf(world, editor),
        company_id: COMPANY_ID,
      }
    },
  })
}

const sizes = ['S', 'M', 'XL', '大', 'Läbipaistev'] as const

/** Variations of products, each with its own price (openapi v2). */
export function variationSource(world: World): Source {
  return childSource({
    parents: world.size.products,
    sizeOf: someOf(world, VARIATIONS, 0.5, 3),
    link: 'product_id',
    row: (_product, place, n) => {
      const draw = drawsFor(world.seed, VARIATIONS + 1, n)
      const cost = below(draw, 50_000) / 100
      return {
        name: sizes[place % sizes.length] ?? '',
        prices: [
          {
            product_variation_id: n,
            price: cost * 2,
            currency: 'EUR',
            cost,
            direct_cost: draw() < 0.5 ? null : cost,
            notes: '',
          },
        ],
      }
    },
  })
}

const linkedOf = (owner: number): number => Math.floor(owner / 2)
const ownersOf = (linked: number): readonly number[] => [2 * linked, 2 * linked + 1]

/** Organizations that belong to one another; they are read through either of the two (openapi v1). */
export function relationshipSource(world: World): Source {
  const { organizations } = world.size
  const some = someOf(world, RELATIONSHIPS, 0.4, 1)
  const owned = childSource({
    parents: organizations,
    sizeOf: (owner) => (owner < 2 ? 0 : some(owner)),
    link: 'org_id',
    row: (owner, _place, n) => {
      const draw = drawsFor(world.seed, RELATIONSHIPS + 1, n)
      const made = between(draw, addedAt(world, owner, organizations), world.start)
      return {
        rel_linked_org_id: linkedOf(owner),
        type: pick(draw, ['parent', 'related']),
        add_time: v1Time(made),
        update_time: v1Time(made),
        active_flag: true,
      }
    },
  })
  return {
    ...owned,
    under: (kind, organization) =>
      [organization, ...ownersOf(organization)].flatMap((owner) => owned.under?.(kind, owner) ?? []),
  }
}
