import type { Clock } from '../clock.ts'
import { SyncError, type Waits } from '../errors.ts'
import {
  dayOf,
  restOfDay,
  turnAfter,
  turnBetween,
  untilTurn,
  type SeenBalance,
  type TokenDay,
} from '../token-day.ts'
import {
  NOTHING_KEPT,
  allowed,
  keptOf,
  type Allowance,
  type DailyBalance,
  type History,
  type Kept,
} from './allowance.ts'
import type { Ledger, LedgerPage, Spending } from './ledger.ts'

const NOTHING: Spending = { requests: 0, tokens: 0 }

/** What the day had when `spent` tokens of the run had been spent. */
interface Start extends DailyBalance {
  readonly spent: number
}

export class RunLedger implements Ledger {
  readonly #spent = new Map<string, Spending>()
  readonly #allowance: Allowance
  readonly #clock: Clock
  readonly #others: Allowance
  /** Tokens that runs of ours which matter more need in a day. */
  #need = 0
  #history: History | null = null
  #total = NOTHING
  #balance: DailyBalance | null = null
  #tokenDay: TokenDay = { turnsAt: null, seen: null }
  /** When days turn on the pages of the ledger: a run keeps to what was known as it began. */
  #pagesTurnAt: number | null = null
  /** Told or assumed; null as long as it is neither. */
  #start: Start | null = null
  /** The same of the day that it is now. */
  #dayStart: Start | null = null

