import { expect, test } from 'vitest'
import { inHalves } from '../../src/extract/in-halves.ts'

const HUNDRED = Array.from({ length: 100 }, (_, index) => index)

/** Asks for a hundred items of which some are refused, with all that are asked for with them. */
async function ask(refused: readonly number[]) {
  let requests = 0
  const answer = (some: readonly number[]) => {
    requests++
    return Promise.resolve({ some, ok: !some.some((item) => refused.includes(item)) })
  }
  const results = await inHalves(HUNDRED, answer, ({ ok }) => !ok)
  const itemsOf = (wanted: boolean) => results.filter(({ ok }) => ok === wanted).flatMap(({ some }) => some)
  return { requests, answered: itemsOf(true), refused: itemsOf(false) }
}

test.each([[[0]], [[63]], [[99]], [[12, 80]], [[3, 40, 77]]])(
  'of a hundred, %j are refused alone',
  async (bad) => {
    const { requests, answered, refused } = await ask(bad)
    expect(refused.toSorted((one, other) => one - other)).toEqual(bad)
    expect(answered).toHaveLength(100 - bad.length)
    expect(requests).toBeLessThanOrEqual(1 + bad.length * 2 * 7)
  },
)

test('where all are refused, few requests tell', async () => {
  const { requests, refused } = await ask(HUNDRED)
  expect(refused.toSorted((one, other) => one - other)).toEqual(HUNDRED)
  expect(requests).toBe(1 + 2 * 6)
})
