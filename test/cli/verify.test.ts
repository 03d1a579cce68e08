import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cli, jsonFrom, sentenceOf, smallCompany, variables } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

const count = z.int().nonnegative()
const difference = z.strictObject({
  key: z.string(),
  kind: z.enum(['missing', 'surplus', 'unmarked', 'marked', 'different', 'counters', 'orphaned']),
  columns: z.array(z.string()),
})
const total = z.strictObject({
  by: z.string(),
  group: z.string(),
  there: count,
  here: count,
  sum_there: z.number(),
  sum_here: z.number(),
  equal: z.boolean(),
})
const spent = { requests: count, tokens: count, seconds: z.number().nonnegative() }
const verdict = z.strictObject({
  stream: z.string(),
  status: z.string(),
  there: count.nullable(),
  here: count.nullable(),
  parents: count.nullable(),
  parents_read: count.nullable(),
  compared: count,
  pending: count,
  changed: count,
  unread: z.boolean(),
  unread_partitions: z.array(z.string()),
  unconfirmed: count,
  differences: z.array(difference),
  mended: z.array(difference),
  totals: z.array(total),
  warning: z.string().nullable(),
  ...spent,
  error: z.string().optional(),
})
const verifyReport = z.strictObject({
  status: z.string(),
  equal: z.boolean(),
  sample: count.nullable(),
  seed: z.string().min(1),
  streams: z.array(verdict),
  ...spent,
  code: z.string().optional(),
  error: z.string().optional(),
  resume_at: z.iso.datetime().optional(),
  waits: z.enum(['history', 'run', 'kind', 'account']).optional(),
})

const STREAMS = ['--stream', 'users,persons,deals']

async function warehouse() {
  const emulator = await smallCompany()
  const database = await testDatabase()
  const env = variables(emulator, database.url)
  await jsonFrom(['backfill', ...STREAMS], { env })
  emulator.clearRequests()
  emulator.limits.spent = 0
  const verify = async (args: readonly string[], code = 0) =>
    verifyReport.parse(await jsonFrom(['verify', ...STREAMS, ...args], { env }, code))
  return { emulator, database, env, verify }
}

describe('verify', () => {
  test('exits with 0 where all is equal, 4 where something differs, and 0 again when it is repaired', async () => {
    const { emulator, database, verify } = await warehouse()
    const equal = await verify([])
    expect(equal).toMatchObject({ status: 'done', equal: true, sample: 100 })
    expect(equal.streams.map(({ stream }) => stream)).toEqual(['users', 'persons', 'deals'])
    expect(equal.tokens).toBe(emulator.limits.spent)
    expect(equal.requests).toBe(emulator.requests.length)
    await database.query("update pipedrive.deals set title = 'Tampered' where id = 1")
    const found = await verify(['--sample', 'all', '--seed', 'x'], 4)
    expect(found).toMatchObject({ status: 'done', equal: false, sample: null, seed: 'x' })
    expect(found.streams.at(-1)?.differences).toEqual([{ key: '1', kind: 'different', columns: ['title'] }])
    const mended = await verify(['--sample', 'all', '--repair'])
    expect(mended.streams.at(-1)).toMatchObject({ differences: [], mended: [{ key: '1' }] })
    await verify(['--sample', 'all'])
  })

  test('exits with 3 when its tokens are spent', async () => {
    const { verify } = await warehouse()
    const deferred = await verify(['--budget', '60'], 3)
    expect(deferred).toMatchObject({ status: 'deferred', code: 'E_BUDGET', equal: false })
    expect(deferred.tokens).toBeLessThanOrEqual(60)
  })

  test('shows a person the streams, the totals, what differs and what it has cost', async () => {
    const { database, env } = await warehouse()
    await database.query('delete from pipedrive.persons where id = 1')
    const args = ['verify', ...STREAMS, '--sample', '5', '--seed', 'x']
    const { code, stdout, stderr } = await cli(args, { env: { ...env, LOG_LEVEL: 'silent' } })
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^stream +status +there +here +parents +compared +missing .* tokens +seconds\n/)
    expect(stderr).toMatch(/\npersons +done +\d+ +\d+ +\d+ +1 +0/)
    expect(stderr).toMatch(/\nTotals of deals:\nby +group .*\n.*\nopen +[A-Z]{3} /)
    expect(stderr).toMatch(/\ndiffers +key +kind +columns\n.*\npersons +1 +missing\n/)
    expect(stderr).toMatch(
      /\n\ndifferent: \d+ requests, \d+ tokens, \d+\.\d s; sample of 5 drawn by seed x\n$/,
    )
  })

  test('says of how many parents it speaks, sets fields against their catalog, and names what was never read', async () => {
    const { database, env } = await warehouse()
    await jsonFrom(['backfill', '--stream', 'fields,deal_products'], { env })
    await database.query(
      "delete from pipedrive_sync.stream_state where stream = 'deals' and partition = 'archived'",
    )
    const args = ['verify', '--stream', 'fields,deals,deal_products', '--sample', '30']
    const { code, stdout } = await cli(args, { env: { ...env, LOG_LEVEL: 'silent' } })
    expect(code).toBe(0)
    expect(stdout).toMatch(/\nfields +done +(\d+) +\1 +\1 +0 /)
    expect(stdout).toMatch(/\ndeal_products +done +3 of \d{2} +\d+ +0 /)
    expect(stdout).toMatch(
      /\n\ndeals: archived not read as a whole yet, as compared here; sync --stream deals does\.\n/,
    )
  })

  test('says so where there is no warehouse yet, and refuses the token of another company', async () => {
    const { env, database } = await warehouse()
    const empty = await testDatabase()
    const none = await cli(['verify'], { env: { ...env, DATABASE_URL: empty.url } })
    expect(sentenceOf(none)).toMatch(/no warehouse here yet/)
    await database.query("update pipedrive_sync.account set company_id = '1'")
    const other = await jsonFrom(['verify', ...STREAMS], { env }, 2)
    expect(other).toMatchObject({ status: 'failed', code: 'E_CONFIG', equal: false })
  })

  test.each([
    ['--sample', '-1'],
    ['--sample', 'some'],
    ['--budget', 'x'],
    ['--stream', 'nothing'],
    ['--stream', 'record_merges'],
  ])('refuses %s %s before anything is read', async (...flags) => {
    const env = { PIPEDRIVE_BASE_URL: 'http://127.0.0.1:9', PIPEDRIVE_API_TOKEN: 'a-token' }
    expect(sentenceOf(await cli(['verify', ...flags], { env }))).toMatch(/takes|no stream|no list/)
  })
})
