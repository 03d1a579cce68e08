import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectStreams } from '../../src/streams/index.ts'
import { Batch } from '../../src/transform/batch.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { compileTransform } from '../../src/transform/records.ts'
import { transformPage } from '../support/copy-rows.ts'

const [persons] = selectStreams(['persons'])
if (persons === undefined) throw new Error('persons')
const layout = layoutStream(persons, [])
const transform = compileTransform(persons, [])

const records = [
  {
    id: 1,
    name: 'Ada "the first"\n',
    emails: [{ value: 'a@x.example', primary: true, label: 'work' }, 'bare'],
    phones: [],
    label_ids: [1, 2],
    postal_address: { value: 'Here', country: null, extra: [{ deep: '}]"' }] },
    custom_fields: { ffff: [1, { two: 2 }] },
    update_time: '2026-05-15T10:00:00Z',
  },
  { id: 2, odd: null, update_time: null, name: 7 },
  { update_time: '2026-05-15T10:00:01Z', id: 3 },
]

function read(page: string) {
  return transformPage(transform, layout, Buffer.from(page))
}

describe('a page', () => {
  test('reads the same with any white space between its parts', () => {
    const compact = read(JSON.stringify(records))
    expect(compact.rows).toHaveLength(3)
    expect(read(JSON.stringify(records, null, 3))).toEqual(compact)
    expect(read(` ${JSON.stringify(records, null, '\t').replaceAll('\n', '\r\n')} \n`)).toEqual(compact)
  })

  test('reads the same whichever order the keys of a record have, and whether they change from one to the next', () => {
    const turned = records.map((record) => Object.fromEntries(Object.entries(record).reverse()))
    const plain = read(JSON.stringify(records))
    expect(read(JSON.stringify(turned)).rows.map((row) => row.slice(0, -1))).toEqual(
      plain.rows.map((row) => row.slice(0, -1)),
    )
    const mixed = read(JSON.stringify([records[0], turned[1], records[2], turned[0]]))
    expect(mixed.rows.slice(0, 2).map((row) => row.slice(0, -1))).toEqual(
      [plain.rows[1], plain.rows[2]].map((row) => row?.slice(0, -1)),
    )
  })

  test('reads keys that are written with escapes', () => {
    expect(read('[{"\\u0069d":4,"na\\u006de":"x"}]').rows[0]?.slice(0, 2)).toEqual([4, 'x'])
  })

  test('takes the last of two values under one key', () => {
    const { rows } = read('[{"id":4,"name":"a","name":"b"},{"id":5,"name":"a","name":null}]')
    expect(rows.map((row) => row[1])).toEqual(['b', null])
  })

  test('without records is an empty page', () => {
    expect(read('[]')).toMatchObject({ rows: [], cursors: [] })
    expect(read(' [ ] ')).toMatchObject({ rows: [], cursors: [] })
  })

  test('that is not JSON is refused, wherever it breaks', () => {
    const text = Buffer.from(JSON.stringify(records))
    const damage = fc.tuple(
      fc.nat(text.length - 1),
      fc.constantFrom('cut', 'drop', 'change'),
      fc.constantFrom(...Buffer.from('{}[]",:\\0a 1-.'), 1),
    )
    const refused = { count: 0 }
    fc.assert(
      fc.property(damage, ([at, how, byte]) => {
        const damaged = Buffer.concat([
          text.subarray(0, at),
          Buffer.from(how === 'change' ? [byte] : []),
          how === 'cut' ? Buffer.alloc(0) : text.subarray(at + 1),
        ])
        try {
          JSON.parse(damaged.toString())
        } catch {
          refused.count++
          expect(() => transform(damaged, new Batch(4)), damaged.toString()).toThrow(
            expect.objectContaining({ recovery: 'skip-stream' }) as Error,
          )
        }
      }),
      { numRuns: 3000 },
    )
    expect(refused.count).toBeGreaterThan(500)
  })
})
