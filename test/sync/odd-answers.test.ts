import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/run-types.ts'
import { SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const organizations = streamNamed('organizations')
const notes = streamNamed('notes')
const deals = streamNamed('deals')
const leads = streamNamed('leads')

/** Changes the text of the answers of one path. */
function rewrite({ tap }: World, path: string, change: (body: string) => string): void {
  tap.onAnswer = (asked, answer) =>
    asked.path === path ? { ...answer, body: change(answer.body) } : undefined
}

function statuses({ streams }: RunReport): Record<string, string> {
  return Object.fromEntries(streams.map(({ stream, status }) => [stream, status]))
}

describe('an answer that is broken within its list fails its stream by name, and no other', () => {
  test.each([
    ['a v1 list', notes, '/v1/notes', (body: string) => body.replace('"content":', '"content" ')],
    ['a v2 list', deals, '/api/v2/deals', (body: string) => body.replace('"title":', '"title" ')],
    [
      'a field catalog',
      deals,
      '/api/v2/dealFields',
      (body: string) => body.replace('"field_code":', '"field_code" '),
    ],
    [
      'a list with a NUL between its records',
      deals,
      '/api/v2/deals',
      (body: string) => body.replace('},{"id"', '}\u0000{"id"'),
    ],
    [
      'a list that ends at a NUL',
      deals,
      '/api/v2/deals',
      (body: string) => body.replace('},{"id"', '}]\u0000[{"id"'),
    ],
  ] as const)('%s', async (_what, stream, path, damage) => {
    await using world = await openWorld()
    rewrite(world, path, damage)
    const report = await world.run({ streams: [stream, organizations] })
    expect(report.status).toBe('partial')
    expect(statuses(report)).toEqual({ [stream.name]: 'failed', organizations: 'done' })
    const { error, inserted } = report.streams.find(({ stream: name }) => name === stream.name) ?? {}
    expect(error).toContain(`${stream.name}: `)
    expect(error).toContain(path)
    expect(inserted).toBe(0)
  })
})

describe('an answer in another form than the usual one loses nothing', () => {
  test('a number past the largest, whatever the form', async () => {
    for (const form of [
      (body: string) => body,
      (body: string) => body.replace('{"success":true', '{ "success": true'),
    ]) {
      await using world = await openWorld()
      rewrite(world, '/api/v2/deals', (body) => form(body.replace(/"value":[\d.]+/, '"value":1e400')))
      expect(await world.run({ streams: [deals] })).toMatchObject({ status: 'done' })
      const kept = `select count(*)::int as rows from pipedrive.deals where _extra->>'value' = 'Infinity'`
      expect(await world.db.query(kept)).toEqual([{ rows: 1 }])
    }
  })

  test('a record read by its id, however deep', async () => {
    await using world = await openWorld()
    await world.run({ streams: [notes] })
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    world.tap.onAnswer = ({ path }, answer) => {
      if (path === '/v1/notes')
        return { ...answer, body: answer.body.replace(/"data":\[\{.*?\},\{"id"/, '"data":[{"id"') }
      return path.startsWith('/v1/notes/')
        ? { ...answer, body: answer.body.replace('"data":{', `"data":{"zz":${deep},`) }
        : undefined
    }
    const report = await world.run({ streams: [notes], plan: SWEEP, maxShare: 1 })
    expect(report.streams[0]).toMatchObject({ status: 'done', tombstoned: 0 })
    const kept = `select count(*)::int as rows from pipedrive.notes where _extra->>'zz' = $1`
    expect(await world.db.query(kept, [deep])).toEqual([{ rows: 1 }])
  })

  test('two values under one key', async () => {
    await using world = await openWorld()
    rewrite(world, '/v1/notes', (body) => body.replace('"user":{', '"user":5,"user":{"zz":1,'))
    expect(await world.run({ streams: [notes] })).toMatchObject({ status: 'done' })
    const [row] = await world.db.query('select _extra from pipedrive.notes where _extra is not null')
    expect(row).toEqual({ _extra: { user: 5, 'user.': { zz: 1 } } })
  })

  test('an option whose id is no number', async () => {
    await using world = await openWorld()
    const code = 'f'.repeat(40)
    const kind = {
      field_name: 'Kind',
      field_code: code,
      field_type: 'enum',
      description: null,
      is_custom_field: true,
      options: [
        { id: 'other', label: 'Other' },
        { id: 5, label: 'Five' },
      ],
    }
    world.tap.onAnswer = ({ path }, answer) => {
      const body = JSON.parse(answer.body) as { data: Record<string, unknown>[] }
      if (path === '/api/v2/dealFields') body.data.push(kind)
      if (path === '/v1/leads')
        for (const [index, lead] of body.data.entries()) lead[code] = index === 0 ? '5' : 5
      return { ...answer, body: JSON.stringify(body) }
    }
    expect(await world.run({ streams: [leads] })).toMatchObject({ status: 'done' })
    const found = await world.db.query(
      'select distinct cf_kind, cf_kind_id from pipedrive.leads where not is_archived',
    )
    expect(found).toEqual([{ cf_kind: 'Five', cf_kind_id: '5' }])
  })
})

describe('a row that would be wider than a page holds what fits, and the rest in _extra', () => {
  const code = (index: number, mark: string): string => `${mark}${index.toString(16)}`.padStart(40, '0')
  interface Given {
    readonly code: string
    readonly type: string
    readonly value: unknown
  }

  /** Every deal has these custom fields, and no other. */
  function give(world: World, given: readonly Given[]): void {
    const fields = given.map(({ code: field_code, type }, index) => ({
      field_name: `F${index}`,
      field_code,
      field_type: type,
      description: null,
      is_custom_field: true,
      options: [{ id: 1, label: 'Prospect' }],
    }))
    world.tap.onAnswer = ({ path }, answer) => {
      const body = JSON.parse(answer.body) as { data: Record<string, unknown>[] }
      if (path === '/api/v2/dealFields')
        body.data = [
          ...body.data.filter(({ is_custom_field: custom }) => custom !== true),
          ...(fields as object[] as never[]),
        ]
      else if (path.startsWith('/api/v2/deals'))
        for (const deal of body.data)
          deal['custom_fields'] = Object.fromEntries(given.map(({ code: key, value }) => [key, value]))
      else return undefined
      return { ...answer, body: JSON.stringify(body) }
    }
  }

  const many = (count: number, mark: string, type: string, value: unknown): Given[] =>
    Array.from({ length: count }, (_, index) => ({ code: code(index, mark), type, value }))

  test.each([
    ['400 options', many(400, 'a', 'enum', 1)],
    ['250 sets', many(250, 'a', 'set', [1])],
    ['500 users', many(500, 'a', 'user', 7)],
  ])('%s', async (_what, given) => {
    await using world = await openWorld()
    give(world, given)
    const report = await world.run({ streams: [deals], plan: SWEEP })
    expect(report.streams[0]).toMatchObject({ status: 'done', updated: 0 })
    expect((await world.run({ streams: [deals], plan: SWEEP })).streams[0]).toMatchObject({
      inserted: 0,
      updated: 0,
    })
  })

  test('also where fields that were removed have left theirs in it', async () => {
    await using world = await openWorld()
    const text = 'twenty-two characters!'
    give(world, many(220, 'a', 'varchar', text))
    expect((await world.run({ streams: [deals], plan: SWEEP })).streams[0]).toMatchObject({ status: 'done' })
    give(world, many(220, 'b', 'varchar', text))
    const { streams } = await world.run({ streams: [deals], plan: SWEEP })
    expect(streams[0]).toMatchObject({ status: 'done', inserted: 0 })
    const [row = {}] = await world.db.query('select * from pipedrive.deals limit 1')
    const held = Object.values(row).filter((cell) => cell === text).length
    const kept = Object.keys(row['_extra'] ?? {}).length
    expect(held + kept).toBe(440)
    expect(row['title']).not.toBeNull()
  })
})