  constructor(allowance: Allowance, clock: Clock, reserve: Allowance = NOTHING_KEPT.others) {
    this.#allowance = allowance
    this.#clock = clock
    this.#others = reserve
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

  page(stream: string): LedgerPage {
    const kind = this.#historyOf(stream)?.kind ?? null
    return { ...this.of(stream), day: this.day(), kind, balance: this.#balance }
  }

  know({ turnsAt, seen }: TokenDay): void {
    const first = this.#tokenDay
    this.#pagesTurnAt = turnsAt
    this.#tokenDay = { turnsAt, seen }
    if (first.seen !== null) this.#see(first.seen)
    if (first.turnsAt !== null) this.#turnsAt(first.turnsAt)
  }

  tokenDay(): TokenDay {
    return this.#tokenDay
  }

  day(): string {
    return dayOf(this.#clock.now(), this.#pagesTurnAt)
  }

  rest(): number {
    return restOfDay(this.#clock.now(), this.#tokenDay.turnsAt)
  }

  left(stream = ''): number {
    return Math.min(this.#most(stream) - this.#total.tokens, this.#dayLeft() - this.#untouched(stream))
  }

  perDay(): number | null {
    const limit = this.#balance?.limit ?? this.#start?.limit
    const kept = { others: this.#others, ours: this.#need }
    return limit === undefined ? null : allowed(this.#allowance, { limit, remaining: limit }, kept)
  }

  refusal(stream: string, cost: number): SyncError | null {
    const [most, kept] = this.#isFirst() ? [this.#first(), 0] : [this.#most(stream), this.#untouched(stream)]
    if (this.#total.tokens + cost > most) return this.#exhausted(most, stream, cost)
    return kept > 0 && this.#dayLeft() - cost < kept ? this.#reserved(stream, cost) : null
  }

  /** Throws `E_BUDGET` when the run's share does not reach for `cost` more tokens, or the day for it and what is kept. */
  charge(stream: string, cost: number): void {
    const refusal = this.refusal(stream, cost)
    if (refusal !== null) throw refusal
    const before = this.of(stream)
    this.#spent.set(stream, { requests: before.requests + 1, tokens: before.tokens + cost })
    this.#total = { requests: this.#total.requests + 1, tokens: this.#total.tokens + cost }
  }

  /** The headers tell the balance before the request that they answer (computed from recorded answers). */
  learn(headers: Headers, cost: number): void {
    const limit = Number(headers.get('x-daily-ratelimit-token-limit') ?? Number.NaN)
    const before = Number(headers.get('x-daily-ratelimit-token-remaining') ?? Number.NaN)
    if (!Number.isFinite(limit) || !Number.isFinite(before)) return
    const now = { limit, remaining: before, spent: this.#total.tokens - cost }
    if (this.#balance === null) this.#start = now
    // Within a day the balance only falls.
    if (this.#balance === null || before > (this.#dayStart?.remaining ?? 0)) this.#dayStart = now
    this.#balance = { limit, remaining: before - cost }
    this.#see({ ...this.#balance, at: this.#clock.now() })
  }

  #see(seen: SeenBalance): void {
    const { seen: before, turnsAt } = this.#tokenDay
    const turn = before === null ? null : turnBetween(before, seen)
    this.#tokenDay = { turnsAt: turn ?? turnsAt, seen }
  }

  #turnsAt(turnsAt: number): void {
    this.#tokenDay = { ...this.#tokenDay, turnsAt }
  }

  assume(remaining: number, limit = remaining): void {
    if (this.#balance === null) this.#dayStart = this.#start = { limit, remaining, spent: 0 }
  }

  keep(need: number, history?: History): void {
    this.#need = need
    this.#history = history ?? null
  }

  #historyOf(stream: string): History | null {
    return this.#history?.streams.has(stream) === true ? this.#history : null
  }

  #kept(stream: string): Kept {
    const day = this.#historyOf(stream)?.day ?? this.#need
    return { others: this.#others, ours: Math.ceil(this.rest() * day) }
  }

  /** Nothing has been sent yet, and nobody knows which day it is that is taken to be spent: an answer may tell. */
  #isFirst(): boolean {
    return this.#total.requests === 0 && this.#balance === null && this.#tokenDay.turnsAt === null
  }

  #first(): number {
    return 'tokens' in this.#allowance ? this.#allowance.tokens : Infinity
  }

  /** Tokens this run may spend in all; Infinity as long as it is a share of a balance that is not known. */
  #most(stream: string): number {
    if ('tokens' in this.#allowance) return this.#allowance.tokens
    return this.#start === null
      ? Infinity
      : this.#start.spent + allowed(this.#allowance, this.#start, this.#kept(stream))
  }

  /** What is to stay of the day, as far as its limit is known. */
  #untouched(stream: string): number {
    return keptOf(this.#balance?.limit ?? this.#start?.limit ?? 0, this.#kept(stream))
  }

  /** What the day has left. Of requests on their way no answer has told yet. */
  #dayLeft(): number {
    const told = this.#balance?.remaining ?? Infinity
    if (this.#dayStart === null) return told
    const { remaining, spent } = this.#dayStart
    return Math.min(told, remaining + spent - this.#total.tokens)
  }

  #exhausted(most: number, stream: string, cost: number): SyncError {
    if (this.#dayLeft() - cost < this.#untouched(stream)) return this.#reserved(stream, cost)
    return this.#deferral(
      stream,
      cost,
      `The run has spent its ${Math.max(0, most)} tokens (${this.#total.tokens} used) and stops here; the next run goes on from this point. Raise --budget to let one run spend more of the day.`,
    )
  }

  #reserved(stream: string, cost: number): SyncError {
    const { ours } = this.#kept(stream)
    const others = this.#untouched(stream) - ours
    const whose = [
      ...(others > 0 ? [`${others} for other integrations (TOKEN_RESERVE)`] : []),
      ...(ours > 0 ? [`${ours} for more important runs`] : []),
    ]
    const why = whose.length > 0 ? `and ${whose.join(' and ')} of them are to stay` : 'too few to go on'
    return this.#deferral(
      stream,
      cost,
      `The day has ${Math.max(0, this.#dayLeft())} tokens left, ${why}. The run stops here; the next one goes on from this point.`,
    )
  }

  /** While the day has tokens for such runs the next one may come at any time; when it has none, as it turns. */
  #deferral(stream: string, cost: number, message: string): SyncError {
    const isShort = this.#dayLeft() - cost < this.#untouched(stream)
    const wait = isShort ? this.#tomorrow() : { retryAfterMs: 0 }
    const waits = this.#waits(stream, cost, isShort)
    return new SyncError({ code: 'E_BUDGET', recovery: 'defer', waits, ...wait, message })
  }

  /** Of what is kept, runs that matter more may spend what is ours. */
  #waits(stream: string, cost: number, isShort: boolean): Waits {
    const others = this.#untouched(stream) - this.#kept(stream).ours
    if (this.#dayLeft() - cost < others) return 'account'
    if (this.#historyOf(stream) !== null) return 'history'
    return isShort ? 'kind' : 'run'
  }

  #tomorrow(): { readonly retryAfterMs: number } {
    return { retryAfterMs: untilTurn(this.#clock.now(), this.#tokenDay.turnsAt) }
  }

  /** Learns from a refusal of the server's when the budget is back; where it does not say, dates it as is known. */
  dated(error: unknown): unknown {
    if (!(error instanceof SyncError) || error.code !== 'E_BUDGET') return error
    const { code, recovery, message, retryAfterMs: wait } = error
    if (wait === undefined)
      return new SyncError({ code, recovery, message, ...this.#tomorrow(), cause: error })
    const turn = turnAfter(this.#clock.now(), wait)
    if (turn !== null) this.#turnsAt(turn)
    return error
  }
}
