import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick, uuid, type Draw } from '../random.ts'
import { DAY, day, v2Time } from '../time.ts'
import { between, childSource, someOf, type SizeOf } from './brood.ts'
import { amount } from './custom-values.ts'
import { dealSource } from './deals.ts'
import { dealStories } from './deal-story.ts'
import { productSource } from './products.ts'
import { noteTexts } from './words.ts'
import { userOf, type World } from './world.ts'

const PRODUCTS = hashText('products of deals')
const INSTALLMENTS = hashText('installments of deals')
const DISCOUNTS = hashText('discounts of deals')

/** Two deals in five have products, none where there are none to be had. */
function productsOf(world: World): SizeOf {
  const some = someOf(world, PRODUCTS, 0.4, 3)
  return (deal) => (world.size.products === 0 ? 0 : some(deal))
}

const ofDealsWithProducts = (world: World, some: SizeOf): SizeOf => {
  const products = productsOf(world)
  return (deal) => (products(deal) === 0 ? 0 : some(deal))
}

/** When something happened to a deal that was there and not yet deleted. */
function momentsOf(world: World): (draw: Draw, deal: number) => number {
  const story = dealStories(world)
  return (draw, deal) => {
    const { added, deleted } = story(deal)
    return between(draw, added, deleted ?? world.start)
  }
}

function attached(draw: Draw, product: Row, currency: string): Row {
  const [listed] = product['prices'] as readonly Row[]
  const price = amount(Number(listed?.['price'] ?? 0), currency)
  const quantity = 1 + below(draw, 12)
  const discount = draw() < 0.2 ? 10 : 0
  return {
    sum: amount(quantity * price * (1 - discount / 100), currency),
    tax: product['tax'] ?? 0,
    name: product['name'] ?? '',
    product_id: product['id'] ?? null,
    currency,
    discount,
    discount_type: 'percentage',
    quantity,
    item_price: price,
    tax_method: pick(draw, ['exclusive', 'inclusive', 'none']),
    billing_frequency: product['billing_frequency'] ?? 'one-time',
  }
}

/** Products attached to deals (openapi v2). */
export function dealProductSource(world: World): Source {
  const [deals, products, moment] = [dealSource(world), productSource(world), momentsOf(world)]
  return childSource({
    parents: world.size.deals,
    sizeOf: productsOf(world),
    link: 'deal_id',
    row: (deal, place, n) => {
      const draw = drawsFor(world.seed, PRODUCTS + 1, n)
      const product = products.row(1 + below(draw, world.size.products))
      const added = moment(draw, deal)
      return {
        ...attached(draw, product, deals.row(deal)['currency'] as string),
        product_variation_id: null,
        order_nr: place,
        add_time: v2Time(added),
        update_time: v2Time(draw() < 0.6 ? added : Math.max(added, moment(draw, deal))),
        comments: draw() < 0.7 ? '' : pick(draw, noteTexts),
        is_enabled: draw() < 0.95,
        billing_frequency_cycles: null,
        billing_start_date: draw() < 0.5 ? null : day(added + 10 * DAY),
      }
    },
  })
}

const installments = ['Ettemaks', 'Delivery', 'Монтаж', '尾款'] as const

/** Installments of deals (openapi v2). */
export function installmentSource(world: World): Source {
  const moment = momentsOf(world)
  return childSource({
    parents: world.size.deals,
    sizeOf: ofDealsWithProducts(world, someOf(world, INSTALLMENTS, 0.4, 3)),
    link: 'deal_id',
    row: (deal, place, n) => {
      const draw = drawsFor(world.seed, INSTALLMENTS + 1, n)
      return {
        amount: below(draw, 500_000) / 100,
        billing_date: day(moment(draw, deal) + place * 30 * DAY),
        description: pick(draw, installments),
      }
    },
  })
}

/** Additional discounts of deals (openapi v2). */
export function discountSource(world: World): Source {
  const moment = momentsOf(world)
  return childSource({
    parents: world.size.deals,
    sizeOf: ofDealsWithProducts(world, someOf(world, DISCOUNTS, 0.6, 2)),
    link: 'deal_id',
    id: (n) => uuid(drawsFor(world.seed, DISCOUNTS + 1, n)),
    row: (deal, _place, n) => {
      const draw = drawsFor(world.seed, DISCOUNTS + 2, n)
      const [made, user] = [v2Time(moment(draw, deal)), userOf(world, below(draw, world.size.users))]
      const inPercent = draw() < 0.5
      return {
        type: inPercent ? 'percentage' : 'amount',
        amount: inPercent ? 1 + below(draw, 20) : below(draw, 90_000) / 100,
        description: inPercent ? 'Püsikliendi soodustus' : 'Rabatt',
        created_at: made,
        created_by: user,
        updated_at: made,
        updated_by: user,
      }
    },
  })
}
