/** Walkers that all that is read in a run shares; each stream has one more of its own. */
export interface Workers {
  /** One that is idle; false where none is. */
  take(): boolean
  give(): void
}

export function createWorkers(count: number): Workers {
  let idle = count
  return {
    take: () => idle > 0 && idle-- > 0,
    give: () => void idle++,
  }
}
