import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { SWEEP, forgetSchemas, inPagesOf, openWorld, streamNamed, type World } from '../support/world.ts'

const deals = streamNamed('deals')
const products = streamNamed('deal_products')
const followers = streamNamed('deal_followers')
const participants = streamNamed('deal_participants')
const comments = streamNamed('note_comments')
const both = (stream: Stream): { streams: readonly Stream[] } => ({ streams: [deals, stream] })

function asked({ tap }: World, path: RegExp): number {
  return tap.asked.filter((each) => path.test(each.path)).length
}

/** A deal that has lines of products, and one of them. */
function someLine({ emulator }: World): { readonly deal: number; readonly line: number } {
  const line = emulator.company
    .list('deal_products')
    .find((each) => emulator.company.get('deals', each['deal_id'] as number)?.['is_deleted'] === false)
  return { deal: line?.['deal_id'] as number, line: line?.['id'] as number }
}

describe('children are read', () => {
  test('of a hundred parents a request where Pipedrive takes them, and only of those that have some', async () => {
    await using world = await openWorld()
    await world.run(both(products))
    const [request] = world.tap.asked.filter(({ path }) => path === '/api/v2/deals/products')
    const ids = request?.query.get('deal_ids')?.split(',') ?? []
    const counted = await world.db.query<{ id: string }>(
      'select id::text from pipedrive.deals where products_count > 0 and _deleted_at is null order by id::bigint',
    )
    expect(ids).toEqual(counted.map(({ id }) => id))
    expect(ids.length).toBeGreaterThan(5)
    expect(asked(world, /deals\/products/)).toBe(1)
    await expectWarehouseEquals(world, { streams: ['deal_products'] })
  })

  test('of several parents at once, eight at most, under the one gate', async () => {
    await using world = await openWorld()
    let [under, most] = [0, 0]
    world.tap.onAnswer = async ({ path }) => {
      if (!path.endsWith('/participants')) return
      most = Math.max(most, ++under)
      await new Promise(setImmediate)
      under--
    }
    await world.run({ ...both(participants), walkers: 7 })
    expect(asked(world, /\/participants$/)).toBeGreaterThan(20)
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
  })

  test('again only of parents that have changed, or whose counter has moved', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await world.run(both(products))
    const { deal } = someLine(world)
    company.deals.update(deal, { title: 'Changed' })
    const before = world.tap.asked.length
    expect(reportOf(await world.run(both(products)), 'deal_products')).toMatchObject({ requests: 1 })
    const again = world.tap.asked.slice(before).find(({ path }) => path === '/api/v2/deals/products')
    expect(again?.query.get('deal_ids')).toBe(String(deal))

    // Nothing tells but the counter, and a pass sees that one only when something else brings the deal.
    company.deal_products.create({ deal_id: deal, product_id: 1, quantity: 7 })
    await world.run({ streams: [deals], plan: SWEEP })
    expect(reportOf(await world.run(both(products)), 'deal_products')).toMatchObject({ inserted: 1 })
    await expectWarehouseEquals(world, { streams: ['deal_products'] })
  })

  test('after their parents, whatever order they are asked for in', async () => {
    await using world = await openWorld()
    const report = await world.run({ streams: [products, comments, deals, streamNamed('notes')] })
    expect(report.status).toBe('done')
    await world.run({ streams: [products, deals] })
    await expectWarehouseEquals(world, { streams: ['deal_products'] })
  })

  test('in a pass of their own even where the parents were never read: there are none yet', async () => {
    await using world = await openWorld()
    expect(await world.run({ streams: [products] })).toMatchObject({ status: 'done' })
    expect(await countOf(world.db, 'deal_products')).toBe(0)
  })
})

