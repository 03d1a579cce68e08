import { expect, test } from 'vitest'
import { forgetSchemas, openWorld, streamNamed } from '../support/world.ts'

test("somebody else's table is never written into", async () => {
  await using world = await openWorld()
  await forgetSchemas(world)
  await world.db.query(
    'create schema pipedrive; create table pipedrive.users (id int primary key, nick text)',
  )
  await world.db.query("insert into pipedrive.users values (1, 'ann')")
  const report = await world.run({ streams: [streamNamed('users')] })
  expect(report).toMatchObject({ status: 'failed', code: 'E_DATABASE', requests: 0 })
  expect(report.error).toContain('a table "users" in the schema "pipedrive" that is not ours')
  expect(await world.db.query('select * from pipedrive.users')).toEqual([{ id: 1, nick: 'ann' }])
  // What is not read is not looked at.
  expect(await world.run({ streams: [streamNamed('currencies')] })).toMatchObject({ status: 'done' })
})
