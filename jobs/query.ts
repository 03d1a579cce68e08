import type { Session } from '../src/load/connection.ts'
import type { Database } from '../src/load/database.ts'
import { query as ask, type Answer } from '../src/load/query.ts'
import { inWarehouse, type JobContext, type JobResult } from './job.ts'
import { textTable } from './text-table.ts'

/** Runs one SQL statement that can only read. */
export async function query(context: JobContext, sql: string): Promise<JobResult> {
  const { columns, rows } = await inWarehouse(context, 'query', (session, database) =>
    cancelled(context.signal, session, database, () => ask(session, sql)),
  )
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

/** Lets the server give up a statement when the signal aborts; the connection that runs it cannot ask for that. */
async function cancelled<Result>(
  signal: AbortSignal,
  { client }: Session,
  database: Database,
  work: () => Promise<Result>,
): Promise<Result> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const cancel = async (): Promise<void> => {
    await using other = await database.connect('cancel')
    await other.client.query('select pg_cancel_backend($1)', [rows[0]?.pid])
  }
  const cancelling: Promise<void>[] = []
  const listen = (): void => void cancelling.push(cancel())
  signal.addEventListener('abort', listen, { once: true })
  try {
    signal.throwIfAborted()
    return await work()
  } finally {
    signal.removeEventListener('abort', listen)
    await Promise.all(cancelling)
  }
}