describe('a child is deleted here', () => {
  test('when its parent has it no more, and comes back with it', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await world.run(both(products))
    const { deal, line } = someLine(world)
    const held = company.get('deal_products', line) as Row
    company.deal_products.delete(line)
    company.deals.update(deal, { title: 'Without it' })
    expect(reportOf(await world.run(both(products)), 'deal_products')).toMatchObject({ tombstoned: 1 })
    expect(await countOf(world.db, 'deal_products', `id = ${line} and _deleted_at is not null`)).toBe(1)
    company.deal_products.create({ ...held })
    company.deals.update(deal, { title: 'With it' })
    await world.run(both(products))
    await expectWarehouseEquals(world, { streams: ['deal_products'] })
  })

  test('with its parent, and is there again when that is restored', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await world.run(both(products))
    const { deal } = someLine(world)
    const held = await countOf(world.db, 'deal_products', `deal_id = ${deal} and _deleted_at is null`)
    company.deals.delete(deal)
    expect(reportOf(await world.run(both(products)), 'deal_products').tombstoned).toBe(held)
    await expectWarehouseEquals(world, { streams: ['deals', 'deal_products'], counters: false })
    company.deals.restore(deal)
    expect(reportOf(await world.run(both(products)), 'deal_products').updated).toBe(held)
    await expectWarehouseEquals(world, { streams: ['deals', 'deal_products'], counters: false })
  })

  test.each([null, 999_999])(
    'with the last of the parents that it names and that are known (the other: %s)',
    async (other) => {
      await using world = await openWorld()
      const { db, emulator } = world
      const streams = [streamNamed('organizations'), streamNamed('organization_relationships')]
      await world.run({ streams })
      const [row] = await db.query<{ id: number; owner: number; linked: number }>(
        `select id::int, rel_owner_org_id::int as owner, rel_linked_org_id::int as linked
         from pipedrive.organization_relationships where _deleted_at is null order by id limit 1`,
      )
      await db.query('update pipedrive.organization_relationships set rel_linked_org_id = $1 where id = $2', [
        other,
        row?.id,
      ])
      for (const id of [row?.owner, row?.linked]) emulator.company.organizations.delete(id as number)
      expect(await world.run({ streams, plan: SWEEP, maxShare: 1 })).toMatchObject({ status: 'done' })
      expect(
        await countOf(db, 'organization_relationships', `id = ${row?.id} and _deleted_at is not null`),
      ).toBe(1)
    },
  )

  test('not when one of the parents that it names does not show it, but the other does', async () => {
    await using world = await openWorld()
    const streams = [streamNamed('organizations'), streamNamed('organization_relationships')]
    await world.run({ streams })
    const [row] = await world.db.query<{ owner: string; linked: string }>(
      `select rel_owner_org_id::text as owner, rel_linked_org_id::text as linked
       from pipedrive.organization_relationships where _deleted_at is null order by id limit 1`,
    )
    world.batch = { batchRows: 1, batchMs: 0 }
    for (const hidden of [row?.owner, row?.linked]) {
      world.tap.onAnswer = ({ path, query }, answer) =>
        path.endsWith('/organizationRelationships') && query.get('org_id') === hidden
          ? { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), data: [] }) }
          : answer
      const report = reportOf(
        await world.run({ streams, plan: SWEEP, maxShare: 1 }),
        'organization_relationships',
      )
      expect(report.status).toBe('done')
      await expectWarehouseEquals(world, { streams: ['organization_relationships'] })
    }
  })

  test('not when the lists of all parents come empty: a right that was lost looks the same', async () => {
    await using world = await openWorld()
    await world.run(both(products))
    const rows = await countOf(world.db, 'deal_products', '_deleted_at is null')
    world.tap.onAnswer = ({ path }, answer) =>
      path === '/api/v2/deals/products'
        ? { ...answer, body: '{"success":true,"data":[],"additional_data":{"next_cursor":null}}' }
        : answer
    const refused = reportOf(await world.run({ ...both(products), plan: SWEEP }), 'deal_products')
    expect(refused).toMatchObject({ status: 'failed', tombstoned: 0 })
    expect(refused.error).toContain(
      `are empty, but the warehouse holds ${rows} rows of theirs, of ${rows} in all`,
    )
    expect(await countOf(world.db, 'deal_products', '_deleted_at is null')).toBe(rows)
    const obeyed = await world.run({ ...both(products), plan: SWEEP, maxShare: 1 })
    expect(reportOf(obeyed, 'deal_products')).toMatchObject({ status: 'done', tombstoned: rows })
  })
})

