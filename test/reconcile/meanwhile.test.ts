import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { countOf, everything } from '../support/warehouse.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'
import { fillOne, told, verdictOf, verifyWorld } from './support.ts'

const MINUTE = 60_000

function ids({ emulator }: World, name: 'deals' | 'persons' | 'stages'): number[] {
  const live = emulator.company.list(name).filter((row: Row) => row['is_deleted'] !== true)
  return live.map((row) => Number(row['id']))
}

/** Does something once, when a read by id has been answered and before the answer is passed on. */
function afterReading(world: World, act: (reading: number) => Promise<unknown> | void): void {
  let reading = 0
  world.tap.onAnswer = async ({ path, query }) => {
    if (path === '/api/v2/persons' && query.has('ids')) await act(++reading)
  }
}

describe('what changes while it is verified, or has not been synced yet', () => {
  test('what was updated, made or deleted after the last sync is counted, and is no difference', async () => {
    await using world = await openWorld()
    const { clock, emulator } = world
    const streams = await fillOne(world, 'deals')
    clock.advance(MINUTE)
    const [one = 0, other = 0] = ids(world, 'deals')
    emulator.company.deals.update(one, { title: 'Changed', value: 123_456 })
    emulator.company.deals.delete(other)
    emulator.company.deals.create({ title: 'New', value: 99 })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(report).toMatchObject({ status: 'done', equal: true })
    const { pending, totals } = verdictOf(report, 'deals')
    expect(pending).toBe(3)
    expect(totals.some(({ equal }) => !equal)).toBe(true)
    const before = world.tap.asked.length
    await verifyWorld(world, { streams, sample: 0 })
    expect(world.tap.asked.slice(before).filter(({ query }) => query.has('ids'))).toEqual([])
    await world.run({ streams })
    expect(verdictOf(await verifyWorld(world, { streams }), 'deals').totals.some(({ equal }) => !equal)).toBe(
      false,
    )
  })

  test('what is updated behind the walk and before it is read by id is counted too', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    world.clock.advance(MINUTE)
    const [one = 0] = ids(world, 'persons')
    world.tap.onAnswer = ({ path, query }) => {
      if (path !== '/api/v2/persons' || query.has('ids')) return
      world.tap.onAnswer = () => undefined
      world.emulator.company.persons.update(one, { name: 'Changed' })
    }
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'persons')).toMatchObject({ pending: 1, changed: 0, unconfirmed: 0 })
  })

  test('of a list that is always read whole, what was updated after it was read is counted', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'stages')
    world.clock.advance(10 * MINUTE)
    const [one = 0] = ids(world, 'stages')
    world.emulator.company.stages.update(one, { name: 'Changed' })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'stages').pending).toBeGreaterThan(0)
  })

  test('the values of a field that was deleted since the last sync are no difference', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    const [field] = await world.db.query<{ code: string; name: string }>(
      "select field_code as code, column_name as name from pipedrive.fields where entity = 'deals' and field_type = 'double' and is_custom",
    )
    expect(await countOf(world.db, 'deals', `${field?.name} is not null`)).toBeGreaterThan(0)
    world.emulator.company.fields.remove('deals', field?.code ?? '')
    expect(told(await verifyWorld(world, { streams }))).toEqual([])
  })

  test('a record that is edited between the two readings is read once more before it is called different', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const [edited = 0] = ids(world, 'persons')
    // Its row is wrong, and its next version is no later than the last sync, as a change that is committed late.
    await world.db.query(`update pipedrive.persons set name = 'Tampered' where id = ${edited}`)
    afterReading(world, (reading) => {
      if (reading <= 2) world.emulator.company.persons.set(edited, { job_title: `Edit ${reading}` })
    })
    const report = await verifyWorld(world, { streams })
    const readings = world.tap.asked.filter(
      ({ path, query }) => path === '/api/v2/persons' && query.get('ids') === String(edited),
    )
    expect(readings.length).toBe(3)
    expect(told(report)).toEqual([expect.stringMatching(new RegExp(`^persons ${edited} different .*name`))])
    expect(verdictOf(report, 'persons')).toMatchObject({ changed: 0, unconfirmed: 0 })
  })

  test('a record that never stops changing is not called different', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const [edited = 0] = ids(world, 'persons')
    await world.db.query(`update pipedrive.persons set name = 'Tampered' where id = ${edited}`)
    afterReading(world, (reading) => {
      world.emulator.company.persons.set(edited, { job_title: `Edit ${reading}` })
    })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'persons')).toMatchObject({ changed: 1, unconfirmed: 0 })
    expect(report).toMatchObject({ status: 'done', equal: true })
  })

  test('a sync that ends between the two readings leaves no difference', async () => {
    await using world = await openWorld()
    const { clock, emulator, db } = world
    const streams = await fillOne(world, 'persons')
    clock.advance(MINUTE)
    const [late = 0] = ids(world, 'persons')
    emulator.company.persons.update(late, { name: 'Synced meanwhile' })
    // Nothing is pending: the bookmark is past the change, which this run has missed.
    await db.query(`update pipedrive_sync.stream_state set bookmark = now() + interval '10 minutes'`)
    afterReading(world, async (reading) => {
      if (reading !== 1) return
      await db.query('update pipedrive_sync.stream_state set bookmark = null')
      world.tap.onAnswer = () => undefined
      expect((await world.run({ streams })).status).toBe('done')
    })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'persons')).toMatchObject({
      pending: 0,
      changed: 0,
      compared: ids(world, 'persons').length,
    })
  })

  test('a record that a list left out once is no surplus', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const before = await everything(world.db)
    world.tap.onAnswer = ({ path, query }, answer) => {
      if (path !== '/api/v2/persons' || query.has('ids')) return
      const body = JSON.parse(answer.body) as { data: Row[] }
      return { ...answer, body: JSON.stringify({ ...body, data: body.data.slice(1) }) }
    }
    const report = await verifyWorld(world, { streams, sample: 0, repair: true })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'persons')).toMatchObject({ compared: 1 })
    expect(await everything(world.db)).toEqual(before)
  })
})

