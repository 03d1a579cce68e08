import { connected, type BenchServer } from '../database.ts'
import { startEmulatorProcess, type BenchEmulator } from '../emulator.ts'
import { measure, measureBackfill, type RunInput } from '../piece.ts'
import { scenario } from '../scenario.ts'
import { changesOf } from '../written.ts'

/** What a read over a warehouse that is up to date writes. */
async function again(emulator: BenchEmulator, server: BenchServer, how: RunInput) {
  await server.settle()
  return changesOf(server, () => measure('backfill', emulator, server, how))
}

export const unchanged = scenario({
  name: 'unchanged',
  about: (records) => `${records} deals and ${records} persons again, nothing changed`,
  records: { usual: 50_000, quick: 2000 },
  rounds: 3,
  figures: {
    backfillRows: { what: 'a second backfill: rows written', of: 'most', goal: { most: 0 } },
    backfillWal: { what: 'a second backfill: WAL', unit: ' kB', digits: 1, goal: { most: 100 } },
    passRows: { what: 'a sync: rows written', of: 'most', goal: { most: 0 } },
    passWal: { what: 'a sync: WAL', unit: ' kB', digits: 1, goal: { most: 100 } },
  },
  async open({ server, records, own }) {
    const emulator = own(await startEmulatorProcess({ deals: records, persons: records }))
    return async () => {
      await measureBackfill(emulator, server)
      // As autovacuum does within a minute; until then the first to look at a row notes that it is valid, and logs that.
      // The second time for the rows that hold the statistics of the first.
      await connected(server.databaseUrl, async (client) => {
        await client.query('vacuum analyze')
        await client.query('vacuum')
      })
      const backfill = await again(emulator, server, {})
      const pass = await again(emulator, server, { mode: 'pass' })
      return {
        backfillRows: backfill.rows,
        backfillWal: backfill.walBytes / 1000,
        passRows: pass.rows,
        passWal: pass.walBytes / 1000,
      }
    }
  },
})
