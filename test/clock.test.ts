import { expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { SyncError } from '../src/errors.ts'

const HOUR_MS = 3_600_000
const reason = new SyncError({ code: 'E_STOPPED', recovery: 'abort-run', message: 'Stopped by SIGTERM.' })

test('a sleep that is cut short ends with the reason of the signal itself', async () => {
  const stop = new AbortController()
  const sleeping = systemClock.sleep(HOUR_MS, stop.signal)
  stop.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
})

test('a sleep after the signal ends with its reason too', async () => {
  await expect(systemClock.sleep(HOUR_MS, AbortSignal.abort(reason))).rejects.toBe(reason)
})

test('a sleep that nobody cuts short ends by itself', async () => {
  const started = systemClock.now()
  await systemClock.sleep(20, new AbortController().signal)
  expect(systemClock.now() - started).toBeGreaterThanOrEqual(19)
})
