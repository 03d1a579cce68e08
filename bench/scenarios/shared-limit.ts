import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestLogEntry } from '../../emulator/index.ts'
import { burstIsOver, isOwn, OTHERS_PATH, refusedOf, requestsASecond, WINDOW_MS } from '../burst.ts'
import { startEmulatorProcess, type BenchEmulator } from '../emulator.ts'
import { measureBackfill } from '../piece.ts'
import { scenario } from '../scenario.ts'

const BURST = 20
const EVERY_MS = 200
/** Deals that are read before the other one comes, and that would be while it is there. */
const [BEFORE, MEANWHILE] = [0.4, 0.3]
const DEALS_A_PAGE = 500

/** Another integration: it asks at its own pace, whatever it is answered. */
async function askBeside({ url, token }: BenchEmulator, records: number): Promise<void> {
  const msFor = (share: number): number => ((records * share) / DEALS_A_PAGE / requestsASecond(BURST)) * 1000
  await sleep(msFor(BEFORE))
  const end = Date.now() + msFor(MEANWHILE)
  while (Date.now() < end) {
    const [answer] = await Promise.all([
      fetch(url + OTHERS_PATH, { headers: { 'x-api-token': token } }),
      sleep(EVERY_MS),
    ])
    await answer.arrayBuffer()
  }
}

/** Ms from a time on until the first two seconds that nearly all of the limit is used in. */
function recovery(times: readonly number[], from: number): number {
  const used = (start: number): number => times.filter((at) => at >= start && at < start + WINDOW_MS).length
  const start = times.find((at) => at >= from && used(at) >= BURST * 0.95)
  return start === undefined ? Number.NaN : start - from
}

function figuresOf(requests: readonly RequestLogEntry[]) {
  const [ours, theirs] = [requests.filter(isOwn), requests.filter((each) => !isOwn(each))]
  const [from = 0, until = 0] = [theirs[0]?.at, theirs.at(-1)?.at]
  const during = ours.filter(({ at, status }) => at >= from && at < until && status !== 429).length
  const rest = (requestsASecond(BURST) * (until - from)) / 1000 - (theirs.length - refusedOf(theirs))
  const times = ours.map(({ at }) => at).toSorted((one, other) => one - other)
  return {
    share: (during / rest) * 100,
    refused: refusedOf(ours),
    theirs: refusedOf(theirs),
    back: recovery(times, until) / 1000,
  }
}

export const sharedLimit = scenario({
  name: 'shared-limit',
  about: (records) =>
    `${records} deals, ${BURST} requests in 2 s, half of them taken by another integration for a while`,
  records: { usual: 150_000, quick: 20_000 },
  rounds: 2,
  figures: {
    share: { what: 'of the rest that is used meanwhile', unit: ' %', digits: 1 },
    refused: { what: 'answers 429 to us', of: 'most' },
    theirs: { what: 'answers 429 to the other', of: 'most' },
    back: { what: 'until 95 % are used again', unit: ' s', digits: 1 },
  },
  async open({ server, records, own }) {
    const emulator = own(await startEmulatorProcess({ deals: records }, { burst: BURST }))
    return async () => {
      await burstIsOver()
      await emulator.forgetRequests()
      await Promise.all([
        measureBackfill(emulator, server, { streams: ['deals'] }),
        askBeside(emulator, records),
      ])
      return figuresOf(await emulator.requests())
    }
  },
})
