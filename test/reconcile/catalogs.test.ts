import { describe, expect, test } from 'vitest'
import { countOf } from '../support/warehouse.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'
import { told, verdictOf, verifyWorld } from './support.ts'

const fields = [streamNamed('fields')]

async function filled(): Promise<World> {
  const world = await openWorld()
  expect((await world.run({ streams: fields })).status).toBe('done')
  return world
}

const CUSTOM = "entity = 'deals' and is_custom and removed_at is null"
const ENUM = `${CUSTOM} and field_type = 'enum'`

interface Chosen {
  readonly code: string
  readonly type: string
}

/** Some field. */
async function fieldWhere({ db }: World, where: string): Promise<Chosen> {
  const [row] = await db.query<{ code: string; type: string }>(
    `select field_code as code, field_type as type from pipedrive.fields where ${where} order by 1 limit 1`,
  )
  if (row === undefined) throw new Error(`No field where ${where}`)
  return row
}

const OF = "where entity = 'deals' and field_code = '$code'"
const tamperings = [
  ['a label', CUSTOM, `update pipedrive.fields set label = 'Tampered' ${OF}`, 'different label'],
  ['a description', CUSTOM, `update pipedrive.fields set description = 'x' ${OF}`, 'different description'],
  ['a field that is missing', CUSTOM, `delete from pipedrive.fields ${OF}`, 'missing'],
  ['a field that seems to be gone', CUSTOM, `update pipedrive.fields set removed_at = now() ${OF}`, 'marked'],
  [
    'the column of a native field',
    "entity = 'deals' and field_code = 'title'",
    `update pipedrive.fields set column_name = null ${OF}`,
    'different column_name',
  ],
  [
    "an option's label",
    ENUM,
    `update pipedrive.field_options set label = label || ' tampered' ${OF}`,
    'different field_options',
  ],
  [
    'an option that is missing',
    ENUM,
    `delete from pipedrive.field_options ${OF} and position = 0`,
    'different field_options',
  ],
  [
    'an option that seems to be gone',
    ENUM,
    `update pipedrive.field_options set removed_at = now() ${OF} and position = 0`,
    'different field_options',
  ],
  [
    'an option that Pipedrive never had',
    ENUM,
    `insert into pipedrive.field_options (entity, field_code, option_id, label, position)
     values ('deals', '$code', '999999', 'x', 99)`,
    'different field_options',
  ],
] as const

describe('in the catalog of fields', () => {
  test.each(tamperings)('%s is found, named and mended', async (_what, where, sql, how) => {
    await using world = await filled()
    expect(await verifyWorld(world, { streams: fields })).toMatchObject({ status: 'done', equal: true })
    const { code, type } = await fieldWhere(world, where)
    await world.db.query(sql.replace('$code', code))
    const line = `fields ["deals", "${code}", "${type}"] ${how}`
    const found = await verifyWorld(world, { streams: fields, sample: 0 })
    expect(told(found)).toEqual([line])
    expect(found).toMatchObject({ status: 'done', equal: false })
    const mended = await verifyWorld(world, { streams: fields, repair: true })
    expect(told(mended, 'mended')).toEqual([line])
    expect(mended).toMatchObject({ status: 'done', equal: true })
    expect(await verifyWorld(world, { streams: fields })).toMatchObject({ equal: true })
  })

  test('a field that Pipedrive does not have is surplus, and is marked as removed', async () => {
    await using world = await filled()
    await world.db.query(
      `insert into pipedrive.fields (entity, field_code, label, field_type, is_custom) values ('deals', 'x', 'X', 'text', true)`,
    )
    const mended = await verifyWorld(world, { streams: fields, repair: true })
    expect(told(mended, 'mended')).toEqual(['fields ["deals", "x", "text"] surplus'])
    expect(await countOf(world.db, 'fields', "field_code = 'x' and removed_at is not null")).toBe(1)
    expect(await verifyWorld(world, { streams: fields })).toMatchObject({ equal: true })
  })

  test("another type than Pipedrive's is another field: one too many, and one that is missing", async () => {
    await using world = await filled()
    const { code } = await fieldWhere(world, `${CUSTOM} and field_type = 'double'`)
    await world.db.query(`update pipedrive.fields set field_type = 'text' ${OF}`.replace('$code', code))
    const report = await verifyWorld(world, { streams: fields, repair: true })
    expect(told(report, 'mended').toSorted()).toEqual([
      `fields ["deals", "${code}", "double"] missing`,
      `fields ["deals", "${code}", "text"] surplus`,
    ])
    expect(report).toMatchObject({ status: 'done', equal: true })
  })

  test('all fields are counted, and nothing is asked a second time where all is equal', async () => {
    await using world = await filled()
    await world.db.query(
      `insert into pipedrive.fields (entity, field_code, label, field_type, is_custom, removed_at)
       values ('deals', 'gone', 'Gone', 'text', true, now())`,
    )
    const before = world.tap.asked.length
    const verdict = verdictOf(await verifyWorld(world, { streams: fields }), 'fields')
    const live = await countOf(world.db, 'fields', 'removed_at is null')
    expect(live).toBeGreaterThan(50)
    expect(verdict).toMatchObject({ status: 'done', there: live, here: live, compared: live })
    const paths = world.tap.asked.slice(before).map(({ path }) => path)
    expect(paths.filter((path) => path.endsWith('Fields')).length).toBeGreaterThan(3)
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('a field that is renamed between the two readings is not called different', async () => {
    await using world = await filled()
    const { code } = await fieldWhere(world, "entity = 'persons' and is_custom")
    await world.db.query(`update pipedrive.fields set label = 'Tampered' where field_code = '${code}'`)
    world.tap.onAnswer = ({ path }) => {
      if (path !== '/api/v2/personFields') return
      world.tap.onAnswer = () => undefined
      world.emulator.company.fields.edit('persons', code, { name: 'Renamed meanwhile' })
    }
    const report = await verifyWorld(world, { streams: fields })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'fields')).toMatchObject({ changed: 1, unconfirmed: 0 })
  })

  test('what the company has no plan for is passed over', async () => {
    await using world = await filled()
    world.emulator.faults.add({ kind: 'status', status: 403, match: '/projectFields' })
    expect(await verifyWorld(world, { streams: fields })).toMatchObject({ status: 'done', equal: true })
    world.emulator.faults.add({ kind: 'status', status: 403, match: 'Fields' })
    const report = await verifyWorld(world, { streams: fields })
    expect(verdictOf(report, 'fields')).toMatchObject({ status: 'skipped', unread: false })
    expect(report).toMatchObject({ equal: false })
  })

  test('the budget ends it as it ends the others, and what was asked for is paid for once', async () => {
    await using world = await filled()
    const whole = await verifyWorld(world, { streams: fields })
    const report = await verifyWorld(world, { streams: fields, allowance: { tokens: whole.tokens - 1 } })
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET', equal: false })
    expect(report.tokens).toBeLessThan(whole.tokens)
  })

  test('of an entity that was never read nothing is missed; when that is all, it is said', async () => {
    await using world = await openWorld()
    await world.run({ streams: [streamNamed('users')] })
    const never = await verifyWorld(world, { streams: fields })
    expect(verdictOf(never, 'fields')).toMatchObject({ status: 'skipped', unread: true })
    expect(never).toMatchObject({ equal: false })
    await world.run({ streams: [streamNamed('deals')] })
    const verdict = verdictOf(await verifyWorld(world, { streams: fields }), 'fields')
    const held = await countOf(world.db, 'fields')
    expect(verdict).toMatchObject({ status: 'done', differences: [], there: held, here: held })
  })
})
