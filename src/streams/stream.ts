import type { Door, DoorName } from './door.ts'
import type { Mention } from './mentions.ts'

/** PostgreSQL types that a stream's column may have. */
export type ColumnType =
  | 'bigint'
  | 'numeric'
  | 'boolean'
  | 'text'
  | 'timestamptz'
  | 'date'
  | 'time'
  | 'interval'
  | 'uuid'
  | 'jsonb'
  | 'text[]'
  | 'bigint[]'
  | 'uuid[]'

export interface ColumnSpec {
  readonly type: ColumnType
  /** Where the value stands in the record, at most two steps (`value.amount`); the column's own name when absent. */
  readonly from?: string
  /** Another key of the record that holds the value where the first holds none. */
  readonly orFrom?: string
  /** The column says whether the value is this one. */
  readonly is?: boolean | string
  /** What a null, or a value that is not sent, means: nothing new, so the column stays as it is; or an empty list. */
  readonly nulls?: 'stay' | 'empty'
}

/** Column name -> its type, or its type and place. Order is the order in the table. */
export type ColumnSpecs = Readonly<Record<string, ColumnType | ColumnSpec>>

export function columnType(spec: ColumnSpecs[string]): ColumnType {
  return typeof spec === 'string' ? spec : spec.type
}

export type Params = Readonly<Record<string, string>>

/** How the records stand in an answer that holds all of them, where its `data` is not simply their list. */
export type RecordsIn =
  /** v1 may say null for a list without records (seen in practice). */
  | { readonly kind: 'list-or-null' }
  /** Their list is a member of `data`. */
  | { readonly kind: 'member'; readonly name: string }
  /** `data` is the one record. */
  | { readonly kind: 'one' }
  /** Each member of `data` is a record of a name and a value, but those whose value is one of `none`. */
  | {
      readonly kind: 'members'
      readonly name: string
      readonly value: string
      readonly none: readonly unknown[]
    }
  /** `data`, or a member of it, is a list of bare values: each is a record with the value under `name`. */
  | { readonly kind: 'values'; readonly name: string; readonly in?: string }

/** Whose children the records of a partition are: they are read parent by parent, or of some parents at once. */
export interface Parents {
  /** The stream whose records have them. Its key stands for `{id}` in the path, or goes into `ask`. */
  readonly of: Stream
  /** Our columns that name a parent: a row is a child of every parent that stands in one of them. */
  readonly columns: readonly string[]
  /** Asks by this parameter, of so many parents at once; the records name their parent themselves then. */
  readonly ask?: { readonly param: string; readonly most: number }
  /** The parent's column that counts its children, and what it says of a parent that has none. */
  readonly counter?: {
    readonly column: string
    readonly none: number
    /** It counts something else, without which a parent has no children as a rule. */
    readonly other?: true
  }
  /** Parameters that are a parent's own: their names, and its columns; a date that it lacks is today (UTC). */
  readonly params?: Readonly<Record<string, string>>
  /** 404 says that a parent has none. */
  readonly noneIsNotFound?: true
  /** Read those of every parent in every run: nothing about a parent tells that they have changed. */
  readonly always?: true
}

/** One path of a stream with its own bookmark. Pages are always asked at the largest size the endpoint takes. */
export interface Partition {
  readonly name: string
  readonly path: string
  /** Tokens a request, whatever the page size (`x-token-cost`). */
  readonly cost: number
  /** `page-token`: v2 `next_cursor`; `offset`: v1 `start`/`limit`; `single`: one answer holds everything. */
  readonly paging: 'page-token' | 'offset' | 'single'
  readonly pageSize: number
  /** For `offset`: the documents show no pagination in the answer, so a full page means that there may be more. */
  readonly untold?: true
  /** For `single`; a list with page tokens is a list, but v1's may be null. */
  readonly records?: RecordsIn
  /** Sent with every request. */
  readonly params?: Params
  readonly parents?: Parents
  /** Members that every record is given; `TOKEN_USER` stands for the id of the token's user. */
  readonly adds?: Params
  /** The member of each element of the list that is the record, where the element is not. */
  readonly recordIn?: string
  /** Names of the parameters that filter on the cursor field; a partition without them is read by full refresh. */
  readonly filter?: { readonly since: string; readonly until?: string }
  /** The filter takes `YYYY-MM-DD HH:MM:SS`, and whether the bounds themselves are in is not documented. */
  readonly looseFilter?: true
  /**
   * What asks for ascending cursor field, and for ascending order of something that never changes. A walk by the cursor
   * field that cannot ask for the first is taken to have no order: its bookmark moves at its end only.
   */
  readonly order?: { readonly byCursor?: Params; readonly stable: Params }
  /** What asks for the newest first, where nothing can be filtered: a pass then reads as far back as its bookmark. */
  readonly newestFirst?: Params
  /** A pass that is not told what to read leaves it alone for so many hours after it was read whole. */
  readonly refreshHours?: number
  /** What a 403 means here, where it is known. */
  readonly forbidden?: string
  /** The column that is true, or set, in the records that this partition shows and no other does. */
  readonly markedBy?: string
}

