import type { SyncError } from './errors.ts'
import { NOTHING_KEPT, SMALLEST_DAY, type Allowance, type DailyBalance } from './extract/allowance.ts'
import type { Ledger } from './extract/ledger.ts'
import { createClient, type Client } from './extract/client.ts'
import { readIdentity, type Identity } from './extract/identity.ts'
import { observe, type ClockDifference } from './extract/observe.ts'
import { askOnce, costOfProbes } from './extract/probe.ts'
import { costOfRights, readRights, type Rights } from './check/rights.ts'
import { checkWarehouse, type WarehouseCheck } from './check/warehouse.ts'
import { keepBlock } from './keep-block.ts'
import { logOutsideRuns } from './load/outside-runs.ts'
import { withSession } from './load/database.ts'
import { readTokenDay } from './load/token-day.ts'
import type { RunParts } from './run-types.ts'
import type { Stream } from './streams/stream.ts'
import { tryStreams, type StreamCheck } from './check/try-streams.ts'

export interface CheckRequest {
  readonly streams: readonly Stream[]
  /** What trying the streams may cost; they are left out where it does not reach. */
  readonly allowance: Allowance
  /** Ask whose token it is and nothing else: 2 tokens. */
  readonly quick: boolean
}

export interface CheckReport {
  /** Null: the embedded server has not been made yet. */
  readonly warehouse: WarehouseCheck | null
  readonly identity: Identity
  /** Null where it was not asked for. */
  readonly rights: Rights | null
  readonly streams: readonly StreamCheck[]
  /** Tokens that trying the streams would have cost, where the allowance did not reach. */
  readonly beyondBudget: number | null
  readonly balance: DailyBalance | null
  /** What of it no run spends. */
  readonly reserve: Allowance
  /** Requests in two seconds; null where no answer told. */
  readonly burstLimit: number | null
  readonly clock: ClockDifference | null
  readonly requests: number
  readonly tokens: number
}

/**
 * Tries the configuration: the database first, then whose token it is, then one record of each stream. Writes nothing
 * but what that has spent, where the warehouse is this company's, and a block that it meets. Throws what a run would throw where database or
 * token are wrong.
 */
export async function check(parts: RunParts, request: CheckRequest): Promise<CheckReport> {
  const { warehouse, held } = await checkWarehouse(parts, request.streams)
  const stop = new AbortController()
  const signal = AbortSignal.any([parts.signal, stop.signal])
  const { source, clock } = parts
  const { allowance } = request
  const onBlock = (block: SyncError) => keepBlock(parts, block)
  const client = createClient({ ...source, allowance, concurrency: 4, clock, signal, onBlock })
  const observer = observe(client.send, clock)
  const send = askOnce(observer.send)
  const identity = await readIdentity(send)
  try {
    const cost = request.quick ? 0 : costOfRights(identity) + costOfProbes(request.streams, held)
    const affordable = !request.quick && cost <= tokensLeft(client)
    const rights = affordable ? await readRights(send, identity) : null
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const trial = { send, streams: request.streams, ledger: client.ledger, stop, held, today }
    const streams = affordable ? await tryStreams(trial) : []
    return {
      warehouse,
      identity,
      rights,
      streams,
      beyondBudget: request.quick || affordable ? null : cost,
      balance: client.ledger.balance(),
      reserve: source.reserve ?? NOTHING_KEPT.others,
      burstLimit: observer.burstLimit(),
      clock: observer.clock(),
      ...client.ledger.total,
    }
  } finally {
    if (warehouse?.company?.companyId === identity.companyId) await keepSpending(parts, client.ledger)
  }
}

/** No signal ends it: what was spent is spent. */
function keepSpending({ warehouse }: RunParts, ledger: Ledger): Promise<void> {
  return withSession(warehouse, 'check', new AbortController().signal, async (session) => {
    ledger.know(await readTokenDay(session, warehouse.account))
    await logOutsideRuns(session, warehouse.account, 'check', { ...ledger.page('check'), ...ledger.total })
  })
}

function tokensLeft({ ledger }: Client): number {
  ledger.assume(SMALLEST_DAY.remaining)
  return Math.min(ledger.left(), ledger.balance()?.remaining ?? Infinity)
}
