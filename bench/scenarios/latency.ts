import { burstIsOver, requestsASecond, refusedOf, isOwn } from '../burst.ts'
import { startEmulatorProcess } from '../emulator.ts'
import { measure, measureBackfill } from '../piece.ts'
import { scenario } from '../scenario.ts'

const BURST = 80
const DEALS = { streams: ['deals'] } as const

export const latency = scenario({
  name: 'latency',
  about: (records) => `${records} deals, 100 ms to each answer, ${BURST} requests in 2 s`,
  records: { usual: 100_000, quick: 10_000 },
  rounds: 3,
  figures: {
    seconds: { what: 'ours', unit: ' s', digits: 2 },
    single: { what: 'a single walk', unit: ' s', digits: 2 },
    times: { what: 'the single walk to ours', digits: 2, goal: { least: 5 } },
    loop: { what: 'peer: a ten-line loop', unit: ' s', digits: 2 },
    loopTimes: { what: 'the loop to ours', digits: 2 },
    requests: { what: 'requests' },
    free: { what: 'without latency and limit', unit: ' s', digits: 2 },
    share: {
      what: 'of the gate or of the machine, whichever is slower',
      unit: ' %',
      goal: { least: 90 },
    },
    refused: { what: 'answers 429', of: 'most', goal: { most: 0 } },
  },
  async open({ server, records, own }) {
    const near = own(await startEmulatorProcess({ deals: records }))
    const far = own(await startEmulatorProcess({ deals: records }, { burst: BURST, latencyMs: 100 }))
    return async () => {
      const free = await measureBackfill(near, server, DEALS)
      await far.forgetRequests()
      const ours = await measureBackfill(far, server, DEALS)
      const requests = (await far.requests()).filter(isOwn)
      await burstIsOver()
      const single = await measureBackfill(far, server, { ...DEALS, walkers: 0 })
      await burstIsOver()
      const loop = await measure('loop', far, server, DEALS)
      await burstIsOver()
      const slower = Math.max(requests.length / requestsASecond(BURST), free.seconds)
      return {
        seconds: ours.seconds,
        single: single.seconds,
        times: single.seconds / ours.seconds,
        loop: loop.seconds,
        loopTimes: loop.seconds / ours.seconds,
        requests: requests.length,
        free: free.seconds,
        share: (slower / ours.seconds) * 100,
        refused: refusedOf(requests),
      }
    }
  },
})
