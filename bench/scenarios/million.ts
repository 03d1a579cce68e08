import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { connected, type BenchServer } from '../database.ts'
import { startEmulatorProcess, type BenchEmulator } from '../emulator.ts'
import { measure, measureBackfill, type Measurement } from '../piece.ts'
import { scenario } from '../scenario.ts'

const SHARE = 10
const MEGABYTE = 1e6
const POLL_MS = 20
const DEALS = { streams: ['deals'] } as const
/** PostgreSQL's code for a table that is not there (PostgreSQL documentation, appendix A). */
const UNDEFINED_TABLE = '42P01'

async function hasRow(client: pg.Client): Promise<boolean> {
  try {
    const { rowCount } = await client.query('select from pipedrive.deals limit 1')
    return rowCount === 1
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return false
    throw error
  }
}

/** Seconds until somebody else sees a deal. */
function firstRow({ databaseUrl }: BenchServer, isOver: () => boolean): Promise<number> {
  const began = performance.now()
  return connected(databaseUrl, async (client) => {
    while (!isOver()) {
      if (await hasRow(client)) return (performance.now() - began) / 1000
      await sleep(POLL_MS)
    }
    return Number.NaN
  })
}

async function measureLarge(emulator: BenchEmulator, server: BenchServer): Promise<[Measurement, number]> {
  await server.renew()
  await server.settle()
  let over = false
  const seen = firstRow(server, () => over)
  try {
    const large = await measure('backfill', emulator, server, DEALS)
    return [large, await seen]
  } finally {
    over = true
    await seen
  }
}

export const million = scenario({
  name: 'million',
  about: (records) => `first backfill of ${records} deals, and of a tenth of them`,
  records: { usual: 1_000_000, quick: 20_000 },
  rounds: 3,
  figures: {
    seconds: { what: 'all of them', unit: ' s', digits: 1 },
    small: { what: 'a tenth', unit: ' s', digits: 2 },
    linear: { what: 'time for a deal, of that in a tenth', digits: 2, goal: { most: 1.15 } },
    first: {
      what: 'from the start of the process to the first row',
      unit: ' s',
      digits: 2,
      goal: { most: 2 },
    },
    smallPeak: { what: 'peak memory of our process, a tenth', unit: ' MB', of: 'most', goal: { most: 200 } },
    peak: { what: 'peak memory of our process, all', unit: ' MB', of: 'most', goal: { most: 200 } },
    growth: { what: 'growth of the peak', digits: 2, goal: { most: 1.1 } },
  },
  async open({ server, records, own }) {
    const few = own(await startEmulatorProcess({ deals: records / SHARE }))
    const many = own(await startEmulatorProcess({ deals: records }))
    return async () => {
      const small = await measureBackfill(few, server, DEALS)
      const [large, first] = await measureLarge(many, server)
      return {
        seconds: large.seconds,
        small: small.seconds,
        linear: large.seconds / large.records / (small.seconds / small.records),
        first,
        smallPeak: small.peakBytes / MEGABYTE,
        peak: large.peakBytes / MEGABYTE,
        growth: large.peakBytes / small.peakBytes,
      }
    }
  },
})
