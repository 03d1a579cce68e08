import { burstIsOver, isOwn, refusedOf, requestsASecond } from '../burst.ts'
import { startEmulatorProcess } from '../emulator.ts'
import { measureBackfill } from '../piece.ts'
import { scenario } from '../scenario.ts'

const BURST = 20

export const limit = scenario({
  name: 'limit',
  about: (records) => `${records} deals, ${BURST} requests in 2 s`,
  records: { usual: 150_000, quick: 10_000 },
  rounds: 3,
  figures: {
    seconds: { what: 'ours', unit: ' s', digits: 1 },
    requests: { what: 'requests' },
    share: { what: 'of the limit over the run', unit: ' %', digits: 1, goal: { least: 95 } },
    refused: { what: 'answers 429', of: 'most', goal: { most: 0 } },
  },
  async open({ server, records, own }) {
    const emulator = own(await startEmulatorProcess({ deals: records }, { burst: BURST }))
    return async () => {
      await burstIsOver()
      await emulator.forgetRequests()
      const { seconds } = await measureBackfill(emulator, server, { streams: ['deals'] })
      const requests = (await emulator.requests()).filter(isOwn)
      return {
        seconds,
        requests: requests.length,
        share: (requests.length / requestsASecond(BURST) / seconds) * 100,
        refused: refusedOf(requests),
      }
    }
  },
})
