import { describe, expect, test } from 'vitest'
import { chosenStreams, type ChoiceFlags } from '../../jobs/chosen-streams.ts'
import type { JobContext } from '../../jobs/job.ts'
import { selectStreams, streams } from '../../src/streams/index.ts'

function chosen(flags: ChoiceFlags, STREAMS?: string): readonly string[] {
  const context = { environment: { STREAMS } } as unknown as JobContext
  return chosenStreams(context, flags).map(({ name }) => name)
}

const namesOf = (list: typeof streams): readonly string[] => list.map(({ name }) => name)

describe('the streams of a run', () => {
  test('are the usual ones where nothing is said, and an empty variable says nothing', () => {
    expect(chosen({})).toEqual(namesOf(selectStreams([])))
    expect(chosen({}, ' ')).toEqual(chosen({}))
    expect(chosen({})).not.toContain('deal_flow')
  })

  test('are all there are with --all, whatever the environment says', () => {
    expect(chosen({ all: true }, 'deals')).toEqual(namesOf(streams))
    expect(chosen({ all: true })).toContain('deal_flow')
  })

  test('are those that the environment names, unless a flag does', () => {
    expect(chosen({}, 'notes, currencies')).toEqual(['notes', 'currencies'])
    expect(chosen({ stream: 'deals' }, 'notes, currencies')).toEqual(['deals'])
  })

  test('are read through the API that a flag names, where they have such a door', () => {
    const paths = (api?: string): readonly string[] =>
      chosenStreams({ environment: {} } as unknown as JobContext, {
        stream: 'users,deals',
        ...(api === undefined ? {} : { api }),
      }).flatMap(({ partitions }) => partitions.map(({ path }) => path))
    expect(paths()).toEqual(['/v1/users', '/api/v2/deals', '/api/v2/deals/archived'])
    expect(paths('v2')).toEqual(paths())
    expect(paths('v1-collection')).toEqual(['/v1/users', '/v1/deals/collection', '/v1/deals/collection'])
  })

  test.each([
    [{ api: 'v1' }, undefined, /^--api takes v2 or v1-collection, not "v1"/],
    [{ all: true, stream: 'deals' }, undefined, /^--all and --stream exclude one another/],
    [{}, 'deals,dealz', /^There is no stream "dealz"/],
    [{}, ',', /^STREAMS takes names separated by commas/],
  ] as const)('%j with STREAMS=%s is refused', (flags, variable, message) => {
    expect(() => chosen(flags, variable)).toThrowError(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })
})
