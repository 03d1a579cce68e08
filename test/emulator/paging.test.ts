import { describe, expect, test } from 'vitest'
import { DAY, idsOf, iso, pagesOf, run, SECOND, START } from './support/emulator.ts'

const byUpdate = '/api/v2/persons?limit=7&sort_by=update_time'

const tokenOf = (end: object): string => Buffer.from(JSON.stringify(end)).toString('base64url')

describe('a page token', () => {
  test('is base64url of the place where its page ended', async () => {
    const { call } = await run()
    const { next, ids } = await call('/api/v2/deals?limit=5')
    expect(next).toMatch(/^[\w-]+$/)
    const end: unknown = JSON.parse(Buffer.from(next ?? '', 'base64url').toString())
    expect(end).toEqual({ field: 'id', fieldValue: ids[4], sortDirection: 'asc', id: ids[4] })
  })

  test('is null on the last page', async () => {
    const { call } = await run()
    expect((await call('/api/v2/pipelines')).body['additional_data']).toEqual({ next_cursor: null })
  })

  test('is null when the last page is full', async () => {
    const { call } = await run({ size: { persons: 20 } })
    expect((await pagesOf(call, '/api/v2/persons?limit=10')).map((page) => page.ids.length)).toEqual([10, 10])
  })

  test('leads on even when the record it names is gone', async () => {
    const { call, emulator } = await run()
    const first = await call('/api/v2/persons?limit=5')
    emulator.company.persons.delete(5)
    expect((await call(`/api/v2/persons?limit=2&cursor=${first.next ?? ''}`)).ids).toEqual([6, 7])
  })

  test('carries its order with it', async () => {
    const { call } = await run()
    const path = '/api/v2/persons?limit=5&sort_by=update_time&sort_direction=desc'
    const [, second] = await pagesOf(call, path)
    const { next } = await call(path)
    expect((await call(`/api/v2/persons?limit=5&cursor=${next ?? ''}`)).ids).toEqual(second?.ids)
  })

  test.each([
    ['/api/v2/persons', 'not-a-token'],
    ['/api/v2/persons', tokenOf({ field: 'id' })],
    ['/api/v2/persons', tokenOf({ field: 'id', fieldValue: 1, sortDirection: 'up', id: 1 })],
    ['/api/v2/persons', tokenOf({ field: 'name', fieldValue: 'x', sortDirection: 'asc', id: 1 })],
    ['/api/v2/dealFields', 'not-a-token'],
  ])('that is none is refused by %s', async (path, token) => {
    const { call } = await run()
    expect((await call(`${path}?cursor=${token}`)).status).toBe(400)
  })

  test('that is none is the first page when the switch says so', async () => {
    const { call } = await run({ switches: { badPageToken: 'ignore' } })
    expect((await call('/api/v2/persons?limit=1&cursor=x')).ids).toEqual([1])
  })
})

describe('a v2 list', () => {
  test('has 100 records a page when nothing is asked', async () => {
    const { call } = await run({ size: { persons: 150 } })
    expect((await call('/api/v2/persons')).rows).toHaveLength(100)
  })

  test.each([
    ['clamp', 200, 500],
    ['refuse', 400, 0],
  ] as const)('asked for more than 500 may %s', async (limitTooLarge, status, rows) => {
    const { call } = await run({ size: { persons: 600 }, switches: { limitTooLarge } })
    const reply = await call('/api/v2/persons?limit=501')
    expect([reply.status, reply.rows.length]).toEqual([status, rows])
  })

  test.each([
    ['id', 'asc'],
    ['id', 'desc'],
    ['update_time', 'asc'],
    ['update_time', 'desc'],
    ['add_time', 'asc'],
    ['add_time', 'desc'],
  ])('sorted by %s %s gives every record once, in order, ties by id', async (field, direction) => {
    const { call, emulator } = await run()
    for (const id of [9, 4, 13]) emulator.company.persons.set(id, { update_time: iso(START - DAY) })
    const path = `/api/v2/persons?limit=3&sort_by=${field}&sort_direction=${direction}`
    const rows = (await pagesOf(call, path)).flatMap((page) => page.rows)
    const keyOf = (row: Record<string, unknown>): string =>
      `${field === 'id' ? '' : String(row[field])} ${String(row['id']).padStart(9)}`
    const sorted = rows.map(keyOf).sort()
    expect(rows.map(keyOf)).toEqual(direction === 'asc' ? sorted : sorted.reverse())
    expect(new Set(rows.map((row) => row['id'])).size).toBe(20)
  })

  test('puts records without the key first', async () => {
    const { call, emulator } = await run()
    emulator.company.activities.set(17, { due_date: null })
    expect((await call('/api/v2/activities?sort_by=due_date&limit=1')).ids).toEqual([17])
  })

  test('sorts activities by due date and products by name', async () => {
    const { call } = await run()
    const due = (await pagesOf(call, '/api/v2/activities?sort_by=due_date&limit=9')).flatMap(
      (page) => page.rows,
    )
    expect(due.map((row) => row['due_date'])).toEqual(due.map((row) => row['due_date']).sort())
    const names = (await call('/api/v2/products?sort_by=name&sort_direction=desc')).rows.map(
      (row) => row['name'],
    )
    expect(names).toEqual(names.toSorted().reverse())
  })
})

describe('while a list is walked by update_time', () => {
  test('a record that is edited behind the walk is met again and none is lost', async () => {
    const { call, emulator, advance } = await run()
    const order = idsOf(await pagesOf(call, byUpdate))
    advance(SECOND)
    const seen = await pagesOf(call, byUpdate, (page) => {
      if (page === 1) emulator.company.persons.update(Number(order[0]), { name: 'Moved' })
    })
    expect(idsOf(seen)).toEqual([...order, order[0]])
  })

  test('a record that is edited ahead of the walk is met once, at the end', async () => {
    const { call, emulator } = await run()
    const order = idsOf(await pagesOf(call, byUpdate))
    const ahead = Number(order[12])
    const seen = await pagesOf(call, byUpdate, (page) => {
      if (page === 1) emulator.company.persons.update(ahead, { name: 'Moved' })
    })
    expect(idsOf(seen)).toEqual([...order.filter((id) => id !== ahead), ahead])
  })

  test('a record that is added is met at the end', async () => {
    const { call, emulator } = await run()
    const seen = await pagesOf(call, byUpdate, (page) => {
      if (page === 2) emulator.company.persons.create({ name: 'New' })
    })
    expect(idsOf(seen)).toHaveLength(21)
    expect(idsOf(seen).at(-1)).toBe(21)
  })

  test('a record that is deleted ahead of the walk is not met and the rest is', async () => {
    const { call, emulator } = await run()
    const order = idsOf(await pagesOf(call, byUpdate))
    const seen = await pagesOf(call, byUpdate, (page) => {
      if (page === 1) emulator.company.persons.delete(Number(order[10]))
    })
    expect(idsOf(seen)).toEqual(order.filter((id) => id !== order[10]))
  })

  test('descending, an edit behind the walk is missed and nothing else changes', async () => {
    const { call, emulator } = await run()
    const path = `${byUpdate}&sort_direction=desc`
    const order = idsOf(await pagesOf(call, path))
    const seen = await pagesOf(call, path, (page) => {
      if (page === 1) emulator.company.persons.update(Number(order[15]), { name: 'Jumped' })
    })
    expect(idsOf(seen)).toEqual(order.filter((id) => id !== order[15]))
  })
})
