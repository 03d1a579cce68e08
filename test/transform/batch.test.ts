import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch } from '../../src/transform/batch.ts'
import type { Drift, PageRows, RecordRows } from '../../src/transform/records.ts'

/** A version of a record: its row and its one child row say which. */
function version(key: number | string, cursor: number | null, mark = ''): RecordRows {
  const says = `${key}@${cursor}${mark}`
  return { key, cursor, row: [key, says], children: [[[key, 0, says]], []] }
}

function page(records: readonly RecordRows[], drift: readonly Drift[] = []): PageRows {
  return { records, drift }
}

function batchOf(...pages: readonly (readonly RecordRows[])[]): Batch {
  const batch = new Batch()
  for (const records of pages) batch.add(page(records))
  return batch
}

describe('a batch', () => {
  test('holds one row a record, and counts pages and records', () => {
    const batch = batchOf([version(1, 10), version(2, 20)], [version(2, 20), version(3, 30)], [])
    expect([batch.size, batch.pages, batch.keys()]).toEqual([3, 3, [1, 2, 3]])
    expect(batch.rows()).toHaveLength(3)
  })

  test.each([
    ['the newer one that comes later', [version(1, 10), version(1, 20)], '1@20'],
    ['the newer one that came first', [version(1, 20), version(1, 10)], '1@20'],
    ['the later of two with the same time', [version(1, 10, 'a'), version(1, 10, 'b')], '1@10b'],
    ['the later where one has no time', [version(1, 10), version(1, null)], '1@null'],
    ['the later where the other has no time', [version(1, null), version(1, 10)], '1@10'],
  ])('keeps of two versions %s', (_what, versions, kept) => {
    for (const batch of [batchOf(versions), batchOf(...versions.map((each) => [each]))]) {
      expect(batch.rows().map((row) => row[1])).toEqual([kept])
      expect(batch.childRows(0).map((row) => row[2])).toEqual([kept])
    }
  })

  test('gives the rows of each exploded table apart, and none for a table it does not have', () => {
    const batch = batchOf([version(1, 10), version(2, 10)])
    expect(batch.childRows(0)).toHaveLength(2)
    expect(batch.childRows(1)).toEqual([])
    expect(batch.childRows(2)).toEqual([])
  })

  test('gathers the drift of all its pages', () => {
    const batch = new Batch()
    const one: Drift = { key: 'a', reason: 'unknown', count: 1 }
    batch.add(page([], [one]))
    batch.add(page([], [{ ...one, reason: 'unfit' }]))
    expect(batch.drift).toEqual([one, { ...one, reason: 'unfit' }])
  })

  test('holds the same rows in whatever order versions arrive and however they are cut into pages', () => {
    const versions = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 50 })),
      {
        selector: ([key, cursor]) => `${key}@${cursor}`,
        minLength: 1,
        maxLength: 25,
      },
    )
    const shuffled = versions.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.integer({ min: 1, max: all.length }),
      ),
    )
    const rowsOf = (batch: Batch): unknown[] => [...batch.rows(), ...batch.childRows(0)].map(String).sort()
    fc.assert(
      fc.property(shuffled, ([all, other, cut]) => {
        const records = (list: typeof all): RecordRows[] => list.map(([key, cursor]) => version(key, cursor))
        const one = batchOf(records(all))
        const two = batchOf(records(other.slice(0, cut)), records(other.slice(cut)))
        expect(rowsOf(two)).toEqual(rowsOf(one))
        const newest = new Map<number, number>()
        for (const [key, cursor] of all) newest.set(key, Math.max(cursor, newest.get(key) ?? -1))
        expect(
          one
            .rows()
            .map((row) => row[1])
            .sort(),
        ).toEqual([...newest].map(([key, cursor]) => `${key}@${cursor}`).sort())
      }),
    )
  })
})
