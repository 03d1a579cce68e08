import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Send } from './request.ts'

/** What a run may spend: tokens, or a share (0 to 1) of what the day still has when the run starts. */
export type Allowance = { readonly tokens: number } | { readonly share: number }

export interface Spending {
  readonly requests: number
  readonly tokens: number
}

/** The daily balance as the API last told it, this run's own spending deducted. */
export interface DailyBalance {
  readonly limit: number
  readonly remaining: number
}

/** A day of the smallest plan with one seat: all there is for certain where no answer has ever told the limit. */
export const SMALLEST_DAILY_LIMIT = 30_000

export interface Ledger {
  readonly total: Spending
  of(stream: string): Spending
  streams(): readonly string[]
  balance(): DailyBalance | null
  /** Tokens that the run may still spend; Infinity as long as its share of the day is not known. */
  left(): number
  /** What the day is taken to have had when the run began, as long as no answer tells it. */
  assume(remaining: number): void
}

const NOTHING: Spending = { requests: 0, tokens: 0 }

function untilMidnightUtc(now: number): number {
  return 86_400_000 - (now % 86_400_000)
}

export class RunLedger implements Ledger {
  readonly #spent = new Map<string, Spending>()
  readonly #allowance: Allowance
  readonly #clock: Clock
  #total = NOTHING
  #balance: DailyBalance | null = null
  /** Tokens this run may spend in all; null as long as it is a share of a balance that is not known. */
  #most: number | null
  /** What the day had when the run began, told or assumed. */
  #begunWith = Infinity

  constructor(allowance: Allowance, clock: Clock) {
    this.#allowance = allowance
    this.#clock = clock
    this.#most = 'tokens' in allowance ? allowance.tokens : null
  }

  get total(): Spending {
    return this.#total
  }

  of(stream: string): Spending {
    return this.#spent.get(stream) ?? NOTHING
  }

  streams(): readonly string[] {
    return [...this.#spent.keys()]
  }

  balance(): DailyBalance | null {
    return this.#balance
  }

  left(): number {
    return (this.#most ?? Infinity) - this.#total.tokens
  }

  /** Throws `E_BUDGET` when the run's share does not reach for `cost` more tokens. */
  charge(stream: string, cost: number): void {
    if (this.#most !== null && this.#total.tokens + cost > this.#most) throw this.#exhausted(this.#most, cost)
    const before = this.of(stream)
    this.#spent.set(stream, { requests: before.requests + 1, tokens: before.tokens + cost })
    this.#total = { requests: this.#total.requests + 1, tokens: this.#total.tokens + cost }
  }

  /** The headers tell the balance before the request that they answer (computed from recorded answers). */
  learn(headers: Headers, cost: number): void {
    const limit = Number(headers.get('x-daily-ratelimit-token-limit') ?? Number.NaN)
    const before = Number(headers.get('x-daily-ratelimit-token-remaining') ?? Number.NaN)
    if (!Number.isFinite(limit) || !Number.isFinite(before)) return
    if (this.#balance === null) this.#takeShare(before, this.#total.tokens - cost)
    this.#balance = { limit, remaining: before - cost }
  }

  assume(remaining: number): void {
    if (this.#balance === null) this.#takeShare(remaining, 0)
  }

  /** The share of what was left when the run had spent `spent`. */
  #takeShare(left: number, spent: number): void {
    this.#begunWith = left + spent
    if ('share' in this.#allowance) this.#most = spent + Math.floor(left * this.#allowance.share)
  }

  /** While the day has tokens the next run may come at any time; when it has none, as it turns (UTC). */
  #exhausted(most: number, cost: number): SyncError {
    // Of what is on its way no answer has told yet.
    const left = Math.min(this.#balance?.remaining ?? Infinity, this.#begunWith - this.#total.tokens)
    return new SyncError({
      code: 'E_BUDGET',
      recovery: 'defer',
      ...(left < cost ? { retryAfterMs: untilMidnightUtc(this.#clock.now()) } : {}),
      message: `The run has spent its ${most} tokens (${this.#total.tokens} used) and stops here; the next run goes on from this point. Raise --budget to let one run spend more of the day.`,
    })
  }

  /** The day's end for a refusal of the server's that does not say when the budget is back. */
  dated(error: unknown): unknown {
    if (!(error instanceof SyncError) || error.code !== 'E_BUDGET' || error.retryAfterMs !== undefined)
      return error
    const { code, recovery, message } = error
    const retryAfterMs = untilMidnightUtc(this.#clock.now())
    return new SyncError({ code, recovery, message, retryAfterMs, cause: error })
  }
}

/** Each request pays before it is sent, each attempt of it again. */
export function withBudget(next: Send, ledger: RunLedger): Send {
  return async (request) => {
    ledger.charge(request.stream, request.cost)
    try {
      const response = await next(request)
      ledger.learn(response.headers, request.cost)
      return response
    } catch (error) {
      throw ledger.dated(error)
    }
  }
}
