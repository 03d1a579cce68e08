import { SyncError } from '../errors.ts'
import type { Session } from './connection.ts'

type What = 'writing' | 'temporary' | 'database' | 'schema' | 'tables'

interface Lack {
  readonly what: What
  readonly schema: string
  readonly user: string
  readonly database: string
  /** Of the tables. */
  readonly owner: string
}

/** In the data schema only tables that we made: people may keep their own beside them. */
const LACKS = `
  with wanted as (select schema, place from unnest($1::text[]) with ordinality as wanted(schema, place)),
  lacks as (
    select 0 as place, 'writing' as what, '' as schema, '' as owner where current_setting('transaction_read_only')::boolean
    union all
    select 0, 'temporary', '', '' where not has_database_privilege(current_database(), 'temporary')
    union all
    select place, case when nspname is null then 'database' else 'schema' end, schema, ''
    from wanted left join pg_namespace on nspname = schema
    where case when nspname is null then not has_database_privilege(current_database(), 'create')
               else not (has_schema_privilege(nspname, 'create') and has_schema_privilege(nspname, 'usage')) end
    union all
    select place + 10, 'tables', schema, pg_get_userbyid(relowner)
    from wanted join pg_namespace on nspname = schema join pg_class on relnamespace = pg_namespace.oid
    where relkind in ('r', 'p')
      and (schema = $2 or relname in ('fields', 'field_options')
           or exists (select from pg_attribute where attrelid = pg_class.oid and attname = '_synced_at'))
      and not pg_has_role(relowner, 'usage')
  )
  select what, schema, owner, current_user as user, current_database() as database from lacks order by place limit 1`

const SENTENCES: Readonly<Record<What, (lack: Lack) => string>> = {
  writing: ({ database }) =>
    `The database "${database}" takes no changes (it is a standby, or read-only by a setting): DATABASE_URL must name one that does.`,
  temporary: ({ user, database }) =>
    `The user "${user}" may not make temporary tables in the database "${database}". Let an administrator run: grant temporary on database "${database}" to "${user}".`,
  database: ({ user, schema, database }) =>
    `The user "${user}" may not create the schema "${schema}" in the database "${database}". Let an administrator run: grant create on database "${database}" to "${user}".`,
  schema: ({ user, schema }) =>
    `The user "${user}" may not create tables in the schema "${schema}". Let its owner run: grant create, usage on schema "${schema}" to "${user}".`,
  tables: ({ user, schema, owner }) =>
    `Tables in the schema "${schema}" belong to "${owner}", and only their owner may add columns to them. Use that user, or let it hand each of them over: alter table … owner to "${user}".`,
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
