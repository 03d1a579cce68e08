import { SMALLEST_DAY } from './extract/allowance.ts'
import { isPerParent } from './families.ts'
import type { Session } from './load/connection.ts'
import type { Database } from './load/database.ts'
import { countAsked } from './load/parent-reads.ts'
import { readSpent, type StreamReport } from './load/run-log.ts'
import { countRows, readFirstSeen, readSweptAt } from './load/sweep-state.ts'
import { readHinted } from './read-hinted.ts'
import type { Begun, Run } from './run-types.ts'
import { narrowed } from './run-streams.ts'
import { shareOut, type ChildCandidate, type ChildPortion } from './schedule/child-portions.ts'
import { neededFor, planNight, type Candidate } from './schedule/night-plan.ts'
import { needsSweeps, sweepCost } from './schedule/sweep-cost.ts'
import { childrenIn } from './streams/children.ts'
import type { Stream } from './streams/stream.ts'

/** What a night spends of a day on all that is read parent by parent. */
const CHILDREN_SHARE = 0.02

/**
 * Sweeps those of the run's lists that were read whole the longest ago: a part each night, all of them in a week; and
 * asks again those parents that were asked the longest ago. No list is begun that the night's tokens do not reach for;
 * where only those of this day do not, the run is deferred in the end.
 */
export async function runNight(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<readonly StreamReport[]> {
  const { parts, request, client, stop } = state
  const most = client.ledger.left()
  const day = client.ledger.perDay() ?? most
  const night = planNight(await lists(state, session), parts.clock.now(), most, day)
  const { swept, later } = night
  // What lists are short of is not spent on children.
  const forChildren = later.length > 0 ? 0 : Math.min(night.left, await mostForChildren(state, session))
  const portions = shareOut(await children(state, session), forChildren)
  for (const one of night.tooDear) parts.reporter.warn(tooDearText(one, day), { stream: one.stream })
  if (swept.length + portions.length > 0) parts.reporter.info(nightText(swept, portions))
  const names = new Set([...swept, ...portions.map(({ stream }) => stream)])
  const streams = request.streams.filter(({ name }) => names.has(name))
  const part = { ...state, request: { ...request, streams, portions: byStream(portions) } }
  const reports = await readHinted(part, database, session, narrowed(begun, streams))
  const short = later
    .map((one) => client.ledger.refusal(one.stream, neededFor(one)))
    .find((why) => why !== null)
  if (short !== undefined) stop.abort(short)
  return reports
}

function byStream(portions: readonly ChildPortion[]) {
  const groups = Map.groupBy(portions, ({ stream }) => stream)
  return new Map(
    [...groups].map(([stream, all]) => [
      stream,
      new Map(all.map(({ partition, parents }) => [partition, parents])),
    ]),
  )
}

function nightText(swept: readonly string[], portions: readonly ChildPortion[]): string {
  const ofChildren = portions.map(
    ({ stream, parents, asked }) =>
      `${stream} of ${parents} parents (all ${asked} in ${Math.ceil(asked / parents)} nights)`,
  )
  return `Sweeping ${[...swept, ...ofChildren].join(', ')}`
}

function tooDearText({ stream, tokens }: Candidate, most: number): string {
  return `${stream} is not swept: reading all of it takes about ${tokens} tokens, and a night may spend ${most}. Raise --budget, or sweep it by hand: sync --sweep --stream ${stream} --budget 100%.`
}

async function lists({ parts, request }: Run, session: Session): Promise<readonly Candidate[]> {
  const { account } = parts.warehouse
  const firstSeen = await readFirstSeen(session, account)
  const found: Candidate[] = []
  for (const stream of request.streams.filter((one) => needsSweeps(one) && !isPerParent(one))) {
    const rows = await countRows(session, stream.name)
    const sweptAt = (await readSweptAt(session, account, stream)) ?? firstSeen
    found.push({ stream: stream.name, tokens: sweepCost(stream, () => rows), sweptAt })
  }
  return found
}

async function children({ parts, request }: Run, session: Session): Promise<readonly ChildCandidate[]> {
  const asked = await countAsked(session, parts.warehouse.account)
  const of = (stream: Stream): readonly ChildCandidate[] =>
    childrenIn(stream).flatMap(({ name: partition, cost, parents }) =>
      asked
        .filter((one) => one.stream === stream.name && one.partition === partition && !parents.always)
        .map((one) => ({ ...one, cost, atOnce: parents.ask?.most ?? 1 })),
    )
  return request.streams.flatMap(of)
}

async function mostForChildren({ parts, client }: Run, session: Session): Promise<number> {
  const { limit } = await readSpent(session, parts.warehouse.account, client.ledger.day())
  return CHILDREN_SHARE * (limit ?? SMALLEST_DAY.limit)
}
