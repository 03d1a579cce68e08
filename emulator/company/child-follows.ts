import { isRow, type Json, type Row } from '../json.ts'
import type { Collections } from './shapes.ts'

const numberIn = (row: Row, key: string): number => (typeof row[key] === 'number' ? row[key] : 0)

function sumOf(row: Row): number {
  const whole = numberIn(row, 'quantity') * numberIn(row, 'item_price')
  const discount = numberIn(row, 'discount')
  return row['discount_type'] === 'amount' ? whole - discount : whole * (1 - discount / 100)
}

/** A product that is attached to a deal brings its name and tax; its sum follows its price (openapi v2). */
export function attachedProductFollows(
  before: Row,
  patch: Row,
  _now: number,
  { products }: Collections,
): Row {
  const id = patch['product_id']
  const slot = typeof id === 'number' ? products.slotOf(id) : undefined
  const { name = '', tax = 0 } = slot === undefined ? {} : products.coreAt(slot)
  const brought = slot === undefined ? {} : { name, tax }
  const after = { ...before, ...patch }
  return { ...brought, ...patch, ...('sum' in patch ? {} : { sum: Math.round(sumOf(after) * 100) / 100 }) }
}

/** The prices of a variation name it. */
export function variationPricesFollow(before: Row, patch: Row): Row {
  const prices = patch['prices']
  if (!Array.isArray(prices)) return {}
  const named = (prices as readonly Json[])
    .filter(isRow)
    .map((price) => ({ ...price, product_variation_id: before['id'] ?? null }))
  return { prices: named }
}
