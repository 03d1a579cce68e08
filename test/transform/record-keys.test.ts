import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonScanner } from '../../src/json/scanner.ts'
import { Places, RecordKeys } from '../../src/transform/record-keys.ts'

const NAMES = Array.from({ length: 40 }, (_, index) => `key ${index}`)

/** Members as they stand in JSON text, in any order and number; most are null, as in records with many unused fields. */
const members = fc.array(
  fc.tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom(...Array<string>(12).fill('null'), '1', '"x"', ' null'),
  ),
  { maxLength: 60 },
)
const inOrder = fc
  .array(fc.constantFrom(...Array<string>(60).fill('null'), '7', '[null]'), { minLength: 40, maxLength: 40 })
  .map((values) => NAMES.map((name, index) => [name, values[index] ?? 'null'] as [string, string]))

function textOf(record: readonly (readonly [string, string])[]): string {
  return `{${record.map(([name, value]) => `"${name}":${value}`).join()}}`
}

/** Every second key is read. */
function readerOf() {
  const keys = new RecordKeys()
  const slots = new Map(NAMES.filter((_, index) => index % 2 === 0).map((name, slot) => [name, slot]))
  for (const [name, slot] of slots) keys.add(name, slot)
  const places = new Places(slots.size)
  const scanner = new JsonScanner()
  return (text: string) => {
    scanner.open(Buffer.from(text))
    places.clear()
    keys.scan(scanner, places)
    const values = [...slots].map(([name, slot]) => [
      name,
      places.has(slot) ? scanner.value(places.starts[slot] as number, places.ends[slot] as number) : null,
    ])
    return {
      end: scanner.at,
      values: Object.fromEntries(values) as Record<string, unknown>,
      strays: places.strays.map((stray) => [stray.name, scanner.value(stray.start, stray.end)]),
    }
  }
}

describe('the keys of records', () => {
  test('that come with many nulls in a row are read like all others, whatever the records before them had', () => {
    let long = 0
    fc.assert(
      fc.property(fc.array(fc.oneof(inOrder, inOrder, members), { maxLength: 30 }), (records) => {
        const read = readerOf()
        for (const record of records) {
          const text = textOf(record)
          const truth = JSON.parse(text) as Record<string, unknown>
          const { end, values, strays } = read(text)
          expect(end).toBe(text.length)
          for (const [name, value] of Object.entries(values)) expect(value, text).toEqual(truth[name] ?? null)
          const odd = record.filter(([name, value]) => !(name in values) && value.trim() !== 'null')
          expect(strays, text).toEqual(odd.map(([name, value]) => [name, JSON.parse(value) as unknown]))
          if (/(":null,"[^"]*){16}/.test(text)) long++
        }
      }),
      { numRuns: 400 },
    )
    expect(long).toBeGreaterThan(500)
  })

  test('are refused where a run of nulls is cut off, or goes on with something else', () => {
    const record = textOf(NAMES.map((name) => [name, 'null']))
    for (const broken of [
      record.slice(0, -1),
      record.slice(0, -3),
      record.replace(/\}$/, ' 1}'),
      record.replace(/\}$/, ']'),
    ]) {
      const read = readerOf()
      read(record)
      read(record)
      expect(() => read(broken), broken).toThrow(SyntaxError)
    }
  })

  test('take back what came earlier for the same place, in a run of nulls too', () => {
    const keys = new RecordKeys()
    for (const [slot, name] of NAMES.entries()) {
      keys.add(name, slot)
      keys.inside('within', null).add(name, slot)
    }
    const places = new Places(NAMES.length)
    const scanner = new JsonScanner()
    const text = `{"${NAMES[9]}":1,"within":${textOf(NAMES.map((name) => [name, 'null']))}}`
    for (let record = 0; record < 3; record++) {
      scanner.open(Buffer.from(text))
      keys.scan(scanner, places)
      expect(places.has(9)).toBe(false)
    }
  })
})
