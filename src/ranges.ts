/** What a backfill covers: `since` inclusive, `until` exclusive, epoch milliseconds, null where open. */
export interface Range {
  readonly since: number | null
  readonly until: number | null
}

/** A part of a range, and how far it has been read. */
export interface StretchState extends Range {
  readonly bookmark: number | null
  /** Read to its end. */
  readonly closed: boolean
}

/** The range of a first reading. */
export const EVERYTHING: Range = { since: null, until: null }
