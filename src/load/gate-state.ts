import { sql } from 'kysely'
import type { Session } from './connection.ts'

/** Whose gate it is, and about which kinds of records it is asked: what is told of some says nothing of others. */
export interface Gate {
  readonly account: string
  readonly items: string
}

/** How far the change gate has been asked: the bookmark of ticks. Times in epoch milliseconds. */
export interface GateState {
  /** The latest time that was told; null: nothing has been, ever. */
  readonly since: number | null
  /** When it was last asked, and what it told was kept. */
  readonly askedAt: number
  /** What it told then: it tells that again, since its bound is inclusive and is asked for with a lookback. */
  readonly told: ReadonlySet<string>
}

/** Null where it was never asked. */
export async function readGate({ control }: Session, { account, items }: Gate): Promise<GateState | null> {
  const row = await control
    .selectFrom('change_gate')
    .selectAll()
    .where((is) => is.and({ account, items }))
    .executeTakeFirst()
  if (row === undefined) return null
  const { since, asked_at: askedAt, told } = row
  return { since: since?.getTime() ?? null, askedAt: askedAt.getTime(), told: new Set(told) }
}

/** Moves the gate on, unless another process has since `from` was read. */
export async function moveGate(
  { control }: Session,
  { account, items }: Gate,
  from: GateState | null,
  { since, askedAt, told }: GateState,
): Promise<void> {
  const to = {
    since: since === null ? null : new Date(since),
    asked_at: new Date(askedAt),
    told: [...told],
  }
  const unmoved =
    from === null ? sql<boolean>`false` : sql<boolean>`change_gate.asked_at = ${new Date(from.askedAt)}`
  await control
    .insertInto('change_gate')
    .values({ account, items, ...to })
    .onConflict((on) => on.columns(['account', 'items']).doUpdateSet(to).where(unmoved))
    .execute()
}
