/** What has been done for a stream so far; it counts on while the stream is read, so it is right after a failure too. */
export interface Tally {
  inserted: number
  updated: number
  unchanged: number
  stale: number
  tombstoned: number
  pages: number
  /** Its tables lack what is new, and may not be changed. */
  frozen: boolean
  /** What a person should look at although nothing failed. */
  warning: string | null
}

export function emptyTally(): Tally {
  return {
    inserted: 0,
    updated: 0,
    unchanged: 0,
    stale: 0,
    tombstoned: 0,
    pages: 0,
    frozen: false,
    warning: null,
  }
}

/** Adds to what a person should look at. */
export function warn(told: Pick<Tally, 'warning'>, text: string): void {
  told.warning = told.warning === null ? text : `${told.warning} ${text}`
}

/** Rows that have been read, whatever became of them. */
export function rowsRead({ inserted, updated, unchanged, stale }: Tally): number {
  return inserted + updated + unchanged + stale
}

export function addTo(tally: Tally, counts: Partial<Omit<Tally, 'warning' | 'frozen'>>): void {
  for (const key of Object.keys(counts) as (keyof typeof counts)[]) tally[key] += counts[key] ?? 0
}
