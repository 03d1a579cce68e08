import { expect, test } from 'vitest'
import type { Page } from '../src/extract/page.ts'
import { readTogether, type Together } from '../src/read-together.ts'
import { createWorkers } from '../src/workers.ts'
import { stretchOf, type Stretch } from '../src/stretches.ts'

const WINDOW = { since: null, until: null, complete: false, byCursor: true }

function stretch(since: number): Stretch {
  return stretchOf({ since, until: null, bookmark: null, closed: false }, WINDOW, true)
}

interface Source {
  readonly how: Together
  /** `start 1`, `page 1`, `end 1`, in the order of what happened. */
  readonly log: string[]
}

/** Parts of two pages each; each page takes 100 ms of a clock of its own, or as long as is said. */
function source(stretches: Stretch[], more: Partial<Together> = {}, ms = 100): Source {
  let now = 0
  const log: string[] = []
  async function* open({ since }: Stretch): AsyncGenerator<Page, void> {
    try {
      for (let page = 0; page < 2; page++) {
        log.push(`ask ${since}`)
        // Later than the reader has dealt with the page before.
        for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate)
        now += ms
        yield new Uint8Array([since ?? 0])
      }
    } finally {
      log.push(`end ${since}`)
    }
  }
  return {
    log,
    how: {
      stretches,
      open,
      divide: () => null,
      workers: createWorkers(2),
      worthLoading: () => true,
      now: () => now,
      ...more,
    },
  }
}

async function read(how: Together): Promise<number[]> {
  const pages: number[] = []
  for await (const { page } of readTogether(how)) pages.push(page[0] ?? 0)
  return pages
}

test('parts that were left open are read by as many walkers as there are, and all to their end', async () => {
  const parts = [1, 2, 3, 4, 5].map(stretch)
  const { how, log } = source(parts)
  const pages = await read(how)
  expect(pages.toSorted()).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
  expect(parts.every(({ closed }) => closed)).toBe(true)
  const open = log.reduce(
    ({ now, most }, what) => {
      const begins = what.startsWith('ask') && log.indexOf(what) === log.lastIndexOf(what)
      const after = begins ? now + 1 : what.startsWith('end') ? now - 1 : now
      return { now: after, most: Math.max(most, after) }
    },
    { now: 0, most: 0 },
  )
  expect(open.most).toBeLessThanOrEqual(3)
  expect(log.indexOf('ask 2')).toBeLessThan(log.indexOf('end 1'))
})

test('pages that come soon are read by one walker after the other', async () => {
  const { how } = source([1, 2].map(stretch), {}, 1)
  expect(await read(how)).toEqual([1, 1, 2, 2])
})

test('walkers that are busy elsewhere are not waited for, and those that were lent are given back', async () => {
  const workers = createWorkers(1)
  expect(workers.take()).toBe(true)
  const { how } = source([1, 2].map(stretch), { workers })
  expect(await read(how)).toEqual([1, 1, 2, 2])
  workers.give()
  const again = source([1, 2, 3].map(stretch), { workers })
  await read(again.how)
  expect([workers.take(), workers.take()]).toEqual([true, false])
})

test('after a failure the pages on their way still come, nothing more is asked for, and it is thrown', async () => {
  const parts = [1, 2, 3].map(stretch)
  const { how, log } = source(parts)
  const open = (part: Stretch): AsyncGenerator<Page, void> => {
    if (part.since !== 2) return how.open(part)
    return (async function* () {
      await new Promise(setImmediate)
      throw new Error('broken')
    })()
  }
  const pages: number[] = []
  const reading = async () => {
    for await (const { page } of readTogether({ ...how, open })) pages.push(page[0] ?? 0)
  }
  await expect(reading()).rejects.toThrow('broken')
  expect(parts.slice(1).map(({ closed }) => closed)).toEqual([false, false])
  expect(pages.length).toBe(log.filter((what) => what.startsWith('ask')).length)
  expect(log.filter((what) => what.startsWith('end'))).toHaveLength(
    new Set(log.filter((what) => what.startsWith('ask'))).size,
  )
})

test('after a failure that leaves what was read in doubt nothing more comes', async () => {
  const { how } = source([1, 2, 3].map(stretch), { worthLoading: () => false })
  const open = (part: Stretch): AsyncGenerator<Page, void> => {
    if (part.since !== 1) return how.open(part)
    return (async function* () {
      yield new Uint8Array([1])
      await new Promise(setImmediate)
      throw new Error('odd')
    })()
  }
  const pages: number[] = []
  const reading = async () => {
    for await (const { page } of readTogether({ ...how, open })) pages.push(page[0] ?? 0)
  }
  await expect(reading()).rejects.toThrow('odd')
  expect(pages).toEqual([1])
})

test('parts that were left by their order are read once more where another part has none', async () => {
  const parts = [1, 2].map((since) => ({ ...stretch(since), until: since + 1 }))
  const { how, log } = source(parts)
  for await (const { stretch: part } of readTogether(how)) {
    // The first has passed its end; the second descends.
    if (part.since === 1) part.mark.add([1, 2], part.until)
    else part.mark.add(part.mark.reached === null ? [2] : [2, 2.5, -2000], 10_000)
  }
  expect(log.filter((what) => what === 'ask 1')).toHaveLength(4)
  expect(parts.map(({ closed, window }) => [closed, window.until])).toEqual([
    [true, 2],
    [true, null],
  ])
})

test('a reader that stops ends every walker', async () => {
  const workers = createWorkers(2)
  const { how, log } = source([1, 2, 3].map(stretch), { workers })
  let pages = 0
  for await (const _page of readTogether(how)) if (++pages === 2) break
  const began = new Set(log.filter((what) => what.startsWith('ask')).map((what) => what.slice(4)))
  for (const since of began) expect(log).toContain(`end ${since}`)
  expect([workers.take(), workers.take(), workers.take()]).toEqual([true, true, false])
})
