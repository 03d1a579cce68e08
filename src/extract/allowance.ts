/** What a run may spend: tokens, or a share (0 to 1) of what the day still has when the run starts. */
export type Allowance = { readonly tokens: number } | { readonly share: number }

/** The daily balance as the API last told it, this run's own spending deducted. */
export interface DailyBalance {
  readonly limit: number
  readonly remaining: number
}

/** A day of the smallest plan with one seat: all there is for certain where no answer has ever told the limit. */
export const SMALLEST_DAY: DailyBalance = { limit: 30_000, remaining: 30_000 }

/** Tokens of a day that a run leaves untouched. */
export interface Kept {
  /** For the company's other integrations: tokens, or a share (0 to 1) of the day's limit. */
  readonly others: Allowance
  /** For runs of ours that matter more. */
  readonly ours: number
}

export const NOTHING_KEPT: Kept = { others: { tokens: 0 }, ours: 0 }

/** Tokens that stay untouched of a day of `limit` tokens. */
export function keptOf(limit: number, { others, ours }: Kept): number {
  return ours + ('tokens' in others ? others.tokens : Math.ceil(limit * others.share))
}

/** Tokens that a run may spend of a day that has `remaining` left. */
export function allowed(allowance: Allowance, { limit, remaining }: DailyBalance, kept: Kept): number {
  const free = Math.max(0, remaining - keptOf(limit, kept))
  return 'tokens' in allowance ? Math.min(allowance.tokens, free) : Math.floor(free * allowance.share)
}

/** Streams that were never read to their end, what they are read for, and what they leave of a whole day. */
export interface History {
  readonly streams: ReadonlySet<string>
  readonly kind: string
  readonly day: number
}
