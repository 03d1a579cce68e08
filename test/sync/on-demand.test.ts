import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import type { Answer } from '../support/tap.ts'
import { countOf, everything, only } from '../support/warehouse.ts'
import { selectStreams, streams } from '../../src/streams/index.ts'
import { SWEEP, openWorld, streamNamed } from '../support/world.ts'

const currencies = streamNamed('currencies')

/** The same answer without its first record. */
function withoutFirst(answer: Answer): Answer {
  const body = JSON.parse(answer.body) as { data: readonly Row[] }
  return { ...answer, body: JSON.stringify({ ...body, data: body.data.slice(1) }) }
}

test('a quiet sync costs what the README says, by default and of everything', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
  const said =
    /quiet account takes (\d+) requests and (\d+) tokens\.[^.]*: (\d+) requests and (\d+) tokens for a/
  const [, ...numbers] = said.exec(readme) ?? []
  const taken: number[] = []
  for (const [chosen, onlyDue] of [
    [selectStreams([]), true],
    [streams, false],
  ] as const) {
    await using world = await openWorld()
    await world.run({ streams: chosen, onlyDue })
    const { status, requests, tokens } = await world.run({ streams: chosen, onlyDue })
    expect(status).toBe('done')
    taken.push(requests, tokens)
  }
  expect(taken).toEqual(numbers.map(Number))
})

test('the password of a webhook is kept nowhere in the warehouse', async () => {
  await using world = await openWorld()
  await world.run({ streams: [streamNamed('webhooks')] })
  expect(await countOf(world.db, 'webhooks', "http_auth_user = 'pipedrive'")).toBe(1)
  const kept = [
    ...(await everything(world.db)),
    ...(await world.db.query('select * from pipedrive_sync.drift')),
  ]
  expect(JSON.stringify(kept)).not.toContain('open sesame')
})

describe('a list whose records cannot be read by id', () => {
  test('is read again when it lacks a record, and only what it lacks twice is deleted', async () => {
    await using world = await openWorld()
    const { db, tap } = world
    await world.run({ streams: [currencies] })
    const asked = (): number => tap.asked.filter(({ path }) => path === '/v1/currencies').length
    expect(asked()).toBe(1)
    let answers = 0
    tap.onAnswer = ({ path }, answer) =>
      path === '/v1/currencies' && answers++ === 0 ? withoutFirst(answer) : answer
    expect(only(await world.run({ streams: [currencies] }))).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(asked()).toBe(3)
    expect(await countOf(db, 'currencies', '_deleted_at is not null')).toBe(0)

    tap.onAnswer = ({ path }, answer) => (path === '/v1/currencies' ? withoutFirst(answer) : answer)
    expect(only(await world.run({ streams: [currencies] }))).toMatchObject({ status: 'done', tombstoned: 1 })
    expect(await countOf(db, 'currencies', '_deleted_at is not null')).toBe(1)
  })

  test.each([
    [{ kind: 'payment-required' }, "The company's plan or billing does not open it."],
    [{ kind: 'forbidden' }, "The token's user may not read it"],
    [{ kind: 'status', status: 404 }, 'There is nothing at this address.'],
    [{ kind: 'status', status: 415 }, 'The feature is not on for this company.'],
  ] as const)('is skipped with its reason after %j, and never emptied', async (fault, why) => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [currencies] })
    const before = await everything(db)
    emulator.faults.add({ ...fault, match: /\/v1\/currencies/ })
    const report = only(await world.run({ streams: [currencies], plan: SWEEP, maxShare: 1 }))
    expect(report).toMatchObject({ status: 'skipped', tombstoned: 0 })
    expect(report.error).toContain(why)
    expect(await everything(db)).toEqual(before)
    emulator.faults.clear()
    expect(only(await world.run({ streams: [currencies] })).status).toBe('done')
  })
})
