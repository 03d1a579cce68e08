import type { Compared } from '../load/comparison.ts'
import type { Stream } from '../streams/stream.ts'
import type { TotalLine } from './totals.ts'

/**
 * How a record is not as its row is. `missing`: there, not here; `surplus`: here, not there; `unmarked`: deleted there,
 * without a tombstone here; `marked`: with a tombstone here, but there; `different`: in some columns; `counters`: only in
 * those that move while `update_time` stays; `orphaned`: rows made of its lists are here, and it is not.
 */
export const KINDS = [
  'missing',
  'surplus',
  'unmarked',
  'marked',
  'different',
  'counters',
  'orphaned',
] as const
export type Kind = (typeof KINDS)[number]

export interface Difference {
  readonly key: string
  readonly kind: Kind
  /** Columns that hold something else, and tables of which the record's rows are others. */
  readonly columns: readonly string[]
}

/** What has been found of one stream so far; it counts on while the stream is verified, so it is right after a failure too. */
export interface Verdict {
  /** Records at Pipedrive, and rows here, that are not deleted; null where they are read parent by parent. */
  there: number | null
  here: number | null
  /** Where they are: the parents that there are, and those whose children were read. */
  parents: number | null
  parents_read: number | null
  /** Records that were read again and set against their rows, column by column. */
  compared: number
  /** Records, or parents, that were updated after the last sync. */
  pending: number
  /** Records that went on changing while they were looked at. */
  changed: number
  /** It was never read into the warehouse, although it is shown to us. */
  unread: boolean
  /** Its partitions that were not read as a whole yet: records may have come by another door only. */
  unread_partitions: readonly string[]
  /** Records that were not as their rows are, and were not looked at a second time. */
  unconfirmed: number
  /** Those that were found at two readings; those that were mended are taken out. */
  differences: Difference[]
  mended: Difference[]
  totals: readonly TotalLine[]
  /** What a person should know of the tables that a repair has brought in line. */
  warning: string | null
}

export function emptyVerdict(): Verdict {
  return {
    there: null,
    here: null,
    parents: null,
    parents_read: null,
    compared: 0,
    pending: 0,
    changed: 0,
    unread: false,
    unread_partitions: [],
    unconfirmed: 0,
    differences: [],
    mended: [],
    totals: [],
    warning: null,
  }
}

/** Columns that lists give only when asked: most of them move while the record keeps its `update_time`. */
export function optionalColumns({ partitions }: Stream): ReadonlySet<string> {
  return new Set(partitions.flatMap(({ params }) => params?.['include_fields']?.split(',') ?? []))
}

/** How a record is not as its row is; null where it is. Of what is deleted on both sides nothing more is asked. */
export function kindOf(found: Compared, optional: ReadonlySet<string>): Kind | null {
  const isThere = found.there && !found.deleted_there
  const isHere = found.here && !found.deleted_here
  if (isThere && !isHere) return found.here ? 'marked' : 'missing'
  if (!isThere && isHere) return found.there ? 'unmarked' : 'surplus'
  if (!isThere || found.columns.length === 0) return null
  return found.columns.every((name) => optional.has(name)) ? 'counters' : 'different'
}
