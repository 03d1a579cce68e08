import { expect, test } from 'vitest'
import type { RunReport } from '../../src/run-types.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { checkpointEveryPage, inPagesOf, openWorld, streamNamed, type World } from '../support/world.ts'

/** Does something once, when the first page of deals is answered. */
function whileDealsAreRead(world: World, work: () => Promise<void>): void {
  const count = world.tap.onAnswer
  let done = false
  world.tap.onAnswer = async (asked, answer) => {
    await count(asked, answer)
    if (asked.path !== '/api/v2/deals' || done) return
    done = true
    await work()
  }
}

test('what another run has learnt since of fields and options stays, whatever a long run was told before', async () => {
  await using world = await openWorld()
  const { company } = world.emulator
  checkpointEveryPage(world)
  const [deals, fields] = ['deals', 'fields'].map(streamNamed)
  const choice = company.catalog.custom('deals').find(({ type }) => type === 'enum')
  let other: RunReport | undefined
  whileDealsAreRead(world, async () => {
    for (const { id, label } of choice?.options ?? [])
      company.fields.renameOption('deals', choice?.code ?? '', id, `${label}, renamed`)
    company.fields.add('deals', 'Added meanwhile', 'date')
    other = await world.run({ streams: [fields!] })
  })
  const long = await world.run({ streams: [inPagesOf(4, deals!), fields!] })
  expect([long.status, other?.status]).toEqual(['done', 'done'])
  const asked = world.tap.asked.filter(({ path }) => path === '/api/v2/dealFields')
  expect(asked).toHaveLength(2)
  const [added] = await world.db.query(
    `select removed_at from pipedrive.fields where entity = 'deals' and label = 'Added meanwhile'`,
  )
  expect(added).toEqual({ removed_at: null })
  const old = await world.db.query(
    `select label from pipedrive.field_options
     where entity = 'deals' and field_code = $1 and label not like '%renamed'`,
    [choice?.code],
  )
  expect(old).toEqual([])
  await world.run({ streams: [deals!] })
  await expectWarehouseEquals(world, { streams: ['deals'] })
})

test('a clock of the database that was set back keeps no catalog from being written', async () => {
  await using world = await openWorld()
  const fields = streamNamed('fields')
  await world.run({ streams: [fields] })
  await world.db.query(`update pipedrive_sync.catalog_asked set asked_at = now() + interval '1 day'`)
  world.emulator.company.fields.add('deals', 'Added', 'date')
  await world.run({ streams: [fields] })
  expect(
    await world.db.query(`select from pipedrive.fields where entity = 'deals' and label = 'Added'`),
  ).toHaveLength(1)
})

test('a field that comes while a run reads is asked for by the next pass, although the fields have just been read', async () => {
  await using world = await openWorld()
  const { company } = world.emulator
  checkpointEveryPage(world)
  const request = { streams: [inPagesOf(4, streamNamed('deals')), streamNamed('fields')], onlyDue: true }
  whileDealsAreRead(world, () => {
    const { code } = company.fields.add('deals', 'Added meanwhile', 'varchar')
    const last = company.list('deals').findLast((deal) => deal['is_archived'] !== true)
    company.deals.set(Number(last?.['id']), { custom_fields: { [code]: 'new' } })
    return Promise.resolve()
  })
  await world.run(request)
  const from = world.tap.asked.length
  await world.run(request)
  expect(world.tap.asked.slice(from).map(({ path }) => path)).toContain('/api/v2/dealFields')
  expect(
    await world.db.query('select from pipedrive.deals where cf_added_meanwhile is not null'),
  ).toHaveLength(1)
})
