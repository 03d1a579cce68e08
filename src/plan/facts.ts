import type { ChildPartition } from '../streams/children.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import type { Window } from '../extract/windows.ts'

/** How a number that was told stands to the real one. */
export type Bound = 'about' | 'at least' | 'at most'

/** How many records there are, and what says so. */
export interface Size {
  readonly records: number
  readonly bound: Bound
  readonly says: string
}

/** What is known of a list that a run would read. */
export interface ListFacts {
  readonly partition: Partition
  /** What the run would ask for; null where it was read to its end already. */
  readonly window: Window | null
  /** Only what was updated between two dates is asked for. */
  readonly isPart: boolean
  /** Rows of it that are held, and those of them within the window. */
  readonly held: number
  readonly inWindow: number
  /** Rows that changed on a day, over the last week that was read; and how many days ago that ended. */
  readonly changedPerDay: number
  readonly daysBehind: number
  /** What is said of its size where the rows that are held are not all. */
  readonly counted: Size | null
}

/** What is known of children that a run would read. */
export interface FamilyFacts {
  readonly partition: ChildPartition
  /** All parents are asked, whether they have changed or not. */
  readonly every: boolean
  /** Parents that are held and would be asked; the others that there may be are told by the parents' own facts. */
  readonly due: number
  /** Live parents that are held, and those of them that may have children. */
  readonly parents: number
  readonly fertile: number
}

/** How fast a stream was read in earlier runs; null where it never was, or too little of it to tell. */
export interface Pace {
  readonly rowsPerSecond: number | null
  readonly requestsPerSecond: number | null
}

export interface StreamFacts {
  readonly stream: Stream
  /** Why a run would leave it alone, or could not read it; null where it would be read. */
  readonly leftAlone: string | null
  readonly lists: readonly ListFacts[]
  readonly families: readonly FamilyFacts[]
  /** How many fields each catalog has, by its entity; those that were never read are not in it. */
  readonly fields: ReadonlyMap<string, number>
  readonly pace: Pace
}

/** What a run asks for beside its windows. */
export interface Asked {
  readonly mode: 'pass' | 'sweep' | 'range' | 'verify'
  /** For `verify`: records whose values are read again; null: all. */
  readonly sample: number | null
}
