import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  cli,
  jsonFrom,
  jsonOf,
  sentenceOf,
  smallCompany,
  start,
  variables,
  type Command,
} from '../support/cli.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

const RUNS = [['check'], ['sync'], ['migrate']]
const READING = [['status'], ['fields'], ['reset', 'deals']]

/** A user who may log in and nothing else, and the URL of the database as that user. */
async function stranger(database: TestDatabase): Promise<{ readonly name: string; readonly url: string }> {
  const name = new URL(database.url).pathname.slice(1).replace('test_', 'user_')
  await database.query(`create role ${name} login`)
  onTestFinished(async () => {
    await database.query(`drop owned by ${name}`)
    await database.query(`drop role ${name}`)
    await database[Symbol.asyncDispose]()
  })
  return { name, url: Object.assign(new URL(database.url), { username: name }).href }
}

async function backfilled(database: TestDatabase) {
  const emulator = await smallCompany()
  await jsonFrom(['backfill', '--stream', 'users,pipelines'], { env: variables(emulator, database.url) })
  emulator.clearRequests()
  return emulator
}

describe('a warehouse of which the user may read nothing', () => {
  test('is told as that by every command that reads it, in one sentence', async () => {
    const database = await testDatabase()
    await backfilled(database)
    const { url } = await stranger(database)
    const env = { DATABASE_URL: url }
    for (const ended of await Promise.all(READING.map((args) => cli(args, { env }))))
      expect(sentenceOf(ended)).toMatch(
        /^The database failed: permission denied for schema pipedrive\w*\. Use the user that made the warehouse, /,
      )
  })

  test('but in which tables may be made, stops every run before its first request', async () => {
    const database = await testDatabase()
    const emulator = await backfilled(database)
    const { name, url } = await stranger(database)
    await database.query(`grant create, usage on schema pipedrive, pipedrive_sync to ${name}`)
    const refusals = await Promise.all(
      RUNS.map((args) => jsonFrom(args, { env: variables(emulator, url) }, 2)),
    )
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        code: 'E_DATABASE',
        error: expect.stringMatching(
          /^Tables in the schema "pipedrive" belong to "postgres", .* owner to "user_\w+"/,
        ) as string,
      })
    expect(emulator.requests).toEqual([])
  })
})

test('a database that takes no changes stops every run before its first request, and can be read', async () => {
  const database = await testDatabase()
  const emulator = await backfilled(database)
  const name = new URL(database.url).pathname.slice(1)
  await database.query(`alter database ${name} set default_transaction_read_only = on`)
  const env = variables(emulator, database.url)
  for (const refusal of await Promise.all(RUNS.map((args) => jsonFrom(args, { env }, 2))))
    expect(refusal).toMatchObject({
      code: 'E_DATABASE',
      error: expect.stringContaining('takes no changes') as string,
    })
  expect(emulator.requests).toEqual([])
  expect((await cli(['status'], { env: { DATABASE_URL: database.url } })).code).toBe(0)
})

test('a database without a warehouse is told as that, also when it holds control tables already', async () => {
  const database = await testDatabase()
  const env = { DATABASE_URL: database.url }
  const sentence = /^There is no warehouse here yet: run backfill, or demo, first\.$/
  for (const args of [['fields'], ['reset', 'deals']])
    expect(sentenceOf(await cli(args, { env }))).toMatch(sentence)
  await jsonFrom(['migrate'], { env })
  for (const args of [['fields'], ['reset', 'deals']])
    expect(sentenceOf(await cli(args, { env }))).toMatch(sentence)
})

describe('a stop ends', () => {
  const WAITING = `select 1 from pg_locks join pg_stat_activity using (pid)
    where not granted and datname = current_database() and application_name like 'pipedrive-warehouse%'`

  /** Another connection that holds a lock until the test ends. */
  async function holding(database: TestDatabase, statement: string): Promise<void> {
    const client = new pg.Client(database.url)
    await client.connect()
    onTestFinished(() => client.end())
    await client.query(statement)
  }

  async function stopWhereItWaits(database: TestDatabase, command: Command) {
    while ((await database.query(WAITING)).length === 0);
    command.signal('SIGTERM')
    const ended = await command.ended
    expect(ended).toMatchObject({ code: 143 })
    return jsonOf(ended)
  }

  test('a run that waits for a table, after the checkpoints that it made', async () => {
    const database = await testDatabase()
    const emulator = await backfilled(database)
    await holding(database, 'begin; lock table pipedrive.users in share mode')
    const running = await start(['sync', '--stream', 'users', '--json'], {
      env: variables(emulator, database.url),
    })
    expect(await stopWhereItWaits(database, running)).toMatchObject({
      status: 'stopped',
      code: 'E_STOPPED',
      streams: [{ stream: 'users', status: 'stopped' }],
    })
    expect(await database.query('select status from pipedrive_sync.run order by id desc limit 1')).toEqual([
      { status: 'stopped' },
    ])
  })

  test.each(['sync', 'migrate'])('%s that waits for another one to migrate', async (command) => {
    const database = await testDatabase()
    const emulator = await smallCompany()
    await holding(database, `select pg_advisory_lock(hashtextextended('pipedrive-warehouse migrate', 0))`)
    const running = await start([command, '--json'], { env: variables(emulator, database.url) })
    expect(await stopWhereItWaits(database, running)).toMatchObject({ code: 'E_STOPPED' })
  })
})
