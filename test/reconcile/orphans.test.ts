import { expect, test } from 'vitest'
import { countOf } from '../support/warehouse.ts'
import { openWorld, type World } from '../support/world.ts'
import { fillOne, told, verdictOf, verifyWorld } from './support.ts'

function addOrphans({ db }: World): Promise<unknown> {
  return db.query(
    `insert into pipedrive.person_emails (person_id, position, value) values (999999, 0, 'a'), (999999, 1, 'b');
     insert into pipedrive.person_phones (person_id, position, value) values (999999, 0, '1'), (888888, 0, '2')`,
  )
}

const ORPHANS = [
  'persons 888888 orphaned person_phones',
  'persons 999999 orphaned person_emails person_phones',
]

test('rows made of lists of records that are not there are told of for no token, and a repair removes them', async () => {
  await using world = await openWorld()
  const streams = await fillOne(world, 'persons')
  const others = await countOf(world.db, 'person_emails')
  const before = await verifyWorld(world, { streams })
  await addOrphans(world)
  const report = await verifyWorld(world, { streams })
  expect(told(report)).toEqual(ORPHANS)
  expect(report).toMatchObject({ status: 'done', equal: false, tokens: before.tokens })
  expect(await countOf(world.db, 'person_emails')).toBe(others + 2)

  const mended = await verifyWorld(world, { streams, repair: true })
  expect(told(mended, 'mended')).toEqual(ORPHANS)
  expect(mended).toMatchObject({ status: 'done', equal: true, tokens: before.tokens })
  expect(await countOf(world.db, 'person_emails')).toBe(others)
  expect(await countOf(world.db, 'person_phones', 'person_id > 800000')).toBe(0)
})

test('a record that is missing is not told of twice, and comes back with its lists', async () => {
  await using world = await openWorld()
  const streams = await fillOne(world, 'persons')
  const [row] = await world.db.query<{ id: string }>(
    'delete from pipedrive.persons where id = (select min(person_id) from pipedrive.person_emails) returning id::text',
  )
  const emails = await countOf(world.db, 'person_emails')
  const report = await verifyWorld(world, { streams, repair: true })
  expect(told(report, 'mended')).toEqual([`persons ${row?.id} missing`])
  expect(verdictOf(report, 'persons').differences).toEqual([])
  expect(await countOf(world.db, 'person_emails')).toBe(emails)
})
