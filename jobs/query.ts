import { query as ask, type Answer } from '../src/load/query.ts'
import { inDatabase, type JobContext, type JobResult } from './job.ts'
import { textTable } from './text-table.ts'

/** Runs one SQL statement that can only read. */
export async function query(context: JobContext, sql: string): Promise<JobResult> {
  const { columns, rows } = await inDatabase(context, 'query', (session) => ask(session, sql))
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
  return {
    json: records(columns, rows),
    text: `${textTable(columns, rows)}\n${count}`,
    exit: 0,
    verbatim: true,
  }
}

/** Rows as objects. Of columns with one name the later ones are numbered, so that none hides another. */
function records(columns: Answer['columns'], rows: Answer['rows']): readonly Record<string, unknown>[] {
  const keys = distinct(columns)
  return rows.map((row) => Object.fromEntries(keys.map((key, index) => [key, row[index]])))
}

/** `id, id, id_2` -> `id, id_3, id_2`. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set(names)
  return names.map((name, index) => {
    if (!names.slice(0, index).includes(name)) return name
    let count = 2
    while (taken.has(`${name}_${count}`)) count++
    taken.add(`${name}_${count}`)
    return `${name}_${count}`
  })
}