describe('a parent that is refused', () => {
  test.each([403, 404, 410])('with %i, deleted while the others are read, is no error', async (status) => {
    await using world = await openWorld()
    const { company, faults } = world.emulator
    await world.run({ streams: [deals] })
    const [first] = await world.db.query<{ id: string }>(
      'select min(id)::text as id from pipedrive.deals where participants_count > 0 and _deleted_at is null',
    )
    company.deals.delete(Number(first?.id))
    faults.add({ kind: 'status', status, match: new RegExp(`/v1/deals/${first?.id}/participants`) })
    const report = await world.run({ streams: [participants] })
    expect(report).toMatchObject({ status: 'done' })
    faults.clear()
    await world.run(both(participants))
    await expectWarehouseEquals(world, { streams: ['deal_participants'], counters: false })
  })

  test('is no error either when it is the only one that was due', async () => {
    await using world = await openWorld()
    const { company, faults } = world.emulator
    await world.run(both(participants))
    const { deal_id: deal } = company.list('deal_participants').at(-1) as { deal_id: number }
    company.deals.update(deal, { title: 'Changed' })
    await world.run({ streams: [deals] })
    company.deals.delete(deal)
    faults.add({ kind: 'status', status: 404, match: new RegExp(`/v1/deals/${deal}/participants`) })
    expect(await world.run({ streams: [participants] })).toMatchObject({ status: 'done' })
  })

  test('with 403 for long does not keep the others from being read, nor a quiet pass from its end', async () => {
    await using world = await openWorld()
    const { company, faults } = world.emulator
    await world.run(both(participants))
    const rows = await world.db.query<{ id: string }>(
      'select id::text from pipedrive.deals where participants_count > 0 and _deleted_at is null order by deals.id',
    )
    const ids = rows.map(({ id }) => id)
    const [bad, good] = [ids.slice(0, 3), ids.at(-1) as string]
    faults.add({
      kind: 'status',
      status: 403,
      match: new RegExp(`/v1/deals/(${bad.join('|')})/participants`),
    })
    for (const id of [...bad, good]) company.deals.update(Number(id), { title: 'Changed' })
    // Three that are there, and nobody was answered before them.
    expect(reportOf(await world.run(both(participants)), 'deal_participants').status).toBe('skipped')
    const asksFor = async (): Promise<readonly string[]> => {
      const before = world.tap.asked.length
      const report = reportOf(await world.run(both(participants)), 'deal_participants')
      expect(report.status).toBe('done')
      expect(report.warning).toContain('deal_participants: 3 of ')
      return world.tap.asked.slice(before).flatMap(({ path }) => /(\d+)\/participants$/.exec(path)?.[1] ?? [])
    }
    expect(await asksFor()).toEqual([good, ...bad])
    expect(await asksFor()).toEqual(bad)
    faults.clear()
    await world.run(both(participants))
    await expectWarehouseEquals(world, { streams: ['deal_participants'] })
  })

  test('with 403 is no reason to skip the stream when it alone was due', async () => {
    await using world = await openWorld()
    const { company, faults } = world.emulator
    await world.run(both(participants))
    const { deal_id: deal } = company
      .list('deal_participants')
      .find((row) => company.get('deals', row['deal_id'] as number)?.['is_deleted'] === false) as {
      deal_id: number
    }
    company.deals.update(deal, { title: 'Changed' })
    faults.add({ kind: 'status', status: 403, match: `/v1/deals/${deal}/participants` })
    const report = reportOf(await world.run(both(participants)), 'deal_participants')
    expect(report).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(report.warning).toContain('were refused (403)')
  })

  test.each([
    [402, "The company's plan or billing does not open it."],
    [403, "The token's user may not read it"],
    [404, 'There is nothing at this address.'],
    [415, 'The feature is not on for this company.'],
  ])(
    'like all others, with %i, skips the stream, which keeps its rows and is tried again',
    async (status, why) => {
      await using world = await openWorld()
      const { faults } = world.emulator
      await world.run(both(followers))
      const rows = await world.db.query('select * from pipedrive.deal_followers order by 1, 2')
      expect(rows.length).toBeGreaterThan(10)
      faults.add({ kind: 'status', status, match: /\/followers/ })
      const report = reportOf(
        await world.run({ ...both(followers), plan: SWEEP, maxShare: 1 }),
        'deal_followers',
      )
      expect(report).toMatchObject({ status: 'skipped', tombstoned: 0 })
      expect(report.error).toContain(why)
      expect(await world.db.query('select * from pipedrive.deal_followers order by 1, 2')).toEqual(rows)
      // Some parents are tried, not every one.
      expect(report.requests).toBeLessThanOrEqual(16)
      faults.clear()
      expect(reportOf(await world.run({ ...both(followers), plan: SWEEP }), 'deal_followers').status).toBe(
        'done',
      )
    },
  )
})

