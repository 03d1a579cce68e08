import { readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { readNames } from '../src/flags.ts'
import { readFields } from '../src/load/catalog-store.ts'
import { databaseExists } from '../src/load/database.ts'
import { selectStreams } from '../src/streams/index.ts'
import { withWarehouse, type JobContext, type JobResult } from './job.ts'
import { textTable } from './text-table.ts'

const COLUMNS = ['entity', 'column_name', 'label', 'field_type', 'is_custom', 'removed_at', 'field_code']

/** Lists the field catalog as the warehouse knows it: which column holds which field. */
export async function fields(context: JobContext, flags: { readonly stream?: string }): Promise<JobResult> {
  const names = readNames(flags.stream)
  selectStreams(names)
  if (!(await databaseExists(readWarehouse(context.environment))))
    throw configError('There is no warehouse here yet: run backfill, or demo, first.')
  const rows = await withWarehouse(context, 'fields', (session) => readFields(session, names))
  return { json: rows, text: textTable(COLUMNS, rows), exit: 0 }
}
