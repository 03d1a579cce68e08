import { startEmulatorProcess } from '../emulator.ts'
import { measure, measureBackfill } from '../piece.ts'
import { scenario } from '../scenario.ts'

const CHANGED = 1000
const DEALS = { streams: ['deals'] } as const

/** Spread evenly; the same in each round, so that no round reads those of the one before as well. */
function idsOf(records: number): readonly number[] {
  const step = Math.max(1, Math.floor(records / CHANGED))
  return Array.from({ length: CHANGED }, (_one, index) => 1 + index * step)
}

export const changed = scenario({
  name: 'changed',
  about: (records) => `${CHANGED.toLocaleString('en')} of ${records} deals changed, then a sync of the deals`,
  records: { usual: 500_000, quick: 20_000 },
  rounds: 5,
  figures: {
    requests: { what: 'requests', of: 'most', goal: { most: 12 } },
    seconds: { what: 'after start-up', unit: ' s', digits: 2, goal: { most: 1 } },
    cpu: { what: 'processor time of our process', unit: ' s', digits: 2 },
  },
  async open({ server, records, own }) {
    const emulator = own(await startEmulatorProcess({ deals: records }))
    await measureBackfill(emulator, server, DEALS)
    let round = 0
    return async () => {
      await emulator.change('deals', idsOf(records), { title: `Changed in round ${++round}` })
      await emulator.forgetRequests()
      await server.settle()
      const { seconds, cpuSeconds } = await measure('backfill', emulator, server, { ...DEALS, mode: 'pass' })
      const { length: requests } = await emulator.requests()
      return { requests, seconds, cpu: cpuSeconds }
    }
  },
})
