import { describe, expect, test } from 'vitest'
import { boundOf, estimateAll } from '../../src/plan/estimate.ts'
import type { Asked, FamilyFacts, ListFacts, StreamFacts } from '../../src/plan/facts.ts'
import { pagesOf, walkPart } from '../../src/plan/lists.ts'
import { secondsOf, secondsOfAll } from '../../src/plan/time.ts'
import { COMPLETE } from '../../src/extract/windows.ts'
import { childrenIn } from '../../src/streams/children.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { streamNamed } from '../support/world.ts'

const [deals, persons, notes] = [streamNamed('deals'), streamNamed('persons'), streamNamed('notes')]
const dealProducts = streamNamed('deal_products')
const FROM = { since: 1000, until: null, complete: false, byCursor: true } as const
const OPEN = { since: null, until: null, complete: false, byCursor: true } as const
const SWEEP: Asked = { mode: 'sweep', sample: null }
const PASS: Asked = { mode: 'pass', sample: null }

function listOf(stream: Stream, facts: Partial<ListFacts> = {}, index = 0): ListFacts {
  const partition = stream.partitions[index]
  if (partition === undefined) throw new Error('no partition')
  const nothing = { held: 0, inWindow: 0, changedPerDay: 0, daysBehind: 0, counted: null, isPart: false }
  return { partition, window: COMPLETE, ...nothing, ...facts }
}

function factsOf(stream: Stream, facts: Partial<StreamFacts> = {}): StreamFacts {
  const pace = { rowsPerSecond: null, requestsPerSecond: null }
  return { stream, leftAlone: null, lists: [], families: [], fields: new Map(), pace, ...facts }
}

function familyOf(stream: Stream, facts: Partial<FamilyFacts>): FamilyFacts {
  const [partition] = childrenIn(stream)
  if (partition === undefined) throw new Error('no children')
  return { partition, every: false, due: 0, parents: 0, fertile: 0, ...facts }
}

describe('the pages of a list', () => {
  test.each([
    [0, 1],
    [500, 1],
    [501, 2],
    [200_000, 400],
  ])('v2: %i records take %i', (records, pages) => {
    expect(pagesOf(listOf(persons).partition, records)).toBe(pages)
  })

  test.each([
    [0, 1],
    [500, 1],
    [501, 2],
    [999, 2],
    [1000, 3],
  ])(
    'v1, where each page begins with the last record of the one before: %i records take %i',
    (records, pages) => {
      expect(pagesOf(listOf(notes).partition, records)).toBe(pages)
    },
  )
})

describe('a list', () => {
  test('that is read whole takes the pages of what is held, and says so', () => {
    expect(walkPart(listOf(deals, { held: 200_000 }), 'deals')).toMatchObject({
      ...{ requests: 400, cost: 10, bound: 'about' },
      reason: '200,000 deals in the warehouse / 500 a page',
    })
  })

  test('that is not held whole takes what Pipedrive says, less what was read', () => {
    const counted = { records: 10_000, bound: 'about', says: 'deals/summary says 10000' } as const
    expect(walkPart(listOf(deals, { window: OPEN, counted }), 'deals').requests).toBe(20)
    const goesOn = walkPart(listOf(deals, { window: FROM, held: 4000, inWindow: 200, counted }), 'deals')
    expect(goesOn).toMatchObject({ records: 6200, requests: 13, bound: 'about' })
    expect(goesOn.reason).toContain('3,800 of them read')
  })

  test('of which only some dates are asked for takes no more than the whole', () => {
    const counted = { records: 900, bound: 'about', says: '' } as const
    expect(walkPart(listOf(deals, { window: FROM, isPart: true, counted }), 'deals')).toMatchObject({
      ...{ records: 900, bound: 'at most' },
    })
  })

  test('that is read from its bookmark takes what lies in the window and what will have changed', () => {
    const list = listOf(deals, { window: FROM, held: 9000, inWindow: 400, changedPerDay: 300, daysBehind: 1 })
    expect(walkPart(list, 'deals')).toMatchObject({ records: 700, requests: 2 })
  })

  test('that was read to its end less than a day ago takes nothing', () => {
    expect(walkPart(listOf(deals, { window: null, held: 9000 }), 'deals').requests).toBe(0)
  })

  test('of which nobody tells the size takes a page at least', () => {
    const counted = { records: 0, bound: 'at least', says: 'not counted' } as const
    expect(walkPart(listOf(deals, { counted }), 'deals')).toMatchObject({ requests: 1, bound: 'at least' })
  })
})

