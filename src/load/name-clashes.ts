import { DEFAULT_MIGRATION_LOCK_TABLE, DEFAULT_MIGRATION_TABLE } from 'kysely/migration'
import { SyncError } from '../errors.ts'
import type { Session } from './connection.ts'
import type { ControlTables } from './control-tables.ts'
import type { CatalogTables } from './data-tables.ts'

const CATALOG = { fields: true, field_options: true } as const satisfies Record<keyof CatalogTables, true>
const CONTROL = {
  account: true,
  block: true,
  stream_state: true,
  sync_window: true,
  parent_read: true,
  catalog_asked: true,
  erased: true,
  change_gate: true,
  change_hints: true,
  known_token: true,
  catalog_read: true,
  run: true,
  run_stream: true,
  plan_stream: true,
  token_ledger: true,
  token_day: true,
  schema_changes: true,
  drift: true,
} as const satisfies Record<keyof ControlTables, true>

/** Tables share their names with views, indexes, sequences and types; ours are told by a column that we gave them. */
const TAKEN = `
  with wanted as (select schema, name, mark from unnest($1::text[], $2::text[], $3::text[]) as wanted(schema, name, mark)),
  relations as (
    select nspname as schema, relname as name, pg_class.oid, relkind in ('r', 'p') as is_table,
           case relkind when 'r' then 'table' when 'p' then 'table' when 'f' then 'foreign table' when 'v' then 'view'
             when 'm' then 'materialized view' when 'S' then 'sequence' when 'c' then 'type' else 'index' end as kind
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace),
  types as (
    select nspname as schema, typname as name, 'type' as kind
    from pg_type join pg_namespace on pg_namespace.oid = typnamespace where typrelid = 0)
  select schema, name, kind from wanted join relations using (schema, name)
  where not (is_table and exists (select from pg_attribute where attrelid = oid and attname = mark and not attisdropped))
  union select schema, name, kind from wanted join types using (schema, name)
  order by schema, name`

export interface NameClash {
  readonly schema: string
  readonly name: string
  /** `table`, `view`, … */
  readonly kind: string
}

/** What others have made under the names of these tables, of the field catalog's or of the control tables. */
export async function findClashes(
  { client, schemas }: Session,
  tables: readonly string[],
): Promise<readonly NameClash[]> {
  const own = tables.filter((name) => !(name in CATALOG))
  const wanted = [
    ...own.map((name) => [schemas.data, name, '_synced_at']),
    ...Object.keys(CATALOG).map((name) => [schemas.data, name, 'field_code']),
    ...Object.keys(CONTROL).map((name) => [schemas.control, name, 'account']),
    [schemas.control, DEFAULT_MIGRATION_TABLE, 'timestamp'],
    [schemas.control, DEFAULT_MIGRATION_LOCK_TABLE, 'is_locked'],
  ]
  const columns = [0, 1, 2].map((at) => wanted.map((each) => each[at]))
  return (await client.query<NameClash>(TAKEN, columns)).rows
}

/** Throws `E_DATABASE` when others have made something under the name of a table of ours: it would be written into. */
export async function assertNoClashes(session: Session, tables: readonly string[]): Promise<void> {
  const [clash] = await findClashes(session, tables)
  if (clash === undefined) return
  const { schema, name, kind } = clash
  throw new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `There is a ${kind} "${name}" in the schema "${schema}" that is not ours. Rename it, or give the warehouse another schema with PIPEDRIVE_SCHEMA or PIPEDRIVE_SYNC_SCHEMA.`,
  })
}
