import { describe, expect, test } from 'vitest'
import { readPages } from '../../src/extract/paging.ts'
import { prefetch } from '../../src/extract/prefetch.ts'
import type { Page } from '../../src/extract/page.ts'
import type { Send } from '../../src/extract/request.ts'
import type { Partition, Stream } from '../../src/streams/stream.ts'
import { answers, failure, recordsOf } from './support.ts'

const partition: Partition = {
  name: 'live',
  path: '/api/v2/things',
  cost: 10,
  paging: 'page-token',
  pageSize: 2,
  params: { status: 'open' },
}
const stream: Stream = {
  name: 'things',
  description: 'Things',
  key: ['id'],
  cursorField: 'update_time',
  columns: { id: 'bigint' },
  partitions: [partition],
  catalogs: [],
}
const whole = { since: null, until: null, complete: true, byCursor: false }

function page(ids: readonly number[], next: string | null) {
  return { success: true, data: ids.map((id) => ({ id })), additional_data: { next_cursor: next } }
}

async function all(pages: AsyncGenerator<Page, void>): Promise<(readonly unknown[])[]> {
  const found: (readonly unknown[])[] = []
  for await (const one of pages) found.push(recordsOf(one))
  return found
}

const read = (send: Send, how = partition) => all(readPages(send, stream, how, whole))

describe('page tokens', () => {
  test('are handed back until there is none, with the same other parameters', async () => {
    const { send, requests } = answers(page([1, 2], 'a'), page([3, 4], 'b'), page([5], null))
    expect(await read(send)).toEqual([[{ id: 1 }, { id: 2 }], [{ id: 3 }, { id: 4 }], [{ id: 5 }]])
    expect(requests.map(({ params }) => params)).toEqual([
      { status: 'open', limit: '2' },
      { status: 'open', limit: '2', cursor: 'a' },
      { status: 'open', limit: '2', cursor: 'b' },
    ])
    expect(requests[0]).toMatchObject({ stream: 'things', path: '/api/v2/things', cost: 10 })
  })

  test('an empty list is one empty page', async () => {
    expect(await read(answers(page([], null)).send)).toEqual([[]])
  })

  test('an empty page in the middle does not end the list', async () => {
    const { send } = answers(page([1], 'a'), page([], 'b'), page([], 'c'), page([2], null))
    expect((await read(send)).flat()).toEqual([{ id: 1 }, { id: 2 }])
  })

  test.each([
    ['the token that asked for it', [page([1], 'a'), page([2], 'a')]],
    ['a token from further back', [page([1], 'a'), page([2], 'b'), page([3], 'a')]],
    ['the same records with a new token', [page([1, 2], 'a'), page([1, 2], 'b')]],
    ['the same records at the end', [page([1, 2], 'a'), page([1, 2], null)]],
  ])('a page with %s is E_PAGE_LOOP, and is not given on', async (_what, bodies) => {
    const given: Page[] = []
    const reading = (async () => {
      for await (const one of readPages(answers(...bodies).send, stream, partition, whole)) given.push(one)
    })()
    expect(await failure(reading)).toMatchObject({
      code: 'E_PAGE_LOOP',
      recovery: 'skip-stream',
      message: expect.stringMatching(/^things: GET \/api\/v2\/things\?/) as string,
    })
    expect(given).toHaveLength(bodies.length - 1)
  })

  test('a page that is no list is E_ENVELOPE, after the pages before it', async () => {
    const pages = readPages(
      answers(page([1], 'a'), { success: true, data: null }).send,
      stream,
      partition,
      whole,
    )
    expect(recordsOf((await pages.next()).value ?? new Uint8Array())).toEqual([{ id: 1 }])
    expect((await failure(pages.next())).code).toBe('E_ENVELOPE')
  })
})

describe('a list that is never paged', () => {
  const single: Partition = { name: 'live', path: '/v1/things', cost: 20, paging: 'single', pageSize: 0 }

  test('is one request without a page in its parameters', async () => {
    const { send, requests } = answers({ success: true, data: [{ id: 1 }] })
    expect(await read(send, single)).toEqual([[{ id: 1 }]])
    expect(requests.map(({ params }) => params)).toEqual([{}])
  })

  test('without records is E_ENVELOPE', async () => {
    expect((await failure(read(answers({ success: true }).send, single))).code).toBe('E_ENVELOPE')
  })
})

describe('reading ahead', () => {
  /** Counts from 1, and tells how far it has been asked. */
  function counter(end: number, failAt = Infinity) {
    const seen = { asked: 0, closed: false }
    async function* count(): AsyncGenerator<number, void> {
      try {
        for (let at = 1; at <= end; at++) {
          seen.asked = at
          if (at === failAt) throw new Error(`no ${at}`)
          yield await Promise.resolve(at)
        }
      } finally {
        seen.closed = true
      }
    }
    return { seen, count }
  }
  const pause = () => new Promise((resolve) => setImmediate(resolve))

  test('gives every item in order, and asks for one ahead, never two', async () => {
    const { seen, count } = counter(4)
    const given: number[] = []
    for await (const item of prefetch(count())) {
      given.push(item)
      await pause()
      expect(seen.asked).toBe(Math.min(item + 1, 4))
    }
    expect(given).toEqual([1, 2, 3, 4])
  })

  test('gives what came before a failure, and then the failure', async () => {
    const { count } = counter(4, 3)
    const given: number[] = []
    const reading = (async () => {
      for await (const item of prefetch(count())) {
        await pause()
        given.push(item)
      }
    })()
    await expect(reading).rejects.toThrow('no 3')
    expect(given).toEqual([1, 2])
  })

  test.each([
    ['an item', Infinity],
    ['a failure', 2],
  ])('closes its source when nobody wants more, though %s is on its way', async (_what, failAt) => {
    const { seen, count } = counter(4, failAt)
    for await (const item of prefetch(count())) {
      expect(item).toBe(1)
      break
    }
    expect(seen.closed).toBe(true)
  })
})
