import type { ReaderIndex } from '../transform/reader-indexes.ts'
import { inTransaction, undoneBy, type Session } from './connection.ts'
import { HELD, waitBriefly } from './lock.ts'
import { qualified, quoteIdentifier } from './table-plan.ts'

async function missing(
  { client, schemas }: Session,
  wanted: readonly ReaderIndex[],
  fromBytes: number,
): Promise<readonly ReaderIndex[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($2::text[], $3::text[]) as index (name, of)
     where to_regclass(format('%I.%I', $1::text, name)) is null
       and pg_relation_size(to_regclass(format('%I.%I', $1::text, of))) >= $4`,
    [schemas.data, wanted.map(({ name }) => name), wanted.map(({ table }) => table), fromBytes],
  )
  const names = new Set(rows.map(({ name }) => name))
  return wanted.filter(({ name }) => names.has(name))
}

/** Makes those of the indexes that are not there, on tables of so many bytes or more; gives the tables that others held for too long. */
export async function makeIndexes(
  session: Session,
  wanted: readonly ReaderIndex[],
  fromBytes: number,
): Promise<readonly string[]> {
  const held = new Set<string>()
  for (const { name, table, column } of await missing(session, wanted, fromBytes)) {
    const where = `${qualified(session.schemas.data, table)} (${quoteIdentifier(column)})`
    const ddl = `create index if not exists ${quoteIdentifier(name)} on ${where}`
    const failed = await inTransaction(session, async () => {
      await waitBriefly(session)
      return undoneBy(session, HELD, () => session.client.query(ddl))
    })
    if (failed !== undefined) held.add(table)
  }
  return [...held]
}
