import type { Session } from './connection.ts'
import { qualified, quoteIdentifier } from './table-plan.ts'

/** A privilege on a relation, or on a column of it, that its owner has given to somebody. */
export interface Grant {
  readonly privilege: string
  /** Null: everybody. */
  readonly role: string | null
  readonly column: string | null
  readonly grantable: boolean
}

/** What others may do with a relation of the data schema; none where it is not there. */
export async function grantsOn({ client, schemas }: Session, name: string): Promise<readonly Grant[]> {
  const { rows } = await client.query<Grant>(
    `select privilege_type as privilege, case grantee when 0 then null else pg_get_userbyid(grantee) end as role,
            attname as column, is_grantable as grantable
     from pg_class cross join lateral (
       select null as attname, coalesce(relacl, acldefault('r', relowner)) as acl
       union all select attname, attacl from pg_attribute where attrelid = pg_class.oid and attacl is not null) as held
     cross join lateral aclexplode(acl)
     where pg_class.oid = to_regclass(format('%I.%I', $1::text, $2::text)) and grantee <> relowner`,
    [schemas.data, name],
  )
  return rows
}

function on(schema: string, relation: string, { privilege, column }: Grant): string {
  const columns = column === null ? '' : ` (${quoteIdentifier(column)})`
  return `${privilege}${columns} on ${qualified(schema, relation)}`
}

function whom({ role }: Grant): string {
  return role === null ? 'public' : quoteIdentifier(role)
}

function notAmong(grants: readonly Grant[]): (grant: Grant) => boolean {
  const known = new Set(grants.map((grant) => JSON.stringify(grant)))
  return (grant) => !known.has(JSON.stringify(grant))
}

/**
 * The statements that make a relation's grants those that it had: default privileges give a new one others. What was
 * granted on a column goes with the column's name.
 */
export function planGrants(
  schema: string,
  relation: string,
  held: readonly Grant[],
  had: readonly Grant[],
  columns: ReadonlySet<string>,
): readonly string[] {
  const stays = had.filter(({ column }) => column === null || columns.has(column))
  const surplus = held.filter(notAmong(stays))
  const missing = stays.filter(notAmong(held))
  return [
    ...surplus.map((grant) => `revoke ${on(schema, relation, grant)} from ${whom(grant)}`),
    ...missing.map(
      (grant) =>
        `grant ${on(schema, relation, grant)} to ${whom(grant)}${grant.grantable ? ' with grant option' : ''}`,
    ),
  ]
}
