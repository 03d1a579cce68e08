import { readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { databaseExists } from '../src/load/database.ts'
import { query as ask } from '../src/load/query.ts'
import { withWarehouse, type JobContext, type JobResult } from './job.ts'
import { textTable } from './text-table.ts'

/** Runs one SQL statement that can only read. */
export async function query(context: JobContext, sql: string): Promise<JobResult> {
  if (!(await databaseExists(readWarehouse(context.environment))))
    throw configError('There is no warehouse here yet: run backfill, or demo, first.')
  const { columns, rows } = await withWarehouse(context, 'query', (session) => ask(session, sql))
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
  return { json: rows, text: `${textTable(columns, rows)}\n${count}`, exit: 0 }
}
