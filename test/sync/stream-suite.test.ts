import { readFileSync, existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { streams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { describeStreams, isPerParent } from '../support/stream-suite.ts'
import { only } from '../support/warehouse.ts'
import { differences } from '../support/warehouse-equals.ts'
import { openWorld } from '../support/world.ts'

const withRecords = streams.filter(({ partitions }) => partitions.length > 0)
const isSmall = ({ refreshHours }: Stream): boolean => refreshHours !== undefined

describeStreams(withRecords.filter((stream) => !isPerParent(stream) && !isSmall(stream)))

test('the comparison with the company sees a cell, a row, a child and a tombstone that are wrong', async () => {
  await using world = await openWorld()
  await world.run()
  const { db, emulator } = world
  expect(await differences(emulator, db)).toEqual([])
  const [custom] = await db.query<{ column_name: string }>(
    "select column_name from pipedrive.fields where entity = 'deals' and field_type = 'varchar' and is_custom",
  )
  for (const wrong of [
    'update pipedrive.deals set value = value + 1 where id = (select min(id) from pipedrive.deals where not is_deleted)',
    `update pipedrive.deals set ${custom?.column_name} = 'x'`,
    'update pipedrive.notes set _deleted_at = now() where id = 3',
    'delete from pipedrive.organizations where id = 2',
    "update pipedrive.person_emails set value = 'x' where position = 0",
    'delete from pipedrive.product_prices',
    'insert into pipedrive.users (id) values (1)',
  ]) {
    const before = await differences(emulator, db)
    await db.query(wrong)
    const after = await differences(emulator, db)
    expect(after.length, wrong).toBeGreaterThan(before.length)
  }
})

const recorded = join(import.meta.dirname, '../../../shared/pipedrive/recorded')

interface RecordedAnswer {
  readonly request: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> & { readonly data: readonly Row[] }
}

/** The one field that every entity has, in the words of both versions. */
const ID = {
  key: 'id',
  name: 'ID',
  field_type: 'int',
  field_code: 'id',
  field_name: 'ID',
  is_custom_field: false,
}

/** A server that knows these answers by heart and whose every other list is as short as it can be. */
async function serveRecorded(answers: readonly RecordedAnswer[]) {
  const byPath = new Map(answers.map((answer) => [answer.request.replace('GET ', ''), answer]))
  const shortest = (path: string): unknown => {
    const data = path.endsWith('Fields') ? [ID] : []
    const pagination = { more_items_in_collection: false }
    return { success: true, data, additional_data: { pagination, next_cursor: null } }
  }
  const me = { id: 1, name: 'Recorded', company_id: 1, company_name: 'Recorded', company_domain: 'recorded' }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://recorded')
    const answer = byPath.get(pathname)
    const body =
      pathname === '/v1/users/me' ? { success: true, data: me } : (answer?.body ?? shortest(pathname))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

describe.skipIf(!existsSync(recorded))('recorded answers of the real API', () => {
  const files = existsSync(recorded) ? readdirSync(recorded).filter((name) => name.endsWith('.json')) : []
  const answers = files.map(
    (name) => JSON.parse(readFileSync(join(recorded, name), 'utf8')) as RecordedAnswer,
  )
  const listed = withRecords.flatMap((stream) => {
    const [{ path } = { path: '' }] = stream.partitions
    const answer = answers.find(({ request }) => request === `GET ${path}`)
    const records: readonly Row[] = answer?.body.data ?? []
    return records.length > 0 ? [{ stream, records }] : []
  })

  test.each(listed)('$stream.name are loaded as they are, twice', async ({ stream, records }) => {
    await using server = await serveRecorded(answers)
    await using world = await openWorld()
    const source = { baseUrl: server.url, token: 'recorded' }
    expect(only(await world.run({ streams: [stream] }, undefined, source))).toMatchObject({
      status: 'done',
      inserted: records.length,
    })
    const rows = await world.db.query(`select * from pipedrive.${stream.name} where _extra is null`)
    expect(rows.map((row) => String(row[stream.key[0] ?? ''])).toSorted()).toEqual(
      records.map((record) => String(record[stream.key[0] ?? ''] as string | number)).toSorted(),
    )
    expect(await world.db.query('select * from pipedrive_sync.drift')).toEqual([])
    expect(only(await world.run({ streams: [stream] }, undefined, source))).toMatchObject({
      status: 'done',
      inserted: 0,
      updated: 0,
      unchanged: records.length,
    })
  })

  test('there are some', () => {
    expect(listed.map(({ stream }) => stream.name)).toEqual(expect.arrayContaining(['leads', 'users']))
  })
})
