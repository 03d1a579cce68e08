import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cli, emptyDirectory, jsonFrom, sentenceOf, smallCompany, variables } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

const amount = { requests: z.int(), tokens: z.int(), seconds: z.number() }
const bound = z.enum(['about', 'at least', 'at most'])
const share = z.number().nonnegative()

const planReport = z.strictObject({
  status: z.enum(['done', 'partial', 'deferred', 'stopped', 'failed']),
  ...amount,
  streams: z.array(
    z.strictObject({
      ...{ stream: z.string(), status: z.string(), ...amount, bound, share_of_day: share },
      reason: z.string().min(1),
    }),
  ),
  total: z.strictObject({
    ...{ ...amount, bound, share_of_day: share, burst_limit: z.int(), daily_limit: z.int() },
    ...{ allowed_today: z.int(), allowed_per_day: z.int(), days: z.int().nullable() },
    done_on: z.iso.date().nullable(),
  }),
})

async function place() {
  const emulator = await smallCompany()
  const env = variables(emulator, (await testDatabase()).url)
  return {
    emulator,
    env,
    planOf: async (args: readonly string[]) => planReport.parse(await jsonFrom(args, { env })),
  }
}

describe('--plan', () => {
  test('of backfill, sync, a sweep and verify says what they will take, and they tell how it came', async () => {
    const { env, planOf } = await place()
    const some = ['--stream', 'deals,persons']
    const told = z.looseObject({ plan: z.looseObject({ runs: z.literal(1), is_over: z.literal(true) }) })
    for (const command of [['backfill'], ['sync'], ['sync', '--sweep'], ['verify', '--sample', '5']]) {
      const planned = await planOf([...command, ...some, '--plan'])
      expect(planned.streams.map(({ stream }) => stream)).toEqual(['persons', 'deals'])
      expect(planned.total.tokens).toBeGreaterThan(40)
      const took = told.parse(await jsonFrom([...command, ...some], { env }))
      expect(took.plan).toMatchObject({ planned: { tokens: planned.total.tokens } })
    }
  })

  test('without --json shows a table with the reasons, and what became of it', async () => {
    const { env } = await place()
    const { code, stdout } = await cli(['backfill', '--plan'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stream +requests +tokens +time +of the day +reason\n/)
    expect(stdout).toMatch(/\ndeals .* \d+ by \/v1\/deals\/summary \/ 500 a page/)
    expect(stdout).toMatch(/\nNothing was loaded. Making this plan took \d+ requests and \d+ tokens\.\n$/)
    expect((await cli(['status'], { env })).stdout).toMatch(
      /Last plan \(backfill --plan, .*no run has begun\./,
    )
    const { stdout: deferred, stderr } = await cli(['backfill', '--budget', '200'], { env })
    expect(deferred + stderr).toMatch(
      /Planned: .* so far\. About \d+ tokens are left; at a run a day it is done on \d{4}-/,
    )
    expect((await cli(['backfill'], { env })).stdout).toMatch(/Planned: .*; 2 runs took .*% tokens\)\.\n$/)
  })

  test('does not go with what is no run', async () => {
    const { env } = await place()
    expect((await cli(['status', '--plan'], { env })).code).toBe(2)
    expect(sentenceOf(await cli(['backfill', '--plan', '--budget', 'much'], { env }))).toMatch(
      /^--budget takes/,
    )
    expect(sentenceOf(await cli(['verify', '--plan', '--stream', 'nothing'], { env }))).toMatch(
      /^There is no stream/,
    )
  })
})

describe('TOKEN_RESERVE', () => {
  test('is told by check and status, and refused where it is neither tokens nor a share', async () => {
    const { env } = await place()
    const reserved = { env: { ...env, TOKEN_RESERVE: '40%' } }
    await cli(['backfill', '--stream', 'users'], { env })
    expect((await cli(['check', '--quick'], reserved)).stdout).toContain('40.0 % of a day are left to others')
    expect(await jsonFrom(['check', '--quick'], reserved)).toMatchObject({
      budget: { kept_for_others: 60_000 },
    })
    expect((await cli(['status'], reserved)).stdout).toContain('40.0 % of a day are left to others')
    expect(sentenceOf(await cli(['sync'], { env: { ...env, TOKEN_RESERVE: 'half' } }))).toMatch(
      /^TOKEN_RESERVE takes/,
    )
  })
})

describe('resume', () => {
  test('tells of a block, and --now ends the wait for it', async () => {
    const { emulator, env } = await place()
    expect(await jsonFrom(['resume'], { env })).toEqual({ state: 'none', blocked_until: null })
    emulator.faults.add({ kind: 'status', status: 403, body: '<html></html>', times: 1 })
    const sync = ['sync', '--stream', 'users']
    expect(await jsonFrom(sync, { env }, 3)).toMatchObject({ code: 'E_BLOCKED' })
    const blocked = (await cli(['resume'], { env })).stdout
    expect(blocked).toMatch(/^Blocked by Pipedrive's gateway until .*resume --now/)
    expect((await cli(['status'], { env })).code).toBe(0)
    expect(await jsonFrom(sync, { env }, 3)).toMatchObject({ code: 'E_BLOCKED', requests: 0 })
    const { stdout } = await cli(['resume', '--now'], { env })
    expect(stdout).toMatch(/^The block until .* counts no more.*check --quick/)
    expect(await jsonFrom(sync, { env })).toMatchObject({ status: 'done' })
    expect(await jsonFrom(['resume', '--now'], { env })).toEqual({ state: 'none', blocked_until: null })
  })

  test('needs a warehouse, and takes nothing else', async () => {
    const cwd = await emptyDirectory()
    expect(sentenceOf(await cli(['resume', '--now'], { cwd }))).toMatch(/^There is no warehouse here/)
    expect((await cli(['resume', 'deals'], { cwd })).code).toBe(2)
  })
})
