/** What an answer says of the requests of the last window. */
export interface Used {
  /** All of them, as the server has counted. */
  readonly used: number
  /** Those of ours that it has counted in all likelihood: what was sent in the window before. */
  readonly likely: number
  /** All of ours that it can have counted, however long each was on its way. */
  readonly possible: number
}

/** Others who eat from the same limit, as far as answers show them. */
export interface Others {
  /** The most that they have used in a window lately. */
  count(now: number): number
  /** When that will be less. */
  until(): number
  see(used: Used, now: number): void
}

/**
 * That others are there is believed for `believedMs` after it was certain: where more was used than can be ours. The wire
 * changes the order of requests, so a small surplus alone is no sign of anybody.
 */
export function createOthers(believedMs: number): Others {
  /** Surpluses that count no more after a time, each less than the one before. */
  const seen: { readonly count: number; readonly until: number }[] = []
  let believedUntil = -Infinity

  function forget(now: number): void {
    if (believedUntil <= now) seen.length = 0
    while (seen[0] !== undefined && seen[0].until <= now) seen.shift()
  }

  return {
    count(now) {
      forget(now)
      return seen[0]?.count ?? 0
    },
    until: () => (seen[0] === undefined ? Infinity : Math.min(seen[0].until, believedUntil)),
    see({ used, likely, possible }, now) {
      if (used > possible) believedUntil = now + believedMs
      forget(now)
      if (believedUntil <= now) return
      const count = used - likely
      while ((seen.at(-1)?.count ?? Infinity) <= count) seen.pop()
      if (count > 0) seen.push({ count, until: now + believedMs })
    },
  }
}
