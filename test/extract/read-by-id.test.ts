import { describe, expect, test } from 'vitest'
import { SyncError, type ErrorCode } from '../../src/errors.ts'
import { readByIds, type ReadRecords } from '../../src/extract/read-by-id.ts'
import { selectStreams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { answers, failure, recordsOf } from './support.ts'

const all = ({ pages }: ReadRecords): unknown[] => pages.flatMap(recordsOf)

function stream(name: string): Stream {
  const [found] = selectStreams([name])
  if (found === undefined) throw new Error(name)
  return found
}

const list = (...ids: number[]) => ({ success: true, data: ids.map((id) => ({ id })), additional_data: null })
const one = (id: string) => ({ success: true, data: { id } })
const error = (code: ErrorCode): SyncError => new SyncError({ code, recovery: 'skip-stream', message: code })
const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1))

describe('many ids a request', () => {
  test('are asked of every partition, with its own parameters and cost', async () => {
    const { send, requests } = answers(list(1), list(2))
    expect(all(await readByIds(send, stream('deals'), ['1', '2', '3']))).toEqual([{ id: 1 }, { id: 2 }])
    expect(requests.map(({ path, cost }) => [path, cost])).toEqual([
      ['/api/v2/deals', 10],
      ['/api/v2/deals/archived', 20],
    ])
    for (const { params } of requests)
      expect(params).toMatchObject({
        ids: '1,2,3',
        limit: '500',
        status: 'open,won,lost,deleted',
        include_fields: expect.any(String) as string,
      })
    expect(Object.keys(requests[0]?.params ?? {})).not.toContain('updated_since')
  })

  test('are cut into hundreds', async () => {
    const { send, requests } = answers(list(), list(), list())
    await readByIds(send, stream('persons'), keys(201))
    expect(requests.map(({ params }) => params['ids']?.split(',').length)).toEqual([100, 100, 1])
    expect(requests.flatMap(({ params }) => params['ids']?.split(',') ?? [])).toEqual(keys(201))
  })

  test('whose answer is no list are not taken for gone', async () => {
    const { send } = answers({ success: true, data: null })
    expect((await failure(readByIds(send, stream('persons'), ['1']))).code).toBe('E_ENVELOPE')
  })
})

describe('where Pipedrive has no read by id', () => {
  test('the whole list is read again', async () => {
    const { send, requests } = answers({ success: true, data: [{ id: 2 }, { id: 3 }] })
    expect(all(await readByIds(send, stream('currencies'), ['1', '2']))).toEqual([{ id: 2 }, { id: 3 }])
    expect(requests).toEqual([{ stream: 'currencies', path: '/v1/currencies', cost: 20, params: {} }])
  })
})

describe('one id a request', () => {
  test('is asked at its own address, at the cost of a single read', async () => {
    const { send, requests } = answers(one('a/b'), one('c'))
    expect(all(await readByIds(send, stream('leads'), ['a/b', 'c']))).toEqual([{ id: 'a/b' }, { id: 'c' }])
    expect(requests).toEqual([
      { stream: 'leads', path: '/v1/leads/a%2Fb', cost: 2, params: {} },
      { stream: 'leads', path: '/v1/leads/c', cost: 2, params: {} },
    ])
  })

  test('that is not found is left out', async () => {
    const { send } = answers(error('E_NOT_FOUND'), one('c'))
    expect(all(await readByIds(send, stream('leads'), ['a', 'c']))).toEqual([{ id: 'c' }])
  })

  test('that is refused is neither shown nor gone', async () => {
    const { send } = answers(one('a'), error('E_FORBIDDEN'), one('c'))
    const read = await readByIds(send, stream('leads'), ['a', 'b', 'c'])
    expect(all(read)).toEqual([{ id: 'a' }, { id: 'c' }])
    expect(read.refused).toEqual(['b'])
  })

  test.each(['E_NOT_AVAILABLE', 'E_SERVER', 'E_BUDGET'] as const)(
    'that fails with %s is not taken for gone',
    async (code) => {
      const { send } = answers(error(code))
      expect((await failure(readByIds(send, stream('leads'), ['a']))).code).toBe(code)
    },
  )

  test('whose answer is no record is not taken for gone', async () => {
    const { send } = answers({ success: true, data: null })
    expect((await failure(readByIds(send, stream('leads'), ['a']))).code).toBe('E_ENVELOPE')
  })
})

test.each(['deals', 'leads'])('no ids are no request: %s', async (name) => {
  const { send, requests } = answers()
  expect(all(await readByIds(send, stream(name), []))).toEqual([])
  expect(requests).toEqual([])
})
