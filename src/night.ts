import { SMALLEST_DAY } from './extract/allowance.ts'
import type { Session } from './load/connection.ts'
import type { Database } from './load/database.ts'
import { readSpent, type StreamReport } from './load/run-log.ts'
import { countRows, readFirstSeen, readSweptAt } from './load/sweep-state.ts'
import { isPerParent } from './families.ts'
import type { Begun, Run } from './run.ts'
import { readHinted } from './read-hinted.ts'
import { narrowed } from './run-streams.ts'
import { planNight, type Candidate } from './schedule/night-plan.ts'
import { needsSweeps, sweepCost } from './schedule/sweep-cost.ts'

/** What is read parent by parent is swept by night where all of it costs no more than this share of a day. */
const MOST_OF_A_DAY = 0.03

/** Sweeps those of the run's streams that were read whole the longest ago: a part each night, all of them in a week. */
export async function runNight(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<readonly StreamReport[]> {
  const { parts, request } = state
  const names = new Set(planNight(await candidates(state, session), parts.clock.now()))
  const streams = request.streams.filter(({ name }) => names.has(name))
  if (streams.length > 0) parts.reporter.info(`Sweeping ${[...names].join(', ')}`)
  const part = { ...state, request: { ...request, streams } }
  return readHinted(part, database, session, narrowed(begun, streams))
}

async function candidates({ parts, request, client }: Run, session: Session): Promise<readonly Candidate[]> {
  const { account } = parts.warehouse
  const streams = request.streams.filter(needsSweeps)
  const rows = new Map<string, number>()
  for (const { name, partitions } of streams)
    for (const table of [name, ...partitions.flatMap(({ parents }) => parents?.of.name ?? [])])
      if (!rows.has(table)) rows.set(table, await countRows(session, table))
  const firstSeen = await readFirstSeen(session, account)
  const { limit } = await readSpent(session, account, client.ledger.day())
  const most = MOST_OF_A_DAY * (limit ?? SMALLEST_DAY.limit)
  const found: Candidate[] = []
  for (const stream of streams) {
    const tokens = sweepCost(stream, (name) => rows.get(name) ?? 0)
    const sweptAt = (await readSweptAt(session, account, stream)) ?? firstSeen
    if (!isPerParent(stream) || tokens <= most) found.push({ stream: stream.name, tokens, sweptAt })
  }
  return found
}
