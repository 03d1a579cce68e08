import { startEmulatorProcess } from '../emulator.ts'
import { measure, type Measurement } from '../piece.ts'
import { processorTime } from '../processor-time.ts'
import { scenario } from '../scenario.ts'

/** So many that the pages of 50,000 deals and as many persons are 230 MB of JSON. */
const CUSTOM_FIELDS = 28

function assertSameWork(all: Readonly<Record<string, Measurement>>): void {
  const counts = Object.entries(all).map(([name, { records }]) => `${records} by ${name}`)
  if (new Set(Object.values(all).map(({ records }) => records)).size > 1)
    throw new Error(`Not the same work: ${counts.join(', ')}.`)
}

export const backfill = scenario({
  name: 'backfill',
  about: (records) =>
    `first backfill of ${records} deals and ${records} persons, ${CUSTOM_FIELDS} custom fields each`,
  records: { usual: 50_000, quick: 2000 },
  rounds: 5,
  figures: {
    seconds: { what: 'ours', unit: ' s', digits: 2 },
    rate: { what: 'ours, records a second' },
    fetch: { what: 'floor: the same pages, fetched and parsed', unit: ' s', digits: 2 },
    copy: { what: 'floor: COPY of the same rows', unit: ' s', digits: 2 },
    ratio: { what: 'ours to the slower floor', digits: 2, goal: { most: 1.5 } },
    loop: { what: 'peer: a ten-line loop', unit: ' s', digits: 2 },
    times: { what: 'ours to the loop, records a second', digits: 2, goal: { least: 2 } },
    ownTime: { what: 'processor time: our process', unit: ' s', digits: 2 },
    serverTime: { what: 'processor time: PostgreSQL', unit: ' s', digits: 2 },
    emulatorTime: { what: 'processor time: the emulator', unit: ' s', digits: 2 },
  },
  async open({ server, records, own }) {
    const emulator = own(
      await startEmulatorProcess({ deals: records, persons: records, 'custom-fields': CUSTOM_FIELDS }),
    )
    const times = () => Promise.all([server.pid, emulator.pid].map(processorTime))
    return async () => {
      await server.renew()
      await server.settle()
      const [serverBefore = 0, emulatorBefore = 0] = await times()
      const ours = await measure('backfill', emulator, server)
      const [serverAfter = 0, emulatorAfter = 0] = await times()
      const fetch = await measure('fetch', emulator, server)
      await server.settle()
      const copy = await measure('copy', emulator, server)
      await server.settle()
      const loop = await measure('loop', emulator, server)
      assertSameWork({ ours, fetch, copy, loop })
      return {
        seconds: ours.seconds,
        rate: ours.records / ours.seconds,
        fetch: fetch.seconds,
        copy: copy.seconds,
        ratio: ours.seconds / Math.max(fetch.seconds, copy.seconds),
        loop: loop.seconds,
        times: loop.seconds / ours.seconds,
        ownTime: ours.cpuSeconds,
        serverTime: serverAfter - serverBefore,
        emulatorTime: emulatorAfter - emulatorBefore,
      }
    }
  },
})
