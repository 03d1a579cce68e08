import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyTable, type Key } from '../../src/transform/key-table.ts'

const keys: fc.Arbitrary<Key> = fc.oneof(
  fc.integer({ min: -5, max: 40 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ maxLength: 2 }),
  fc.uuid(),
)
const entries = fc.array(fc.tuple(keys, fc.nat()), { maxLength: 3000 })

test('holds more keys than it had room for at first', () => {
  const table = new KeyTable()
  const many = Array.from({ length: 20_000 }, (_, index): Key =>
    index % 3 === 0 ? `key ${index}` : index * 7,
  )
  for (const [index, key] of many.entries()) table.set(key, index)
  expect(many.map((key) => table.get(key))).toEqual([...many.keys()])
})

test('holds what a Map would, also when it was emptied and has grown', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 3 }), fc.array(keys), (fillings, others) => {
      const table = new KeyTable()
      for (const filling of fillings) {
        table.clear()
        const map = new Map<Key, number>()
        for (const [key, value] of filling) {
          table.set(key, value)
          map.set(key, value)
        }
        expect(table.size).toBe(map.size)
        for (const key of [...map.keys(), ...others]) expect(table.get(key)).toBe(map.get(key) ?? Number.NaN)
      }
    }),
    { numRuns: 50 },
  )
})
