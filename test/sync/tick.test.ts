import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/run-types.ts'
import { selectStreams } from '../../src/streams/index.ts'
import { createEditor } from '../support/editor.ts'
import { bookmarkOf, countOf, everything, only, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const TOLD = [
  'users',
  'pipelines',
  'stages',
  'organizations',
  'persons',
  'products',
  'deals',
  'activities',
  'notes',
  'files',
]
const streams = selectStreams(TOLD)

function tick(world: World, ...more: Parameters<World['run']>): Promise<RunReport> {
  const [request, signal, source] = more
  return world.run({ command: 'tick', streams, only: 'changed', ...request }, signal, source)
}

/** A world whose gate is open, some time after its last tick. */
async function openGate(options: Parameters<typeof openWorld>[0] = {}): Promise<World> {
  const world = await openWorld(options)
  // The first pass brings bookmarks; the second tick has told what lies within the lookback.
  for (let ticks = 0; ticks < 3; ticks++) {
    expect((await tick(world)).status).toBe('done')
    world.clock.advance(5 * MINUTE)
  }
  return world
}

function read({ streams: reports }: RunReport): readonly string[] {
  return reports.map(({ stream }) => stream)
}

const gateOf = async ({ db }: World) =>
  (
    await db.query<{ since: Date; asked_at: Date }>('select since, asked_at from pipedrive_sync.change_gate')
  )[0]

function firstOf({ emulator }: World, kind: 'persons' | 'activities' | 'products', at = 0): number {
  const live = emulator.company.list(kind).filter((record) => record['is_deleted'] !== true)
  return live[at]?.['id'] as number
}

describe('a tick', () => {
  test('of some streams leaves what was told of the others to the ticks of all', async () => {
    await using world = await openGate()
    const { db, emulator, clock } = world
    const [person, activity] = [firstOf(world, 'persons'), firstOf(world, 'activities')]
    const some = { streams: selectStreams(['activities']) }
    await tick(world, some)
    emulator.company.persons.update(person, { name: 'Changed' })
    for (const subject of ['Changed', 'Changed again']) {
      clock.advance(10 * MINUTE)
      emulator.company.activities.update(activity, { subject })
      clock.advance(MINUTE)
      expect(read(await tick(world, some))).toEqual(['activities'])
    }
    expect(read(await tick(world))).toContain('persons')
    expect(await db.query('select name from pipedrive.persons where id = $1', [person])).toEqual([
      { name: 'Changed' },
    ])
  })

  test('on a quiet account is one request, which writes no row and moves no bookmark', async () => {
    await using world = await openGate()
    const { db, emulator } = world
    const before = await everything(db)
    const spent = emulator.limits.spent
    const report = await tick(world)
    expect(report).toMatchObject({ status: 'done', requests: 1, tokens: 20, streams: [] })
    expect(emulator.limits.spent - spent).toBe(20)
    expect(await everything(db)).toEqual(before)
    const ledger = await db.query(
      'select stream, tokens from pipedrive_sync.token_ledger where tokens > 0 order by run_id desc limit 1',
    )
    expect(ledger).toEqual([{ stream: 'change_gate', tokens: 20 }])
  })

  test('reads the streams that have changed, and no others, as a pass does', async () => {
    await using world = await openGate()
    const { db, emulator, clock } = world
    const id = firstOf(world, 'persons')
    emulator.company.persons.update(id, { name: 'Changed' })
    const report = await tick(world)
    expect(only(report)).toMatchObject({ stream: 'persons', status: 'done', updated: 1 })
    expect(await countOf(db, 'persons', `id = ${id} and name = 'Changed'`)).toBe(1)
    expect(await bookmarkOf(db, 'persons')).toBeGreaterThan(clock.now() - MINUTE)
    clock.advance(5 * MINUTE)
    // It may have changed again in that second.
    expect(read(await tick(world))).toEqual(['persons'])
    clock.advance(5 * MINUTE)
    expect(read(await tick(world))).toEqual([])
  })

  test('sees a second change within the second that it was told of', async () => {
    await using world = await openGate()
    const { db, emulator, clock } = world
    clock.advance(1000 - (clock.now() % 1000))
    const id = firstOf(world, 'persons')
    emulator.company.persons.update(id, { name: 'First' })
    await tick(world)
    const [row] = await db.query<{ time: Date }>(
      `select update_time as time from pipedrive.persons where id = ${id}`,
    )
    emulator.company.persons.update(id, { name: 'Second', update_time: row?.time.toISOString() ?? '' })
    clock.advance(5 * MINUTE)
    expect(read(await tick(world))).toContain('persons')
  })

  test.each(['null', 'flagged'] as const)(
    'marks as deleted what is told as %s and is not shown by its id, and takes the mark off what is restored',
    async (recentsDeleted) => {
      await using world = await openGate({ switches: { recentsDeleted } })
      const { db, emulator, clock, tap } = world
      const [person, activity] = [firstOf(world, 'persons'), firstOf(world, 'activities')]
      emulator.company.persons.delete(person)
      emulator.company.activities.delete(activity)
      const from = tap.asked.length
      const report = await tick(world)
      expect(reportOf(report, 'persons')).toMatchObject({ status: 'done', tombstoned: 1 })
      expect(reportOf(report, 'activities')).toMatchObject({ status: 'done', tombstoned: 1 })
      const byId = tap.asked.slice(from).flatMap(({ path, query }) => (query.has('ids') ? [path] : []))
      expect(byId.toSorted()).toEqual(['/api/v2/activities', '/api/v2/persons'])
      expect(await countOf(db, 'persons', `id = ${person} and _deleted_at is not null`)).toBe(1)
      clock.advance(5 * MINUTE)
      emulator.company.persons.restore(person)
      await tick(world)
      expect(await countOf(db, 'persons', `id = ${person} and _deleted_at is null`)).toBe(1)
      await expectWarehouseEquals(world, { streams: ['persons', 'activities'] })
    },
  )

  test('deletes nothing that is told as gone and is there', async () => {
    await using world = await openGate()
    const { db, emulator, tap } = world
    const id = firstOf(world, 'persons')
    emulator.company.persons.update(id, { name: 'Still here' })
    tap.onAnswer = ({ path }, answer) =>
      path === '/v1/recents' ? { ...answer, body: JSON.stringify(withoutData(answer.body)) } : answer
    expect(only(await tick(world))).toMatchObject({ stream: 'persons', status: 'done', tombstoned: 0 })
    expect(await countOf(db, 'persons', `id = ${id} and _deleted_at is null`)).toBe(1)
  })

  test('leaves more than the share that may be gone to the next sweep, and says so', async () => {
    await using world = await openGate()
    const { db, emulator, clock } = world
    for (let gone = 0; gone < 4; gone++) emulator.company.persons.delete(firstOf(world, 'persons'))
    const report = only(await tick(world))
    expect(report).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(report.warning).toMatch(/^persons: 4 of \d+ rows are missing/)
    expect(await countOf(db, 'persons', '_deleted_at is not null')).toBe(
      await countOf(db, 'persons', "_deleted_at < now() - interval '1 second'"),
    )
    clock.advance(5 * MINUTE)
    await tick(world)
    clock.advance(5 * MINUTE)
    expect(await tick(world)).toMatchObject({ requests: 1 })
  })

  describe('that cannot read a stream', () => {
    /** Changes a person and a deal, and answers reads of persons with 400. */
    async function failPersons(world: World): Promise<void> {
      const { emulator } = world
      emulator.company.persons.update(firstOf(world, 'persons'), { name: 'Unread' })
      emulator.company.persons.delete(firstOf(world, 'persons', 1))
      emulator.company.activities.update(firstOf(world, 'activities'), { subject: 'Read' })
      emulator.faults.add({ kind: 'status', status: 400, match: /\/api\/v2\/persons\?/ })
      const failed = await tick(world)
      expect(failed.status).toBe('partial')
      expect(reportOf(failed, 'persons')).toMatchObject({ status: 'failed' })
      expect(reportOf(failed, 'activities')).toMatchObject({ status: 'done', updated: 1 })
    }

    test('moves the gate, and reads with the next one what it pointed at, deletions too', async () => {
      await using world = await openGate()
      const { db, emulator, clock } = world
      const before = await gateOf(world)
      await failPersons(world)
      expect((await gateOf(world))?.since.getTime()).toBeGreaterThan(before?.since.getTime() ?? Infinity)
      clock.advance(5 * MINUTE)
      emulator.faults.clear()
      const next = await tick(world)
      expect(reportOf(next, 'persons')).toMatchObject({ status: 'done', updated: 1, tombstoned: 1 })
      expect(await db.query('select from pipedrive_sync.change_hints')).toEqual([])
      await expectWarehouseEquals(world, { streams: ['persons', 'activities'] })
    })

    test('tries it again more and more seldom, and costs as much as a quiet one in between', async () => {
      await using world = await openGate()
      const { clock } = world
      await failPersons(world)
      const tokens: number[] = []
      for (let ago = 5; ago <= 60; ago += 5) {
        clock.advance(5 * MINUTE)
        tokens.push((await tick(world)).tokens)
      }
      // Tried again after 5, 10, 20 and 40 minutes.
      const dear = tokens.flatMap((each, index) => (each > 20 ? [5 * (index + 1)] : []))
      expect(dear).toEqual([5, 10, 20, 40])
    })

    test('leaves it to passes, which read what may be gone by id', async () => {
      await using world = await openGate()
      const { db, emulator, clock } = world
      await failPersons(world)
      clock.advance(5 * MINUTE)
      expect(only(await world.run({ command: 'sync', streams: selectStreams(['persons']) })).status).toBe(
        'failed',
      )
      emulator.faults.clear()
      const pass = await world.run({ command: 'sync', streams: selectStreams(['persons']) })
      expect(only(pass)).toMatchObject({ status: 'done', updated: 1, tombstoned: 1 })
      expect(await db.query('select from pipedrive_sync.change_hints')).toEqual([])
    })

    test('has a pass read it although it is not due', async () => {
      const seldom = [{ ...streamNamed('stages'), refreshHours: 24 }]
      const all = streams.map((stream) => seldom.find(({ name }) => name === stream.name) ?? stream)
      await using world = await openGate()
      const { db, emulator, clock } = world
      await world.run({ streams: seldom })
      emulator.faults.add({ kind: 'status', status: 400, match: /stages/ })
      const [stage] = emulator.company.list('stages')
      emulator.company.stages.update(stage?.['id'] as number, { name: 'Renamed' })
      expect(only(await tick(world, { streams: all })).status).toBe('failed')
      emulator.faults.clear()
      clock.advance(5 * MINUTE)
      const pass = { command: 'sync', streams: seldom, onlyDue: true }
      expect(only(await world.run(pass))).toMatchObject({ status: 'done', requests: 1 })
      expect(await countOf(db, 'stages', "name = 'Renamed'")).toBe(1)
      expect(only(await world.run(pass))).toMatchObject({ requests: 0 })
    })
  })

  test('reads what is in the warehouse as Pipedrive has it, whatever is edited between ticks', async () => {
    await using world = await openGate()
    const { emulator, clock } = world
    const never = {
      leads: ['create', 'update', 'delete', 'restore', 'archive', 'unarchive', 'merge'],
    } as const
    const edits = 40
    const without = { ...never, deals: ['archive', 'unarchive'] } as const
    const editor = createEditor(emulator.company, { seed: 7, edits, without })
    while (editor.edit()) {
      clock.advance(MINUTE)
      if (editor.done.length % 4 === 0) expect((await tick(world, { maxShare: 1 })).status).toBe('done')
    }
    await tick(world, { maxShare: 1 })
    expect(editor.done).toHaveLength(edits)
    const edited = ['organizations', 'persons', 'products', 'deals', 'activities', 'notes']
    await expectWarehouseEquals(world, { streams: edited, counters: false })
  })
})

/** The answer as it would be if no record were shown. */
function withoutData(body: string): unknown {
  const answer = JSON.parse(body) as { data: readonly object[] | null }
  return { ...answer, data: answer.data?.map((row) => ({ ...row, data: null })) ?? null }
}

describe('a pass runs instead', () => {
  test('of the first tick, which opens the gate', async () => {
    await using world = await openWorld()
    const first = await tick(world)
    expect(read(first)).toEqual(streams.map(({ name }) => name))
    const gate = await gateOf(world)
    expect(gate?.since.getTime()).toBeLessThanOrEqual(world.clock.now())
    await expectWarehouseEquals(world, { streams: ['persons', 'deals'] })
  })

  test('of a tick 25 days after the last one, and the gate is open again', async () => {
    await using world = await openGate()
    const { clock } = world
    clock.advance(24 * DAY)
    expect(await tick(world)).toMatchObject({ tokens: 22, streams: [] })
    clock.advance(26 * DAY)
    expect(read(await tick(world))).toEqual(streams.map(({ name }) => name))
    clock.advance(5 * MINUTE)
    await tick(world)
    clock.advance(5 * MINUTE)
    expect(await tick(world)).toMatchObject({ requests: 1, streams: [] })
  })

  test('where the gate tells of more than a few pages, and what they tell to be gone is looked at', async () => {
    await using world = await openGate()
    const { db, emulator, tap } = world
    const id = firstOf(world, 'persons')
    emulator.company.persons.delete(id)
    tap.onAnswer = ({ path }, answer) =>
      path === '/v1/recents'
        ? {
            ...answer,
            body: answer.body.replace('"more_items_in_collection":false', '"more_items_in_collection":true'),
          }
        : answer
    const from = tap.asked.length
    const report = await tick(world)
    expect(tap.asked.slice(from).filter(({ path }) => path === '/v1/recents')).toHaveLength(5)
    expect(read(report)).toEqual(streams.map(({ name }) => name))
    expect(await countOf(db, 'persons', `id = ${id} and _deleted_at is not null`)).toBe(1)
  })

  test('and opens it where a stream was not read, which passes go on with', async () => {
    await using world = await openWorld()
    const { emulator, clock, db } = world
    emulator.faults.add({ kind: 'status', status: 400, match: /\/api\/v2\/persons\?/ })
    expect((await tick(world)).status).toBe('partial')
    expect(await gateOf(world)).toBeDefined()
    emulator.faults.clear()
    clock.advance(5 * MINUTE)
    await world.run({ command: 'sync', streams: selectStreams(['persons']) })
    expect(await countOf(db, 'persons')).toBeGreaterThan(0)
  })
})

describe('whose token it is', () => {
  test('is not asked again for a day, and then it is', async () => {
    await using world = await openGate()
    const { clock, tap } = world
    const asked = (): number => tap.asked.filter(({ path }) => path === '/v1/users/me').length
    const before = asked()
    clock.advance(23 * 60 * MINUTE)
    await tick(world)
    expect(asked()).toBe(before)
    clock.advance(DAY)
    await tick(world)
    expect(asked()).toBe(before + 1)
  })

  test('is asked for another token, and one that is wrong ends the tick', async () => {
    await using world = await openGate()
    const { db, tap } = world
    const before = await everything(db)
    const report = await tick(world, {}, undefined, { baseUrl: tap.url, token: 'wrong' })
    expect(report).toMatchObject({ status: 'failed', code: 'E_AUTH', requests: 1, streams: [] })
    expect(await everything(db)).toEqual(before)
  })

  test('one that was withdrawn ends the tick, and the run is closed', async () => {
    await using world = await openGate()
    const { db, emulator } = world
    emulator.faults.add({ kind: 'status', status: 401, match: /recents/ })
    expect(await tick(world)).toMatchObject({ status: 'failed', code: 'E_AUTH', requests: 1 })
    const [run] = await db.query('select status from pipedrive_sync.run order by id desc limit 1')
    expect(run).toEqual({ status: 'failed' })
  })

  test('no token is kept', async () => {
    await using world = await openGate()
    const { db, emulator } = world
    const kept = await db.query('select * from pipedrive_sync.known_token')
    expect(kept).toHaveLength(1)
    expect(JSON.stringify(kept)).not.toContain(emulator.token)
  })
})

test('a stream that the gate does not know is left to passes', async () => {
  await using world = await openGate()
  const leads = streamNamed('leads')
  const [lead] = world.emulator.company.list('leads')
  world.emulator.company.leads.update(lead?.['id'] as string, { title: 'Changed' })
  expect(read(await tick(world, { streams: [...streams, leads] }))).toEqual([])
})
