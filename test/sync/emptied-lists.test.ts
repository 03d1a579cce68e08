import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import type { OnAnswer } from '../support/tap.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { PASS, SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const [threads, messages] = ['mail_threads', 'mail_messages'].map(streamNamed) as [Stream, Stream]
const deals = streamNamed('deals')
const products = streamNamed('deal_products')
const streams = [deals, products]

/** The lists of deals' products without those of some deals. */
function hide(hidden: readonly number[]): OnAnswer {
  return ({ path }, answer) => {
    if (path !== '/api/v2/deals/products') return answer
    const body = JSON.parse(answer.body) as { data: readonly Row[] }
    const data = body.data.filter((line) => !hidden.includes(line['deal_id'] as number))
    return { ...answer, body: JSON.stringify({ ...body, data }) }
  }
}

interface Held {
  readonly deal: number
  readonly rows: number
}

/** How many rows are held of each deal, the most first. */
function heldOf({ db }: World): Promise<Held[]> {
  return db.query<{ deal: number; rows: number }>(
    `select deal_id::int as deal, count(*)::int as rows from pipedrive.deal_products
     where _deleted_at is null group by 1 order by 2 desc, 1`,
  )
}

const productsOf = async (world: World, more = {}) =>
  reportOf(await world.run({ streams, plan: SWEEP, ...more }), 'deal_products')

describe('lists that come empty although rows of theirs are held', () => {
  test('are refused where they hold more than the share, and the other parents settled', async () => {
    await using world = await openWorld()
    const { db, emulator, tap } = world
    await world.run({ streams })
    const held = await heldOf(world)
    const [one, other, seen] = held as [Held, Held, Held]
    const rows = one.rows + other.rows
    const all = await countOf(db, 'deal_products', '_deleted_at is null')
    expect(rows).toBeGreaterThan(Math.ceil(all * 0.05))
    const [line] = emulator.company.list('deal_products').filter((each) => each['deal_id'] === seen.deal)
    emulator.company.deal_products.delete(line?.['id'] as number)

    tap.onAnswer = hide([one.deal, other.deal])
    const refused = await productsOf(world)
    expect(refused).toMatchObject({ status: 'failed', tombstoned: 1 })
    expect(refused.error).toContain(
      `the lists of 2 parents are empty, but the warehouse holds ${rows} rows of theirs, of ${all - 1} in all`,
    )
    expect(refused.error).toContain('--max-share 1')
    expect(await heldOf(world)).toEqual(expect.arrayContaining([one, other]))

    // The sweep is over, but not complete; what was refused is asked again, and nothing else.
    const states = await db.query(
      `select sweep_since, completed_at from pipedrive_sync.stream_state where stream = 'deal_products'`,
    )
    expect(states).toEqual([{ sweep_since: null, completed_at: null }])
    const before = tap.asked.length
    const obeyed = await productsOf(world, { plan: PASS, maxShare: 1 })
    expect(obeyed).toMatchObject({ status: 'done', tombstoned: rows, requests: 1 })
    const [again] = tap.asked.slice(before).filter(({ path }) => path === '/api/v2/deals/products')
    expect(again?.query.get('deal_ids')?.split(',').map(Number).toSorted()).toEqual(
      [one.deal, other.deal].toSorted(),
    )
  })

  test("are measured by the rows of the token's user, where others' are not shown", async () => {
    await using world = await openWorld()
    const { db, tap } = world
    await world.run({ streams: [threads, messages] })
    const rows = await countOf(db, 'mail_messages', '_deleted_at is null')
    await db.query(
      `update pipedrive.mail_threads set user_id = user_id + 1 where id <> (
         select mail_thread_id from pipedrive.mail_messages group by 1 having count(*) > 1 order by 1 limit 1)`,
    )
    tap.onAnswer = ({ path }, answer) =>
      path.endsWith('/mailMessages') ? { ...answer, body: '{"success":true,"data":[]}' } : answer
    const report = reportOf(await world.run({ streams: [messages], plan: SWEEP }), 'mail_messages')
    expect(report).toMatchObject({ status: 'failed', tombstoned: 0, requests: 1 })
    expect(await countOf(db, 'mail_messages', '_deleted_at is null')).toBe(rows)
  })

  test('are obeyed at the end where they hold no more than the share', async () => {
    await using world = await openWorld()
    await world.run({ streams })
    const last = (await heldOf(world)).at(-1) as Held
    expect(last.rows).toBe(1)
    world.tap.onAnswer = hide([last.deal])
    expect(await productsOf(world)).toMatchObject({ status: 'done', tombstoned: 1 })
    expect(await countOf(world.db, 'deal_products', `deal_id = ${last.deal} and _deleted_at is null`)).toBe(0)
  })

  test('are obeyed at once where the counters of their parents say that there is nothing', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await world.run({ streams })
    for (const line of company.list('deal_products')) company.deal_products.delete(line['id'] as number)
    const rows = await countOf(world.db, 'deal_products', '_deleted_at is null')
    expect(await productsOf(world)).toMatchObject({ status: 'done', tombstoned: rows })
    await expectWarehouseEquals(world, { streams: ['deal_products'], counters: false })
  })
})
