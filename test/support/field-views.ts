import { expect } from 'vitest'
import type { Emulator } from '../../emulator/index.ts'
import { quoteIdentifier as quoted } from '../../src/load/table-plan.ts'
import type { TestDatabase } from './database.ts'

export interface ShownColumn {
  readonly name: string
  readonly type: string
  readonly comment: string | null
}

/** The columns of a table or view, in their order. */
export function columnsOf(db: TestDatabase, table: string): Promise<ShownColumn[]> {
  return db.query<{ name: string; type: string; comment: string | null }>(
    `select attname as name, format_type(atttypid, atttypmod) as type, col_description(attrelid, attnum) as comment
     from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [`pipedrive.${table}`],
  )
}

/** Code and type of the field that a column says it is of. */
function fieldIn({ comment }: ShownColumn): string | undefined {
  const [, code, type] = /\(([0-9a-f]{40}), (\w+)[,)]/.exec(comment ?? '') ?? []
  return code === undefined ? undefined : `${code} ${type ?? ''}`
}

/** The columns of custom fields, by code and type of their field. */
export function columnsOfFields(columns: readonly ShownColumn[]): ReadonlyMap<string, readonly string[]> {
  const ofFields = columns.flatMap((column) => {
    const field = fieldIn(column)
    return field === undefined ? [] : [[field, column.name] as const]
  })
  const byField = Map.groupBy(ofFields, ([field]) => field)
  return new Map([...byField].map(([field, pairs]) => [field, pairs.map(([, name]) => name)]))
}

/** Shorter than what the longest ending leaves of a name of 63 bytes. */
const SURE_BYTES = 25

function beginsAlike(name: string, label: string): boolean {
  const wanted = label.normalize('NFC')
  const sure = [...wanted].filter(
    (_, index) => Buffer.byteLength([...wanted].slice(0, index + 1).join('')) <= SURE_BYTES,
  )
  return name.startsWith(sure.join('').trimEnd())
}

/**
 * Every column of every field that is there is shown by the view: under a name that begins with the field's label, as far
 * as there is room, that no other name is like but for case, and with what the table holds.
 */
export async function expectLabelled(db: TestDatabase, { company }: Emulator, stream: string): Promise<void> {
  const [shown, held] = [await columnsOf(db, `${stream}_labelled`), await columnsOf(db, stream)]
  const names = shown.map(({ name }) => name.toLowerCase())
  expect(new Set(names).size, stream).toBe(names.length)
  const [views, tables] = [columnsOfFields(shown), columnsOfFields(held)]
  const pairs: (readonly [string, string])[] = []
  for (const { code, type, name: label } of company.catalog.custom(
    stream === 'leads' ? 'deals' : (stream as 'deals'),
  )) {
    const [ofView = [], ofTable = []] = [views.get(`${code} ${type}`), tables.get(`${code} ${type}`)]
    expect(ofTable.length, `${stream}: columns of ${label}`).toBeGreaterThan(0)
    expect(ofView.length, `${stream}: columns of ${label}`).toBe(ofTable.length)
    expect(
      ofView.filter((name) => !beginsAlike(name, label)),
      `${stream}: names of ${label}`,
    ).toEqual([])
    pairs.push(...ofView.map((name, place) => [name, ofTable[place] ?? ''] as const))
  }
  const id = shown.find(({ comment }) => comment?.includes('(id, ') === true)?.name ?? ''
  const unlike = pairs.map(
    ([name, column]) =>
      `case when view.${quoted(name)} is distinct from held.${quoted(column)} then '${column}' end`,
  )
  const rows = await db.query(
    `select array_remove(array[${unlike.join(', ')}], null) as unlike from pipedrive.${stream}_labelled as view
     join pipedrive.${stream} as held on held.id = view.${quoted(id)}`,
  )
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter(({ unlike }) => (unlike as readonly string[]).length > 0)).toEqual([])
}
