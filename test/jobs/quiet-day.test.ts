import { expect, onTestFinished, test } from 'vitest'
import type { JobContext } from '../../jobs/job.ts'
import { schedule } from '../../jobs/schedule.ts'
import { startEmulator } from '../../emulator/index.ts'
import type { RunReport } from '../../src/run-types.ts'
import { TINY } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'
import { testClock } from '../support/test-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** As the bench measured them over 100,000 records (docs/cadences.md): what grows with the company, or is read once a day. */
const NIGHT = 1272
const ONCE_A_DAY = 356

test('a quiet day takes less than 12,000 tokens, by one quiet hour of it', async () => {
  const hour = Math.ceil(Date.now() / HOUR) * HOUR + HOUR
  const offset = hour - 12 * MINUTE - Date.now()
  const clock = testClock(() => Date.now() + offset)
  const limits = { burst: 1_000_000, daily: 1_000_000 }
  const emulator = await startEmulator({ now: () => clock.now(), size: TINY, limits })
  onTestFinished(() => emulator.stop())
  const db = await testDatabase()
  const stop = new AbortController()
  const nothing = (): void => undefined
  const context: JobContext = {
    environment: {
      PIPEDRIVE_BASE_URL: emulator.url,
      PIPEDRIVE_API_TOKEN: emulator.token,
      DATABASE_URL: db.url,
    },
    clock,
    signal: stop.signal,
    reporter: { info: nothing, warn: nothing, progress: nothing, finished: nothing },
  }
  const runs: string[] = []
  let spent = 0
  // The ticks before the hour load everything and open the gate.
  await schedule(context, { budget: '100%', maxShare: '5%', sweep: 'off' }, ({ json }) => {
    const { cadence, status, tokens } = json as RunReport & { readonly cadence: string }
    expect(status).toBe('done')
    if (clock.now() < hour) return
    runs.push(cadence)
    spent += tokens
    if (runs.length === 12) stop.abort()
  })
  expect(runs).toEqual(['pass', ...Array<string>(11).fill('tick')])
  expect(24 * spent + ONCE_A_DAY + NIGHT).toBeLessThan(12_000)
})
