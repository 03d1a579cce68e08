import type { CatalogSpec, Stream } from '../streams/stream.ts'
import { familyPart, familySample, type ExpectedParents } from './families.ts'
import type { Asked, Bound, ListFacts, StreamFacts } from './facts.ts'
import { amount, walkPart, wholeSize, type Part } from './lists.ts'
import { secondsOf } from './time.ts'

/** What a run will take of a stream, and why that much. */
export interface Estimate {
  readonly stream: string
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
  readonly bound: Bound
  readonly reason: string
}

/** Ids that are read again in one request, or how else a record is read again. */
function samplePart({ readById: way, partitions }: Stream, records: number, sample: number | null): Part[] {
  const asked = sample === null ? records : Math.min(sample, records)
  if (asked === 0 || way === undefined) return []
  const part = { records: asked, bound: 'about', reason: `${amount(asked)} read again` } as const
  switch (way.kind) {
    case 'one':
      return [{ ...part, requests: asked, cost: way.cost }]
    case 'many':
      return partitions.map(({ cost }) => ({ ...part, requests: Math.ceil(asked / way.most), cost }))
    case 'list':
      return []
  }
}

function totalsPart({ totals }: Stream): Part[] {
  if (totals === undefined) return []
  const { cost, values } = totals
  return [{ requests: values.length, cost, records: 0, bound: 'about', reason: 'totals' }]
}

/** Those of the catalogs that no stream before has read; each is read once in a run. */
function catalogParts(
  catalogs: readonly CatalogSpec[],
  fields: StreamFacts['fields'],
  seen: Set<string>,
): Part[] {
  return catalogs.flatMap(({ entity, sources }) =>
    sources.flatMap(({ path, cost, pageSize }) => {
      if (seen.has(path)) return []
      seen.add(path)
      const records = fields.get(entity) ?? 0
      const requests = Math.max(1, Math.ceil(records / pageSize))
      return { requests, cost, records, bound: 'about' as const, reason: 'field catalog' }
    }),
  )
}

function verifyParts({ stream, lists, families }: StreamFacts, { sample }: Asked): Part[] {
  const walks = lists.map((list) => walkPart(list, stream.name))
  const records = lists.reduce((sum, { held }) => sum + held, 0)
  // A list that cannot be asked for ids is read a second time.
  const again = stream.readById?.kind === 'list' && records > 0 && sample !== 0 ? walks : []
  const samples = families.map((family) => familySample(family, sample))
  return [...totalsPart(stream), ...walks, ...again, ...samplePart(stream, records, sample), ...samples]
}

function runParts(facts: StreamFacts, expected: ReadonlyMap<string, ExpectedParents>): Part[] {
  const { stream, lists, families } = facts
  const ofFamily = (family: StreamFacts['families'][number]): Part => {
    const { parents, partition } = family
    const nothingNew = { records: parents, bound: 'about', changes: 0 } as const
    return familyPart(family, expected.get(partition.parents.of.name) ?? nothingNew)
  }
  return [...lists.map((list) => walkPart(list, stream.name)), ...families.map(ofFamily)]
}

/** How a sum stands to the real one: what is too low in one place and too high in another may be either. */
export function boundOf(bounds: readonly Bound[]): Bound {
  const [first = 'about', ...others] = new Set(bounds.filter((bound) => bound !== 'about'))
  return others.length > 0 ? 'about' : first
}

function sumUp({ stream, pace }: StreamFacts, parts: readonly Part[], burst: number): Estimate {
  const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const requests = sum((part) => part.requests)
  const reasons = new Set(parts.map(({ reason }) => reason))
  return {
    stream: stream.name,
    requests,
    tokens: sum((part) => part.requests * part.cost),
    seconds: secondsOf({ requests, records: sum((part) => part.records) }, pace, burst),
    bound: boundOf(parts.map(({ bound }) => bound)),
    reason: reasons.size === 0 ? 'read with the other streams' : [...reasons].join('; '),
  }
}

function changesOf({ changedPerDay, daysBehind }: ListFacts): number {
  return changedPerDay * daysBehind
}

/** What there will be of the records of a stream when it has been read. */
function expectedOf({ stream, lists }: StreamFacts): ExpectedParents {
  const whole = lists.map((list) => wholeSize(list, stream.name))
  return {
    records: whole.reduce((sum, { records }) => sum + records, 0),
    bound: boundOf(whole.map(({ bound }) => bound)),
    changes: lists.reduce((sum, list) => sum + changesOf(list), 0),
  }
}

/** What a run over some streams will take of each, in their order; `burst` requests may be sent in two seconds. */
export function estimateAll(facts: readonly StreamFacts[], asked: Asked, burst: number): readonly Estimate[] {
  const seen = new Set<string>()
  const read = facts.filter(({ leftAlone }) => leftAlone === null)
  const expected = new Map(read.map((each) => [each.stream.name, expectedOf(each)]))
  return facts.map((each) => {
    const { stream, leftAlone, fields } = each
    if (leftAlone !== null) return { ...sumUp(each, [], burst), reason: leftAlone }
    const own = stream.catalogs.filter(
      ({ entity }) => stream.partitions.length === 0 || entity === stream.name,
    )
    const isVerified = asked.mode === 'verify'
    const catalogs = catalogParts(isVerified ? own : stream.catalogs, fields, seen)
    const parts = isVerified ? verifyParts(each, asked) : runParts(each, expected)
    return sumUp(each, [...catalogs, ...parts], burst)
  })
}
