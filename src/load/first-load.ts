import { sql } from 'kysely'
import type { Batch } from '../transform/batch.ts'
import type { StreamLayout, TableLayout } from '../transform/layout.ts'
import { orUndone, type Session } from './connection.ts'
import { copyInto } from './copy.ts'
import { qualified } from './table-plan.ts'

/** Puts a batch into its tables as it is; false, and nothing done, where a key is there already. */
export type Fill = (batch: Batch) => Promise<boolean>

/** A key is there already (SQLSTATE unique_violation). */
const TWICE: ReadonlySet<string> = new Set(['23505'])

async function isEmpty({ data, schemas }: Session, { table }: TableLayout): Promise<boolean> {
  const name = sql.table(`${schemas.data}.${table}`)
  const { rows } = await sql<{ empty: boolean }>`select not exists (select from ${name}) as empty`.execute(
    data,
  )
  return rows[0]?.empty === true
}

/** Where a null is not the value, only a merge knows what to make of it. */
function isPlain({ columns }: TableLayout): boolean {
  return columns.every(({ nulls }) => nulls !== 'empty')
}

/**
 * The way into empty tables, past stage and merge: there is no older version to compare with. Null where a table has
 * rows; to be opened under the stream's lock. A record that is edited while a first walk reads the others comes a second
 * time; from then on the batches have to be merged.
 */
export async function openFirstLoad(session: Session, layout: StreamLayout): Promise<Fill | null> {
  const tables = [layout, ...layout.children]
  if (!tables.every(isPlain)) return null
  for (const table of tables) if (!(await isEmpty(session, table))) return null
  return (batch) =>
    orUndone(session, TWICE, async () => {
      for (const [index, table] of tables.entries())
        if (batch.tables[index]?.length !== 0)
          await copyInto(session, qualified(session.schemas.data, table.table), table, batch.rows(index))
    })
}
