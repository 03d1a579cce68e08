import { setImmediate } from 'node:timers/promises'
import { startEmulator, type Emulator } from '../emulator/index.ts'
import { schedule } from '../jobs/schedule.ts'
import type { JobContext } from '../jobs/job.ts'
import { systemClock, type Clock } from '../src/clock.ts'
import { run } from '../src/run.ts'
import type { RunReport } from '../src/run-types.ts'
import { selectStreams } from '../src/streams/index.ts'
import { connected, type BenchServer } from './database.ts'
import { LIMITS } from './emulator.ts'
import { partsOf } from './pieces/backfill.ts'
import { WHOLE } from './work.ts'

/** A run of the day, and what it was. */
export type DayRun = RunReport & { readonly cadence: string }

/** 100,000 records in all. */
const COMPANY = {
  users: 20,
  deals: 30_000,
  persons: 30_000,
  organizations: 12_000,
  activities: 15_000,
  notes: 5000,
  leads: 4000,
  files: 3000,
  products: 1000,
} as const
const QUICK_SHARE = 0.02

/** The smallest plan with one seat (FACTS: 30,000 tokens a day, 20 requests in 2 seconds). */
export const SMALLEST = { daily: 30_000, burst: 20 } as const
const [HOUR, DAY] = [3_600_000, 86_400_000]

/** Nobody waits: a sleep is over at once, and its time has passed. */
function simulatedClock(start: number): Clock {
  let ahead = start - systemClock.now()
  return {
    now: () => systemClock.now() + ahead,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      ahead += ms
      await setImmediate()
      signal?.throwIfAborted()
    },
  }
}

async function backfill(parts: JobContext & { readonly emulator: Emulator; readonly server: BenchServer }) {
  const { emulator, server, clock } = parts
  const input = { emulatorUrl: emulator.url, emulatorToken: emulator.token, databaseUrl: server.databaseUrl }
  const report = await run(
    { ...partsOf(input), clock },
    {
      command: 'backfill',
      streams: selectStreams([]),
      plan: WHOLE,
      allowance: { tokens: Number.MAX_SAFE_INTEGER },
      maxShare: 1,
    },
  )
  if (report.status !== 'done') throw new Error(`The backfill ended as ${report.status}: ${report.error}`)
}

/**
 * What the backfill has spent was spent another day, and what it has read was read more than a week ago: the database
 * does not live in simulated time.
 */
async function setBack({ databaseUrl }: BenchServer): Promise<void> {
  await connected(databaseUrl, async (client) => {
    await client.query('update pipedrive_sync.token_ledger set day = day - 30')
    await client.query("update pipedrive_sync.parent_read set read_at = read_at - interval '30 days'")
  })
}

function sizeOf(quick: boolean): typeof COMPANY {
  const share = quick ? QUICK_SHARE : 1
  return Object.fromEntries(
    Object.entries(COMPANY).map(([name, count]) => [name, Math.ceil(count * share)]),
  ) as unknown as typeof COMPANY
}

/**
 * Runs the scheduler with its default timetable for a day, from midnight to midnight, on which nothing changes at
 * Pipedrive. It has run for an hour by then; the night's part is the dearest of the week, since nothing was swept yet.
 */
export async function measureDay(
  server: BenchServer,
  quick: boolean,
  tell: (what: string) => void,
): Promise<readonly DayRun[]> {
  const midnight = Math.ceil(systemClock.now() / DAY) * DAY + DAY
  const clock = simulatedClock(midnight - 2 * HOUR)
  const emulator = await startEmulator({ limits: LIMITS, size: sizeOf(quick), now: () => clock.now() })
  try {
    await server.renew()
    const stop = new AbortController()
    const { reporter } = partsOf({ emulatorUrl: '', emulatorToken: '', databaseUrl: '' })
    const environment = {
      PIPEDRIVE_BASE_URL: emulator.url,
      PIPEDRIVE_API_TOKEN: emulator.token,
      DATABASE_URL: server.databaseUrl,
    }
    const context: JobContext = { environment, clock, signal: stop.signal, reporter }
    await backfill({ ...context, emulator, server })
    tell('day: the backfill is done')
    await setBack(server)
    emulator.limits.reset()
    Object.assign(emulator.limits, SMALLEST)
    await clock.sleep(Math.max(0, midnight - HOUR - clock.now()))
    const runs: DayRun[] = []
    await schedule(context, { budget: '50%', maxShare: '5%' }, ({ json }) => {
      const report = json as DayRun
      const began = clock.now() - report.seconds * 1000
      if (began >= midnight + DAY) stop.abort()
      else if (began >= midnight) runs.push(report)
      if (report.cadence !== 'tick') tell(`day: ${report.cadence} at ${new Date(began).toISOString()}`)
    })
    return runs
  } finally {
    await emulator.stop()
  }
}