/**
 * How a read by id is done: many ids a request on every partition's own path, or one id a request. Where Pipedrive
 * has no such request, the whole list is read again.
 */
export type ReadById =
  | { readonly kind: 'many'; readonly param: string; readonly most: number }
  | { readonly kind: 'one'; readonly path: string; readonly cost: number }
  | { readonly kind: 'list' }

/** An array in the record that becomes rows of its own, keyed by the parent's key and `position` (from 0). */
export interface Exploded {
  readonly table: string
  readonly from: string
  /** Another key under which the array may come, where the documents do not agree on one. */
  readonly orFrom?: string
  readonly description: string
  /** The column that refers to the parent; an element that repeats the parent's key under this name adds nothing. */
  readonly parent: string
  readonly columns: ColumnSpecs
  /** An array that is empty, or that is not sent, says nothing: the rows stay. */
  readonly nulls?: 'stay'
  /** An element whose column of this name is an empty text stands for none. */
  readonly blank?: string
  readonly mentions?: readonly Mention[]
}

/**
 * Counts and sums that Pipedrive gives of a stream's records, those left out that are deleted or whose `without` column
 * is true: one request for each value of a column.
 */
export interface Totals {
  readonly path: string
  readonly cost: number
  /** The parameter and our column of the same name, and the values that are asked for. */
  readonly by: string
  readonly values: readonly string[]
  /** The column that is summed, and the one whose values are told apart. */
  readonly sum: string
  readonly group: string
  readonly without: string
}

export interface CatalogSource {
  readonly path: string
  readonly cost: number
  readonly paging: 'page-token' | 'offset'
  readonly pageSize: number
  /** Take the custom fields only: leads inherit the deal's. */
  readonly customOnly?: boolean
}

/** The fields of one stream, merged by `field_code`; the first source that names a field wins. */
export interface CatalogSpec {
  /** The stream whose columns these fields describe; `entity` in `fields` and `field_options`. */
  readonly entity: string
  readonly sources: readonly CatalogSource[]
}

export interface Stream {
  /** The stream's and its table's name. */
  readonly name: string
  readonly description: string
  /** Read only where it is asked for. */
  readonly onDemand?: true
  /** A pass that is not told what to read leaves it alone for so many hours after it was read whole. */
  readonly refreshHours?: number
  /**
   * What a record says stays true when no list shows it any more: its row is never taken as deleted, and there is nothing
   * to hold the rows against.
   */
  readonly lasting?: true
  /** Elements of the list where one of these columns is null, 0 or not sent are no records of the stream. */
  readonly onlyWith?: readonly string[]
  /** The column that says whose it is, where Pipedrive shows the token's user's own records only. */
  readonly ofUser?: string
  /**
   * The word for one record in `/v1/recents`, which tells of changes (openapi v1); a change of a stream that it has no
   * word for is seen by passes only.
   */
  readonly recentsItem?: string
  /** The columns that identify a record together. */
  readonly key: readonly string[]
  /** The record field that orders an incremental read and guards a merge; null where Pipedrive gives none. */
  readonly cursorField: string | null
  readonly columns: ColumnSpecs
  /** A record whose `field` has this value is deleted at Pipedrive. */
  readonly deletedWhen?: { readonly field: string; readonly is: boolean | string }
  /**
   * Keys of the record that are not kept on purpose: secrets, and what stands in another table. Of an object that
   * columns are taken from, the rest of it.
   */
  readonly leftOut?: readonly string[]
  readonly exploded?: readonly Exploded[]
  readonly partitions: readonly Partition[]
  /** Children of one parent that agree in these record fields are numbered from 0, as `position`. */
  readonly numbered?: readonly string[]
  readonly readById?: ReadById
  readonly totals?: Totals
  /** The word for one record in the command `erase`; where there is none, its records cannot be erased. */
  readonly erasable?: string
  /** Records of other streams that its rows name, but those whose children they are. */
  readonly mentions?: readonly Mention[]
  /** Field catalogs that are refreshed before the stream is read; the stream's own gives its custom columns. */
  readonly catalogs: readonly CatalogSpec[]
  /** Other ways to the same records. */
  readonly doors?: Readonly<Partial<Record<DoorName, Door>>>
  /** The stream whose tables this one fills through a door, which shows neither all records nor all of a record. */
  readonly whole?: Stream
}

/** Whether Pipedrive has a field catalog of the stream's records: their fields have labels, and may be custom. */
export function hasOwnFields({ name, catalogs }: Stream): boolean {
  return catalogs.some(({ entity }) => entity === name)
}

/** The stream's own table, and those that are made of its records. */
export function tablesOf({ name, exploded = [] }: Stream): readonly string[] {
  return [name, ...exploded.map(({ table }) => table)]
}
