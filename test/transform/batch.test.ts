import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch } from '../../src/transform/batch.ts'
import type { Key } from '../../src/transform/key-table.ts'
import type { Drift } from '../../src/transform/leftovers.ts'

/** A version of a record; its row and its one child row say which. */
interface Version {
  readonly key: Key
  readonly cursor: number | null
  readonly says: string
}

function version(key: Key, cursor: number | null, mark = ''): Version {
  return { key, cursor, says: `${key}@${cursor}${mark}` }
}

function add(batch: Batch, page: readonly Version[], drift: readonly Drift[] = []): void {
  for (const { key, cursor, says } of page) {
    for (const [index, text] of batch.tables.slice(0, 2).entries()) {
      text.cell(index === 0 ? says : `child of ${says}`)
      text.endRow()
    }
    batch.endRecord(key, cursor)
  }
  batch.endPage(drift)
}

/** A batch of a table, an exploded table with a row a record, and one with none. */
function batchOf(...pages: readonly (readonly Version[])[]): Batch {
  const batch = new Batch(3)
  for (const page of pages) add(batch, page)
  return batch
}

function lines(batch: Batch, table: number): string[] {
  return Buffer.concat([...batch.rows(table)])
    .toString()
    .split('\n')
    .slice(0, -1)
}

describe('a batch', () => {
  test('holds one row a record, and counts pages and records', () => {
    const batch = batchOf([version(1, 10), version(2, 20)], [version(2, 20), version(3, 30)], [])
    expect([batch.size, batch.pages]).toEqual([3, 3])
    expect(lines(batch, 0)).toEqual(['1@10', '2@20', '3@30'])
  })

  test.each([
    ['the newer one that comes later', [version(1, 10), version(1, 20)], '1@20'],
    ['the newer one that came first', [version(1, 20), version(1, 10)], '1@20'],
    ['the later of two with the same time', [version(1, 10, 'a'), version(1, 10, 'b')], '1@10b'],
    ['the later where one has no time', [version(1, 10), version(1, null)], '1@null'],
    ['the later where the other has no time', [version(1, null), version(1, 10)], '1@10'],
  ])('keeps of two versions %s', (_what, versions, kept) => {
    for (const batch of [batchOf(versions), batchOf(...versions.map((each) => [each]))]) {
      expect(lines(batch, 0)).toEqual([kept])
      expect(lines(batch, 1)).toEqual([`child of ${kept}`])
    }
  })

  test('gives the rows of each exploded table apart, and none for a table it does not have', () => {
    const batch = batchOf([version(1, 10), version(2, 10)])
    expect(lines(batch, 1)).toEqual(['child of 1@10', 'child of 2@10'])
    expect(lines(batch, 2)).toEqual([])
    expect(lines(batch, 3)).toEqual([])
  })

  test('leaves out the rows of a record that was not closed', () => {
    const batch = batchOf([version(1, 10)])
    batch.tables[0]?.cell('half a row')
    expect(lines(batch, 0)).toEqual(['1@10'])
  })

  test('gathers the drift of all its pages', () => {
    const batch = new Batch(1)
    const one: Drift = { key: 'a', reason: 'unknown', count: 1 }
    add(batch, [], [one])
    add(batch, [], [{ ...one, reason: 'unfit' }])
    expect(batch.drift).toEqual([one, { ...one, reason: 'unfit' }])
  })

  test('that was cleared has nothing of what it held, and holds what comes then', () => {
    const batch = batchOf([version(1, 10), version(1, 20), version(2, 5)])
    add(batch, [], [{ key: 'a', reason: 'unknown', count: 1 }])
    batch.clear()
    expect([batch.size, batch.pages, batch.drift]).toEqual([0, 0, []])
    expect(lines(batch, 0)).toEqual([])
    add(batch, [version(2, 1)])
    expect([lines(batch, 0), lines(batch, 1)]).toEqual([['2@1'], ['child of 2@1']])
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
    const rowsOf = (batch: Batch): string[] => [...lines(batch, 0), ...lines(batch, 1)].sort()
    fc.assert(
      fc.property(shuffled, ([all, other, cut]) => {
        const records = (list: typeof all): Version[] => list.map(([key, cursor]) => version(key, cursor))
        const one = batchOf(records(all))
        const two = batchOf(records(other.slice(0, cut)), records(other.slice(cut)))
        expect(rowsOf(two)).toEqual(rowsOf(one))
        const newest = new Map<number, number>()
        for (const [key, cursor] of all) newest.set(key, Math.max(cursor, newest.get(key) ?? -1))
        expect(lines(one, 0).sort()).toEqual([...newest].map(([key, cursor]) => `${key}@${cursor}`).sort())
      }),
    )
  })
})