test('parents that are refused as their children are concern the whole stream', async () => {
  await using world = await openWorld()
  await world.run({ streams: [streamNamed('notes'), comments] })
  world.emulator.faults.add({ kind: 'forbidden', match: /\/v1\/notes\/\d+/ })
  const report = reportOf(await world.run({ streams: [comments], plan: SWEEP, maxShare: 1 }), 'note_comments')
  expect(report).toMatchObject({ status: 'skipped', tombstoned: 0 })
  // Some parents are tried, not every one.
  expect(report.requests).toBeLessThanOrEqual(16)
})

test('a read that the budget ends keeps what it has read, and the next goes on with the other parents', async () => {
  await using world = await openWorld()
  await world.run({ streams: [deals] })
  world.batch = { batchRows: 1, batchMs: 2000 }
  const cut = await world.run({ streams: [participants], allowance: { tokens: 102 } })
  expect(cut).toMatchObject({ status: 'deferred' })
  const read = await countOf(world.db, 'deal_participants')
  expect(read).toBeGreaterThan(0)
  const rest = reportOf(await world.run({ streams: [participants] }), 'deal_participants')
  expect(rest).toMatchObject({ status: 'done', updated: 0, unchanged: 0 })
  expect(rest.inserted).toBeGreaterThan(0)
  await expectWarehouseEquals(world, { streams: ['deal_participants'] })
})

test('many pages of one parent are one list', async () => {
  await using world = await openWorld()
  const changes = inPagesOf(1, streamNamed('deal_changes'))
  expect(await world.run({ streams: [deals, changes] })).toMatchObject({ status: 'done' })
  await expectWarehouseEquals(world, { streams: ['deal_changes'] })
})

test('what is set up is left alone until it is due, and read whenever it is asked for', async () => {
  await using world = await openWorld()
  const currencies = streamNamed('currencies')
  await world.run({ streams: [currencies], onlyDue: true })
  expect(reportOf(await world.run({ streams: [currencies], onlyDue: true }), 'currencies').requests).toBe(0)
  expect(reportOf(await world.run({ streams: [currencies] }), 'currencies').requests).toBe(1)
  await world.db.query(
    `update pipedrive_sync.stream_state set completed_at = completed_at - interval '25 hours'`,
  )
  expect(reportOf(await world.run({ streams: [currencies], onlyDue: true }), 'currencies').requests).toBe(1)
})

