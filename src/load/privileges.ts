import { SyncError } from '../errors.ts'
import type { Session } from './connection.ts'

type What = 'writing' | 'database' | 'schema' | 'tables'

interface Lack {
  readonly what: What
  readonly schema: string
  readonly user: string
  readonly database: string
}

/** In the data schema only tables that we made: people may keep their own beside them. */
const LACKS = `
  with wanted as (select schema, place from unnest($1::text[]) with ordinality as wanted(schema, place)),
  lacks as (
    select 0 as place, 'writing' as what, '' as schema where current_setting('transaction_read_only')::boolean
    union all
    select place, case when nspname is null then 'database' else 'schema' end, schema
    from wanted left join pg_namespace on nspname = schema
    where case when nspname is null then not has_database_privilege(current_database(), 'create')
               else not (has_schema_privilege(nspname, 'create') and has_schema_privilege(nspname, 'usage')) end
    union all
    select place + 10, 'tables', schema
    from wanted join pg_namespace on nspname = schema join pg_class on relnamespace = pg_namespace.oid
    where relkind in ('r', 'p')
      and (schema = $2 or relname in ('fields', 'field_options')
           or exists (select from pg_attribute where attrelid = pg_class.oid and attname = '_synced_at'))
      and not (has_table_privilege(pg_class.oid, 'select') and has_table_privilege(pg_class.oid, 'insert')
               and has_table_privilege(pg_class.oid, 'update') and has_table_privilege(pg_class.oid, 'delete'))
  )
  select what, schema, current_user as user, current_database() as database from lacks order by place limit 1`

const SENTENCES: Readonly<Record<What, (lack: Lack) => string>> = {
  writing: ({ database }) =>
    `The database "${database}" takes no changes (it is a standby, or read-only by a setting): DATABASE_URL must name one that does.`,
  database: ({ user, schema, database }) =>
    `The user "${user}" may not create the schema "${schema}" in the database "${database}". Let an administrator run: grant create on database "${database}" to "${user}".`,
  schema: ({ user, schema }) =>
    `The user "${user}" may not create tables in the schema "${schema}". Let its owner run: grant create, usage on schema "${schema}" to "${user}".`,
  tables: ({ user, schema }) =>
    `The user "${user}" may not read and write every table in the schema "${schema}". Use the user that made them, or let that one run: grant select, insert, update, delete on all tables in schema "${schema}" to "${user}".`,
}

/** Throws `E_DATABASE` when something that a run writes cannot be made, or is there and may not be written. */
export async function assertPrivileges({ client, schemas }: Session): Promise<void> {
  const { rows } = await client.query<Lack>(LACKS, [[schemas.data, schemas.control], schemas.control])
  const [lack] = rows
  if (lack === undefined) return
  throw new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: SENTENCES[lack.what](lack),
  })
}
