import { describe, expect, test } from 'vitest'
import { planTombstones } from '../../src/transform/tombstone-plan.ts'

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

describe('what a complete walk did not see', () => {
  test.each([
    ['nothing', 100, 100, 0, 0.05],
    ['nothing, in an empty list of an empty table', 0, 0, 0, 0.05],
    ['one row of a table so small that it is more than the share', 12, 11, 1, 0.05],
    ['exactly the share', 1000, 950, 50, 0.05],
    ['everything, when that was asked for', 1000, 0, 1000, 1],
  ])('%s: may be confirmed', (_what, live, seen, absent, share) => {
    expect(planTombstones('deals', { live, seen, absent: keys(absent) }, share)).toEqual(keys(absent))
  })

  test.each([
    ['one row more than the share', 1000, 949, 51, 0.05, '51 of 1000'],
    ['two rows of a small table', 12, 10, 2, 0.05, '2 of 12'],
    ['an empty list where there is one row', 1, 0, 1, 0.05, 'the list is empty'],
    ['an empty list, although the share is almost all', 1000, 0, 1000, 0.999, 'the list is empty'],
    ['one row with a share of nothing', 1000, 999, 1, 0, '1 of 1000'],
  ])('%s: is refused', (_what, live, seen, absent, share, says) => {
    expect(() => planTombstones('deals', { live, seen, absent: keys(absent) }, share)).toThrowError(
      expect.objectContaining({
        code: 'E_SWEEP_REFUSED',
        recovery: 'skip-stream',
        message: expect.stringMatching(new RegExp(`^deals: .*${says}.*--max-share 1`)) as string,
      }) as Error,
    )
  })
})
