import { expect, test } from 'vitest'
import { readBatches, type Walk } from '../src/batches.ts'
import { prefetch } from '../src/extract/prefetch.ts'
import type { Send } from '../src/extract/request.ts'
import { EVERYTHING } from '../src/ranges.ts'
import { createWorkers } from '../src/workers.ts'
import { stretchOf } from '../src/stretches.ts'
import { Batch } from '../src/transform/batch.ts'
import { compileTransform } from '../src/transform/records.ts'
import { answered } from './extract/support.ts'
import { streamNamed } from './support/world.ts'

test('a database that takes its time does not make the batches smaller', async () => {
  const stream = streamNamed('deals')
  const [partition] = stream.partitions
  if (partition === undefined) throw new Error('deals')
  let now = 0
  let page = 0
  const send: Send = () => {
    now += 50
    page++
    const data = Array.from({ length: 10 }, (_, index) => ({ id: page * 100 + index }))
    const next_cursor = page < 40 ? String(page) : null
    return Promise.resolve(answered({ success: true, data, additional_data: { next_cursor } }))
  }
  const window = { since: null, until: null, complete: false, byCursor: true }
  const walk = {
    stream,
    partition,
    stretches: [stretchOf({ ...EVERYTHING, bookmark: null, closed: false }, window, true)],
    mayBeDivided: false,
    workers: createWorkers(0),
    onNearlyOver: () => undefined,
    giveBack: () => undefined,
    tokensLeft: () => Infinity,
    transform: compileTransform(stream, []),
    batches: [new Batch(1), new Batch(1)],
    behind: 0,
    portion: 1,
  } satisfies Walk
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const sizes: number[] = []
  for await (const { batch } of prefetch(readBatches(send, clock, { batchRows: 100, batchMs: 2000 }, walk))) {
    sizes.push(batch.size)
    // The next batch is full before this one has been loaded.
    while (page < Math.min(10 * (sizes.length + 1), 40)) await new Promise(setImmediate)
    await new Promise(setImmediate)
    now += 3000
  }
  expect(sizes).toEqual([100, 100, 100, 100])
})