describe('an estimate', () => {
  test('adds up a stream: its catalog, its lists at their prices, and why', () => {
    const lists = [listOf(deals, { held: 1200 }), listOf(deals, { held: 600 }, 1)]
    const [estimate] = estimateAll([factsOf(deals, { lists, fields: new Map([['deals', 700]]) })], SWEEP, 20)
    expect(estimate).toMatchObject({ requests: 2 + 3 + 2, tokens: 20 + 30 + 40, bound: 'about' })
    expect(estimate?.reason).toMatch(/^field catalog; 1,200 deals .*; archived: 600 deals/)
  })

  test('counts a catalog that two streams share once', () => {
    const leads = streamNamed('leads')
    const tokens = estimateAll([factsOf(leads), factsOf(deals)], SWEEP, 20).map((each) => each.tokens)
    expect(tokens).toEqual([30, 0])
  })

  test('of children takes those of new parents, of changed ones, and of none that count none', () => {
    const family = familyOf(dealProducts, { due: 50, parents: 1000, fertile: 500 })
    const parents = factsOf(deals, {
      lists: [listOf(deals, { held: 1000, window: FROM, changedPerDay: 400, daysBehind: 1 })],
    })
    const children = factsOf(dealProducts, { families: [family] })
    const [, pass] = estimateAll([parents, children], PASS, 20)
    expect(pass).toMatchObject({ requests: 3, tokens: 30, bound: 'about' })
    expect(pass?.reason).toBe('250 deals new or changed / 100 a request')
    const counted = { records: 5000, bound: 'about', says: '' } as const
    const first = [factsOf(deals, { lists: [listOf(deals, { window: OPEN, counted })] }), children]
    expect(estimateAll(first, PASS, 20)[1]).toMatchObject({ requests: 41, bound: 'at most' })
    expect(estimateAll([children], SWEEP, 20)[0]).toMatchObject({ requests: 1 })
  })

  test('of children takes none at least, where nobody tells how many parents there are', () => {
    const counted = { records: 0, bound: 'at least', says: 'not counted' } as const
    const [roles, settings] = [streamNamed('roles'), streamNamed('role_settings')]
    const children = factsOf(settings, { families: [familyOf(settings, { every: true })] })
    const parents = factsOf(roles, { lists: [listOf(roles, { counted })] })
    const [, first] = estimateAll([parents, children], PASS, 20)
    expect(first).toMatchObject({ requests: 0, bound: 'at least', reason: '0 or more roles' })
    const held = factsOf(roles, { lists: [listOf(roles, { held: 3 })] })
    const known = { every: true, due: 3, parents: 3, fertile: 3 }
    const again = factsOf(settings, { families: [familyOf(settings, known)] })
    expect(estimateAll([held, again], PASS, 20)[1]).toMatchObject({ requests: 3, bound: 'about' })
  })

  test('of a verification takes totals, every page, and the sample by ids', () => {
    const lists = [listOf(deals, { held: 1200 }), listOf(deals, { held: 600 }, 1)]
    const facts = [factsOf(deals, { lists })]
    const [some] = estimateAll(facts, { mode: 'verify', sample: 250 }, 20)
    expect(some).toMatchObject({ requests: 1 + 3 + 5 + 6, tokens: 10 + 120 + 30 + 40 + 30 + 60 })
    const [all] = estimateAll(facts, { mode: 'verify', sample: null }, 20)
    expect(all?.requests).toBe(1 + 3 + 5 + 36)
  })

  test('of a stream that is left alone is nothing, and says why', () => {
    const [estimate] = estimateAll([factsOf(deals, { leftAlone: 'not due' })], PASS, 20)
    expect(estimate).toMatchObject({ requests: 0, tokens: 0, seconds: 0, reason: 'not due' })
  })

  test('of several is as certain as what they have in common', () => {
    expect(boundOf([])).toBe('about')
    expect(boundOf(['about', 'at least'])).toBe('at least')
    expect(boundOf(['at most', 'about', 'at most'])).toBe('at most')
    expect(boundOf(['at most', 'at least'])).toBe('about')
  })
})

describe('the time', () => {
  test('of a stream is what the burst limit lets it be, or what earlier runs took, whichever is longer', () => {
    const work = { requests: 100, records: 50_000 }
    expect(secondsOf(work, { rowsPerSecond: null, requestsPerSecond: null }, 20)).toBe(10)
    expect(secondsOf(work, { rowsPerSecond: 1000, requestsPerSecond: null }, 20)).toBe(50)
    expect(secondsOf(work, { rowsPerSecond: 100_000, requestsPerSecond: 1 }, 20)).toBe(10)
    expect(secondsOf(work, { rowsPerSecond: null, requestsPerSecond: 2 }, 20)).toBe(50)
  })

  test('of all is that of the longest, or of all that go at once, or of the burst limit they share', () => {
    const streams = [10, 20, 60].map((seconds) => ({ requests: 100, seconds }))
    expect(secondsOfAll(streams, 1000, 3)).toBe(60)
    expect(secondsOfAll(streams, 1000, 1)).toBe(90)
    expect(secondsOfAll(streams, 2, 3)).toBe(300)
    expect(secondsOfAll([], 20, 3)).toBe(0)
  })
})
