import { readNames } from '../src/flags.ts'
import { listFields, type ListedField } from '../src/load/field-list.ts'
import { selectStreams } from '../src/streams/index.ts'
import { inWarehouse, type JobContext, type JobResult } from './job.ts'
import { recordTable } from './text-table.ts'

/** Options that a line shows; the rest is counted. */
const OPTIONS_SHOWN = 5

function line(field: ListedField) {
  const { options, filled } = field
  const more = options.length - OPTIONS_SHOWN
  return {
    entity: field.entity,
    label: field.label,
    column: field.column_name,
    type: field.field_type,
    filled: filled === null ? null : `${Math.round(filled * 100)} %`,
    since: day(field.first_seen_at),
    removed: day(field.removed_at),
    code: field.field_code,
    options: [...options.slice(0, OPTIONS_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', '),
  }
}

function day(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString().slice(0, 10)
}

const COLUMNS = [
  'entity',
  'label',
  'column',
  'type',
  'filled',
  'since',
  'removed',
  'code',
  'options',
] as const

/** Lists the field catalog as the warehouse knows it: which column holds which field, and how filled it is. */
export async function fields(context: JobContext, flags: { readonly stream?: string }): Promise<JobResult> {
  const names = readNames(flags.stream)
  selectStreams(names)
  const found = await inWarehouse(context, 'fields', (session) => listFields(session, names))
  return { json: found, text: recordTable(COLUMNS, found.map(line)), exit: 0, verbatim: true }
}