describe('of what is read parent by parent', () => {
  async function parentOf({ db }: World, table: string): Promise<number> {
    const [row] = await db.query<{ id: number }>(
      `select min(deal_id)::int as id from pipedrive.${table} where _deleted_at is null`,
    )
    return row?.id ?? 0
  }

  test('the children of a parent that has changed since they were read are left out, and it is counted', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    const parent = await parentOf(world, 'deal_products')
    world.clock.advance(MINUTE)
    world.emulator.company.deals.update(parent, { title: 'Changed' })
    await world.db.query(`delete from pipedrive.deal_products where deal_id = ${parent}`)
    expect(told(await verifyWorld(world, { streams })).length).toBeGreaterThan(0)
    await world.run({ streams: [streamNamed('deals')] })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'deal_products')).toMatchObject({ status: 'done', pending: 1 })
  })

  test('a parent that is not shown any more is left out; when none is, the stream is skipped', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_followers')
    const parent = await parentOf(world, 'deal_followers')
    world.emulator.faults.add({ kind: 'status', status: 404, match: `/deals/${parent}/followers` })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'deal_followers')).toMatchObject({ status: 'done', changed: 1 })
    world.emulator.faults.add({ kind: 'status', status: 404, match: '/followers' })
    const refused = await verifyWorld(world, { streams })
    expect(told(refused)).toEqual([])
    expect(verdictOf(refused, 'deal_followers')).toMatchObject({ status: 'skipped', compared: 0 })
  })

  test('a record that is refused by id is left out; when all are, the stream is skipped', async () => {
    await using world = await openWorld()
    const { emulator } = world
    const streams = await fillOne(world, 'leads')
    const [one] = emulator.company.list('leads')
    emulator.company.leads.delete(one?.['id'] as string)
    emulator.faults.add({ kind: 'forbidden', match: `/v1/leads/${one?.['id'] as string}` })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'leads')).toMatchObject({ status: 'done', changed: 1 })
    emulator.faults.add({ kind: 'forbidden', match: /\/v1\/leads\/[0-9a-f]+-/ })
    expect(verdictOf(await verifyWorld(world, { streams }), 'leads').status).toBe('skipped')
  })

  test('a tenth as many parents are read as records are asked for', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_followers')
    const asked = async (seed: string) => {
      const before = world.tap.asked.length
      await verifyWorld(world, { streams, sample: 30, seed })
      return world.tap.asked.slice(before).flatMap(({ path }) => (path.endsWith('/followers') ? [path] : []))
    }
    const [first, again, other] = [await asked('one'), await asked('one'), await asked('two')]
    expect(first).toHaveLength(3)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })
})

describe('what a verification may spend', () => {
  test('when it is gone the run is deferred, and what was found so far is told', async () => {
    await using world = await openWorld()
    const { emulator, db } = world
    const streams = await fillOne(world, 'persons')
    const [one = 0] = ids(world, 'persons')
    await db.query(`update pipedrive.persons set name = 'Tampered' where id = ${one}`)
    const walk = 2 + 10 + 10
    emulator.clearRequests()
    const short = await verifyWorld(world, { streams, allowance: { tokens: walk + 10 } })
    expect(short).toMatchObject({ status: 'deferred', code: 'E_BUDGET', equal: false, tokens: walk + 10 })
    expect(verdictOf(short, 'persons')).toMatchObject({ status: 'deferred', unconfirmed: 1, differences: [] })
    expect(verdictOf(short, 'persons').compared).toBe(ids(world, 'persons').length)
    expect(short.requests).toBe(emulator.requests.length)
    const whole = await verifyWorld(world, { streams, allowance: { tokens: walk + 20 } })
    expect(whole).toMatchObject({ status: 'done', equal: false, tokens: walk + 20 })
    expect(told(whole)).toEqual([`persons ${one} different name`])
  })

  test('is in the ledger, and the run is with the others', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const report = await verifyWorld(world, { streams })
    const [run] = await world.db.query(
      'select command, status, requests, tokens from pipedrive_sync.run order by id desc limit 1',
    )
    const { status, requests, tokens } = report
    expect(run).toEqual({ command: 'verify', status, requests, tokens })
    const [ledger] = await world.db.query(
      `select sum(tokens)::int as tokens, sum(requests)::int as requests from pipedrive_sync.token_ledger
       where run_id = (select max(id) from pipedrive_sync.run)`,
    )
    expect(ledger).toEqual({ tokens, requests })
  })

  test('another run that holds the stream does not keep it from being verified, but from being repaired', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const [one = 0] = ids(world, 'persons')
    await world.db.query(`update pipedrive.persons set name = 'Tampered' where id = ${one}`)
    const held = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    world.tap.onAnswer = async ({ path }) => {
      if (path !== '/api/v2/persons') return
      world.tap.onAnswer = () => undefined
      held.resolve()
      await release.promise
    }
    const other = world.run({ streams })
    await held.promise
    const report = await verifyWorld(world, { streams, repair: true })
    release.resolve()
    expect((await other).status).toBe('done')
    expect(told(report)).toEqual([`persons ${one} different name`])
    expect(verdictOf(report, 'persons')).toMatchObject({ status: 'locked', mended: [] })
  })
})
