import { readNames } from '../src/flags.ts'
import { readFields } from '../src/load/catalog-store.ts'
import { selectStreams } from '../src/streams/index.ts'
import { inWarehouse, type JobContext, type JobResult } from './job.ts'
import { recordTable } from './text-table.ts'

const COLUMNS = [
  'entity',
  'column_name',
  'label',
  'field_type',
  'is_custom',
  'removed_at',
  'field_code',
] as const

/** Lists the field catalog as the warehouse knows it: which column holds which field. */
export async function fields(context: JobContext, flags: { readonly stream?: string }): Promise<JobResult> {
  const names = readNames(flags.stream)
  selectStreams(names)
  const rows = await inWarehouse(context, 'fields', (session) => readFields(session, names))
  return { json: rows, text: recordTable(COLUMNS, rows), exit: 0, verbatim: true }
}
