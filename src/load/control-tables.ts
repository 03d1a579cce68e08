import type { ColumnType, Generated } from 'kysely'

/** A timestamp that is read and written as text in ISO form. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>

interface AccountTable {
  account: string
  company_id: string
  company_name: string
  company_domain: string
  data_schema: string
  first_seen_at: Generated<Date>
}

interface BlockTable {
  account: string
  /** Until when Cloudflare's block is respected by every process. */
  blocked_until: Timestamp
}

interface StreamStateTable {
  account: string
  stream: string
  partition: string
  bookmark: Timestamp | null
  /** When a walk last saw every record of every partition, and what it did not see was settled. */
  completed_at: Timestamp | null
  /** Since when the children of every parent are being read; null where no such reading waits for its end. */
  sweep_since: Timestamp | null
  updated_at: Generated<Date>
}

/** Where it is infinite, a number. */
type Bound = ColumnType<Date | number, string, string>

/** A part of what was asked for, and how far it has been read. */
interface SyncWindowTable {
  account: string
  stream: string
  partition: string
  /** What was asked for; `-infinity` and `infinity` where open. */
  range_since: string
  range_until: string
  /** The part of it. */
  since: Bound
  until: Bound
  bookmark: Timestamp | null
  opened_at: Generated<Date>
  /** When it was read to its end; null while there is more to read. */
  closed_at: Timestamp | null
}

/** Of which parents the children have been read, and how each was then. */
interface ParentReadTable {
  account: string
  stream: string
  partition: string
  parent: string
  version: Timestamp | null
  counter: string | null
  /** `-infinity` where they never were. */
  read_at: Generated<Date>
  /** When they could not be read, if that was the last time. */
  failed_at: Timestamp | null
}

/** When Pipedrive was asked for what the catalog of an entity holds. */
interface CatalogAskedTable {
  account: string
  entity: string
  asked_at: Timestamp
}

/** Records that no run brings back. */
interface ErasedTable {
  account: string
  stream: string
  key: string
  erased_at: Generated<Date>
  /** Tables that are to be vacuumed so that nothing of it stands in their files. */
  to_vacuum: Generated<string[]>
}

/** What the change gate has told so far. */
interface ChangeGateTable {
  account: string
  /** What it was asked about. */
  items: string
  since: Timestamp | null
  asked_at: Timestamp
  told: string[]
}

/** What the change gate has pointed at and no run has read yet. */
interface ChangeHintsTable {
  account: string
  stream: string
  /** Records that may be gone. */
  suspects: string[]
  /** When it could not be read, for the first time and for the last. */
  failing_since: Timestamp | null
  tried_at: Timestamp | null
}

/** Whose a token was. The token itself is kept nowhere. */
interface KnownTokenTable {
  account: string
  fingerprint: string
  user_id: string
  user_name: string
  seen_at: Timestamp
}

/** When the fields of an entity were last read, unless its records have shown since what these do not explain. */
interface CatalogReadTable {
  account: string
  entity: string
  read_at: Timestamp
}

interface RunTable {
  id: Generated<string>
  account: string
  command: string
  started_at: Generated<Date>
  finished_at: Timestamp | null
  status: string
  requests: number
  tokens: number
  error: string | null
  /** How much it matters when the budget is short. */
  kind: string | null
  /** What it covers, or what a plan was made for; null of ticks. */
  scope: string | null
  /** The run that planned this one. */
  plan_id: string | null
}

/** What a plan expects of each stream. */
interface PlanStreamTable {
  run_id: string
  account: string
  stream: string
  requests: number
  tokens: number
  seconds: number
  bound: string
  reason: string
}

interface RunStreamTable {
  run_id: string
  account: string
  stream: string
  status: string
  inserted: number
  updated: number
  unchanged: number
  stale: number
  tombstoned: number
  pages: number
  requests: number
  tokens: number
  seconds: number
  error: string | null
  warning: string | null
}

interface TokenLedgerTable {
  account: string
  day: string
  stream: string
  run_id: string
  requests: number
  tokens: number
  limit_seen: number | null
  balance_seen: number | null
  /** What they were spent for where that is not what the run is for. */
  kind: string | null
}

/** When the day turns for which the company has its tokens, and the last balance that was told. */
interface TokenDayTable {
  account: string
  turns_at: Timestamp | null
  limit_seen: ColumnType<string | null, number | null, number | null>
  balance_seen: ColumnType<string | null, number | null, number | null>
  seen_at: Timestamp | null
}

interface SchemaChangesTable {
  id: Generated<string>
  account: string
  changed_at: Generated<Date>
  stream: string
  table_name: string
  /** Null where a table was made. */
  column_name: string | null
  reason: string
  ddl: string
}

interface DriftTable {
  account: string
  stream: string
  key: string
  reason: string
  seen: number
  first_seen_at: Generated<Date>
  last_seen_at: Generated<Date>
}

/** Tables of the control schema; every one of them carries the account. */
export interface ControlTables {
  account: AccountTable
  block: BlockTable
  stream_state: StreamStateTable
  sync_window: SyncWindowTable
  parent_read: ParentReadTable
  catalog_asked: CatalogAskedTable
  erased: ErasedTable
  change_gate: ChangeGateTable
  change_hints: ChangeHintsTable
  known_token: KnownTokenTable
  catalog_read: CatalogReadTable
  run: RunTable
  run_stream: RunStreamTable
  plan_stream: PlanStreamTable
  token_ledger: TokenLedgerTable
  token_day: TokenDayTable
  schema_changes: SchemaChangesTable
  drift: DriftTable
}
