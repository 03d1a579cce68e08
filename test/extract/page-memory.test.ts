import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPageMemory, type PageMemory } from '../../src/extract/page-memory.ts'

const KB = 1024

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function gather(memory: PageMemory, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const room = memory.room()
  await pipeline(Readable.from(inPieces(bytes, size)), room)
  return room.whole()
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

describe('the memory of pages', () => {
  test('gives back what came, however it was cut and whatever is read meanwhile', async () => {
    const answer = fc.record({
      length: fc.nat(300 * KB),
      size: fc.integer({ min: 500, max: 70 * KB }),
      isGivenBack: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 12 }), async (answers) => {
        const memory = createPageMemory()
        const held: { whole: Uint8Array; bytes: Uint8Array }[] = []
        await Promise.all(
          answers.map(async ({ length, size, isGivenBack }, index) => {
            const bytes = filled(length, index + 1)
            const whole = await gather(memory, bytes, size)
            expect(Buffer.compare(whole, bytes)).toBe(0)
            if (isGivenBack) memory.giveBack(whole)
            else held.push({ whole, bytes })
          }),
        )
        for (const { whole, bytes } of held) expect(Buffer.compare(whole, bytes)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  test('is used again once it was given back, and not before', async () => {
    const memory = createPageMemory()
    const first = await gather(memory, filled(60 * KB, 1), 7000)
    const second = await gather(memory, filled(60 * KB, 2), 7000)
    expect(second.buffer).not.toBe(first.buffer)
    memory.giveBack(first)
    memory.giveBack(first)
    const third = await gather(memory, filled(60 * KB, 3), 7000)
    const fourth = await gather(memory, filled(60 * KB, 4), 7000)
    expect(third.buffer).toBe(first.buffer)
    expect(fourth.buffer).not.toBe(first.buffer)
  })

  test('is not held by a short answer', async () => {
    const memory = createPageMemory()
    const short = await gather(memory, filled(KB, 1), 500)
    const long = await gather(memory, filled(60 * KB, 2), 7000)
    expect(short.buffer).not.toBe(long.buffer)
    expect(Buffer.compare(short, filled(KB, 1))).toBe(0)
  })

  test('is not taken before something has come', async () => {
    const memory = createPageMemory()
    memory.giveBack(await gather(memory, filled(60 * KB, 1), 7000))
    const [waiting, empty] = [memory.room(), memory.room()]
    const used = await gather(memory, filled(60 * KB, 2), 7000)
    waiting.end(filled(60 * KB, 3))
    empty.end()
    expect([waiting.whole().length, empty.whole().length, used[0]]).toEqual([60 * KB, 0, 2])
  })

  test('takes nothing back that it has not lent', async () => {
    const memory = createPageMemory()
    const strange = filled(64 * KB, 9)
    memory.giveBack(strange)
    await gather(memory, filled(60 * KB, 2), 7000)
    expect(Buffer.compare(strange, filled(64 * KB, 9))).toBe(0)
  })
})
