import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { toSecond, v2Time } from '../time.ts'
import { seededCustom } from './custom-values.ts'
import { productNames } from './words.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('products')

export function productSource(world: World): Source {
  const count = world.size.products
  const added = (n: number): number => addedAt(world, n, count)
  const updated = (n: number): number =>
    toSecond(added(n) + drawsFor(world.seed, PURPOSE, n)() * (world.start - added(n)))
  return {
    count,
    custom: seededCustom(world, 'products'),
    id: (n) => n,
    head: (n) => ({ added: added(n), updated: updated(n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 1, n)
      const price = Math.round(draw() * 100_000) / 100
      return {
        id: n,
        name: `${pick(draw, productNames)} ${n}`,
        code: draw() < 0.2 ? null : `SKU-${1000 + n}`,
        description: null,
        unit: pick(draw, ['pcs', 'h', 'm²', '']),
        tax: pick(draw, [0, 9, 22]),
        category: pick(draw, [null, '21', '22']),
        is_linkable: true,
        is_deleted: false,
        visible_to: 3,
        owner_id: userOf(world, below(draw, world.size.users)),
        add_time: v2Time(added(n)),
        update_time: v2Time(updated(n)),
        billing_frequency: pick(draw, ['one-time', 'monthly', 'annually']),
        billing_frequency_cycles: null,
        prices: [
          {
            product_id: n,
            price,
            currency: 'EUR',
            cost: Math.round(price * 60) / 100,
            direct_cost: null,
            notes: '',
          },
          ...(draw() < 0.3
            ? [
                {
                  product_id: n,
                  price: price * 2,
                  currency: 'USD',
                  cost: price,
                  direct_cost: null,
                  notes: 'US list',
                },
              ]
            : []),
        ],
      }
    },
  }
}
