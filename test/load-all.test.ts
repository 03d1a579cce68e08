import { expect, test } from 'vitest'
import type { Loadable } from '../src/batches.ts'
import type { SyncContext } from '../src/context.ts'
import { SyncError } from '../src/errors.ts'
import { loadAll, type Loading, type Reading } from '../src/load-all.ts'
import { emptyTally } from '../src/tally.ts'
import { Batch } from '../src/transform/batch.ts'
import { answered, aRequest } from './extract/support.ts'
import { streamNamed } from './support/world.ts'

const NONE = { inserted: 0, updated: 0, unchanged: 0, stale: 0, tombstoned: 0 }
const PAGES = 20

/** What `loadAll` needs of a run. */
function run() {
  const sent: string[] = []
  const loaded: string[] = []
  const shares: (number | null)[] = []
  const context: Pick<SyncContext, 'send' | 'onProgress'> = {
    send: ({ path }) => {
      sent.push(path)
      return new Promise((resolve) => setImmediate(() => resolve(answered(null))))
    },
    onProgress: ({ share }) => void shares.push(share),
  }
  const loader = {
    newBatch: () => new Batch(1),
    commit: async (_batch: Batch, alongside?: () => Promise<void>) => {
      await alongside?.()
      return NONE
    },
  }
  /** Reads so many pages; the next list may begin after the first. */
  const list = (path: string, failure?: Error): Reading<Loadable> => ({
    async *read(send, beginNext) {
      for (let page = 1; page <= PAGES; page++) {
        await send({ ...aRequest, path })
        yield { batch: loader.newBatch(), share: page / PAGES }
        beginNext()
        if (page === 2 && failure !== undefined) throw failure
      }
    },
    alongside: () => {
      loaded.push(path)
      return Promise.resolve()
    },
  })
  const loading = { stream: streamNamed('deals'), context, loader, tally: emptyTally() } as unknown as Loading
  const count = (all: readonly string[], path: string): number => all.filter((each) => each === path).length
  return {
    sent,
    loaded,
    shares,
    list,
    count,
    load: (readings: Reading<Loadable>[]) => loadAll(loading, readings),
  }
}

const failureOf = (recovery: SyncError['recovery']) =>
  new SyncError({ code: 'E_BUDGET', recovery, message: recovery })

test('a list that fails takes nothing from the next one, which is under way', async () => {
  const { load, list, loaded, count } = run()
  await expect(load([list('first', failureOf('skip-stream')), list('second')])).rejects.toThrow('skip-stream')
  expect([count(loaded, 'first'), count(loaded, 'second')]).toEqual([2, PAGES])
})

test.each([failureOf('defer'), failureOf('abort-run'), new TypeError('unforeseen')])(
  'a failure that is not of a list alone ends the next one too: %s',
  async (failure) => {
    const { load, list, sent, count } = run()
    await expect(load([list('first', failure), list('second')])).rejects.toBe(failure)
    expect(count(sent, 'second')).toBeLessThan(5)
  },
)

test('a failure that is of a list alone is told only where there is no other', async () => {
  const second = failureOf('defer')
  const { load, list } = run()
  await expect(load([list('first', failureOf('skip-stream')), list('second', second)])).rejects.toBe(second)
})

test('the progress is that of the list that is the least far', async () => {
  const { load, list, shares } = run()
  await load([list('first'), list('second')])
  expect(shares).toHaveLength(2 * PAGES)
  expect(shares.at(-1)).toBe(1)
  expect(Math.max(...shares.slice(0, 5).map(Number))).toBeLessThan(0.5)
})
