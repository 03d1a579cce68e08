import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPageMemory } from '../../src/extract/page-memory.ts'

const KB = 1024

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size)
    yield await Promise.resolve(bytes.subarray(from, from + size))
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
            const whole = await memory.gather(inPieces(bytes, size))
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
    const first = await memory.gather(inPieces(filled(60 * KB, 1), 7000))
    const second = await memory.gather(inPieces(filled(60 * KB, 2), 7000))
    expect(second.buffer).not.toBe(first.buffer)
    memory.giveBack(first)
    memory.giveBack(first)
    const third = await memory.gather(inPieces(filled(60 * KB, 3), 7000))
    const fourth = await memory.gather(inPieces(filled(60 * KB, 4), 7000))
    expect(third.buffer).toBe(first.buffer)
    expect(fourth.buffer).not.toBe(first.buffer)
  })

  test('is not held by a short answer', async () => {
    const memory = createPageMemory()
    const short = await memory.gather(inPieces(filled(KB, 1), 500))
    const long = await memory.gather(inPieces(filled(60 * KB, 2), 7000))
    expect(short.buffer).not.toBe(long.buffer)
    expect(Buffer.compare(short, filled(KB, 1))).toBe(0)
  })

  test('takes nothing back that it has not lent', async () => {
    const memory = createPageMemory()
    const strange = filled(64 * KB, 9)
    memory.giveBack(strange)
    await memory.gather(inPieces(filled(60 * KB, 2), 7000))
    expect(Buffer.compare(strange, filled(64 * KB, 9))).toBe(0)
  })
})
