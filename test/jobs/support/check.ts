import { z } from 'zod'
import { check, type CheckFlags } from '../../../jobs/check.ts'
import type { JobContext, JobResult } from '../../../jobs/job.ts'
import type { EmulatorOptions } from '../../../emulator/index.ts'
import { smallCompany, variables } from '../../support/cli.ts'
import { testDatabase } from '../../support/database.ts'
import { testClock } from '../../support/test-clock.ts'

const HALF = { budget: '50%' } as const

/** What people work with. */
export const CORE = 'users,pipelines,stages,organizations,persons,products,deals,leads,activities,notes'

/** A company, an empty database and the context in which a job would run; pauses are over at once. */
export async function place(options: EmulatorOptions = {}) {
  const clock = testClock()
  const emulator = await smallCompany({ now: () => clock.now(), ...options })
  const database = await testDatabase()
  const context: JobContext = {
    environment: variables(emulator, database.url),
    clock,
    signal: new AbortController().signal,
    reporter: {
      info: () => undefined,
      warn: () => undefined,
      progress: () => undefined,
      finished: () => undefined,
    },
  }
  const run = (flags: Partial<CheckFlags> = {}): Promise<JobResult> => check(context, { ...HALF, ...flags })
  return { emulator, database, context, run }
}

const shape = z.object({
  status: z.string(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  token: z.object({
    global_admin: z.boolean(),
    sees_everything: z.boolean(),
    hidden: z.array(z.string()),
    access: z.array(z.object({ app: z.string(), admin: z.boolean(), permission_set: z.string().nullable() })),
  }),
  streams: z.array(
    z.object({
      stream: z.string(),
      status: z.string(),
      tokens: z.number(),
      error: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  budget: z.object({
    daily_limit: z.number().nullable(),
    daily_remaining: z.number().nullable(),
    requests_in_2_seconds: z.number().nullable(),
  }),
  clock: z.object({ ahead_ms: z.number(), within_ms: z.number() }).nullable(),
  requests: z.number(),
  tokens: z.number(),
})
/** What `--json` shows of it. */
export const dataOf = ({ json }: JobResult) => shape.parse(json)

/** By stream. */
export const statuses = (result: JobResult): Record<string, string> =>
  Object.fromEntries(dataOf(result).streams.map(({ stream, status }) => [stream, status]))