test("with another user's token, what was the first one's alone stays", async () => {
  await using world = await openWorld()
  const own = ['user_settings', 'user_connections', 'call_logs'].map(streamNamed)
  const { company } = world.emulator
  await world.run({ streams: own })
  const rows = await countOf(world.db, 'user_settings', '_deleted_at is null')
  const me = company.list('users').find((user) => user['is_you'] === true)?.['id'] as number
  const other = company.list('users').find((user) => user['is_you'] !== true)?.['id'] as number
  company.users.set(me, { is_you: false })
  company.users.set(other, { is_you: true })
  for (const log of company.list('call_logs')) company.call_logs.delete(log['id'] as string)
  expect(await world.run({ streams: own, plan: SWEEP, maxShare: 1 })).toMatchObject({ status: 'done' })
  expect(await countOf(world.db, 'user_settings', `user_id = ${me} and _deleted_at is null`)).toBe(rows)
  expect(await countOf(world.db, 'call_logs', '_deleted_at is not null')).toBe(0)
})

test("with another user's token, the parents that only the first one's shows are not asked", async () => {
  await using world = await openWorld()
  const { company } = world.emulator
  const [threads, messages] = ['mail_threads', 'mail_messages'].map(streamNamed) as [Stream, Stream]
  await world.run({ streams: [threads, messages] })
  const rows = await countOf(world.db, 'mail_messages', '_deleted_at is null')
  expect(rows).toBeGreaterThan(0)
  const other = company.list('users').find((user) => user['is_you'] !== true)?.['id'] as number
  for (const user of company.list('users'))
    company.users.set(user['id'] as number, { is_you: user['id'] === other })
  const before = asked(world, /mailMessages$/)
  expect(await world.run({ streams: [messages], plan: SWEEP })).toMatchObject({ status: 'done' })
  expect(asked(world, /mailMessages$/)).toBe(before)
  expect(await countOf(world.db, 'mail_messages', '_deleted_at is null')).toBe(rows)
})

test('parents without any child are not asked again, even where the budget ends the read', async () => {
  await using world = await openWorld()
  const notes = streamNamed('notes')
  for (const comment of world.emulator.company.list('note_comments'))
    world.emulator.company.note_comments.delete(comment['uuid'] as string)
  world.emulator.switches.deletedInLists = false
  await world.run({ streams: [notes] })
  world.batch = { batchRows: 1, batchMs: 0 }
  const cut = await world.run({ streams: [comments], allowance: { tokens: 202 } })
  expect(cut.status).toBe('deferred')
  const all = asked(world, /\/comments$/)
  await world.run({ streams: [comments] })
  expect(asked(world, /\/comments$/)).toBe(all + 24 - 10)
})

test('a child that is shown in an older version than the one held is there', async () => {
  await using world = await openWorld()
  await world.run(both(products))
  const { deal, line } = someLine(world)
  await world.db.query(
    `update pipedrive.deal_products set update_time = update_time + interval '1 year' where id = ${line}`,
  )
  world.emulator.company.deals.update(deal, { title: 'Changed' })
  expect(reportOf(await world.run(both(products)), 'deal_products')).toMatchObject({
    tombstoned: 0,
    stale: 1,
  })
})

test('a list of children that is none skips its stream, and no other', async () => {
  await using world = await openWorld()
  world.tap.onAnswer = ({ path }, answer) =>
    path.endsWith('/followers') ? { ...answer, body: '{"success":true,"data":[null]}' } : answer
  const report = await world.run({ streams: [deals, followers, products] })
  expect(reportOf(report, 'deal_followers').error).toContain('not with the expected list')
  expect(reportOf(report, 'deal_products').status).toBe('done')
})

test('a table whose rows were told by another key is left as it is, with a word about it', async () => {
  await using world = await openWorld()
  const settings = streamNamed('user_settings')
  await forgetSchemas(world)
  await world.db.query(
    `create schema pipedrive; create table pipedrive.user_settings
       (name text primary key, value jsonb, _deleted_at timestamptz, _extra jsonb, _synced_at timestamptz)`,
  )
  const report = await world.run({ streams: [settings, followers] })
  expect(reportOf(report, 'user_settings')).toMatchObject({ status: 'failed' })
  expect(reportOf(report, 'user_settings').error).toContain(
    'told by name in the warehouse, and by name, user_id now',
  )
  expect(reportOf(report, 'deal_followers').status).toBe('done')
})
