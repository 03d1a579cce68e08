import { expect, test } from 'vitest'
import { openBasket } from '../src/child-basket.ts'
import { streamNamed } from './support/world.ts'
import { Batch } from '../src/transform/batch.ts'
import { compileTransform } from '../src/transform/records.ts'

const page = (...records: readonly object[]): Uint8Array => Buffer.from(JSON.stringify(records))
const open = () =>
  openBasket<string>([new Batch(1), new Batch(1)], compileTransform(streamNamed('deal_participants'), []))

test('of pages that are not whole nothing is taken, and what was taken before stays', () => {
  const basket = open()
  basket.take(['a'], [page({ id: 1 }), page({ id: 2 })])
  expect(() => basket.take(['b'], [page({ id: 3 }), page({ id: 4, odd: 1 }, { odd: 2 })])).toThrow(
    /without its key/,
  )
  basket.take(['c'], [page({ id: 5 })])
  const { batch, parents } = basket.empty(1)
  const rows = Buffer.concat([...batch.rows(0)]).toString()
  expect(
    rows
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t')[0]),
  ).toEqual(['1', '2', '5'])
  expect(batch.drift).toEqual([])
  expect(batch.pages).toBe(3)
  expect(parents).toEqual(['a', 'c'])
})

test('who was refused waits until anybody was answered', () => {
  const basket = open()
  basket.refuse(['a'])
  expect(basket.isEmpty).toBe(true)
  basket.fail(['b'])
  expect(basket.empty(0)).toMatchObject({ refused: [], failed: ['b'] })
  basket.begin()
  basket.take(['c'], [page({ id: 1 })])
  expect(basket.empty(1)).toMatchObject({ parents: ['c'], refused: ['a'], failed: [] })
})
