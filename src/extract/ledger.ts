import type { SyncError } from '../errors.ts'
import type { TokenDay } from '../token-day.ts'
import type { DailyBalance, History } from './allowance.ts'

export interface Spending {
  readonly requests: number
  readonly tokens: number
}

/** What stands in the ledger of a day of what a run has spent on a stream. */
export interface LedgerPage extends Spending {
  readonly day: string
  /** What it was spent for where that is not what the run is for. */
  readonly kind: string | null
  readonly balance: DailyBalance | null
}

export interface Ledger {
  readonly total: Spending
  of(stream: string): Spending
  streams(): readonly string[]
  balance(): DailyBalance | null
  /** Tokens that the run may still spend on a stream; Infinity as long as its share of the day is not known. */
  left(stream?: string): number
  /** Why so many tokens more may not be spent on a stream; null where they may. */
  refusal(stream: string, cost: number): SyncError | null
  /** What the ledger of the day says of a stream. */
  page(stream: string): LedgerPage
  /** What runs before have learned of the token day; and what is known of it by now. */
  know(tokenDay: TokenDay): void
  tokenDay(): TokenDay
  /** The day as it is called, and how much of it is left, 0 to 1. */
  day(): string
  rest(): number
  /** What the day is taken to have had when the run began, as long as no answer tells it. */
  assume(remaining: number, limit?: number): void
  /** Tokens that a run of this allowance may spend of a whole day; null as long as nothing tells or assumes the limit. */
  perDay(): number | null
  /**
   * Leaves to more important runs what they need for the rest of the day, of `need` tokens for a whole one, beside what
   * other integrations are left.
   */
  keep(need: number, history?: History): void
}
