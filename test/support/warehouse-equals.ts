import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { optionalValue } from '../../emulator/api/optional-fields.ts'
import type { Field, FieldEntity } from '../../emulator/company/catalog.ts'
import type { Emulator, EntityName, Json, Row } from '../../emulator/index.ts'
import { streams } from '../../src/streams/index.ts'
import { ADDRESS_PARTS } from '../../src/streams/address.ts'
import type { ColumnSpecs, ColumnType, Stream } from '../../src/streams/stream.ts'
import { asId, at, isGone, isWanted, keyOf, placeOf, recordsOf, rowKey } from './company-truth.ts'
import type { TestDatabase } from './database.ts'
import { holds } from './expected-cells.ts'
import { WORK } from './work-streams.ts'

export interface Comparison {
  readonly streams?: readonly string[]
  /** False: leave out the counters, which move while their record keeps its `update_time`. */
  readonly counters?: boolean
  /** A custom value may wait in `_extra`, as it was answered, where it does not stand in its column. */
  readonly waiting?: boolean
  /** Custom values that are not compared: of this field of this entity in this record. */
  readonly leaveOut?: (entity: string, field: Field, record: Row) => boolean
}

type Held = Readonly<Record<string, unknown>>

/** Every table holds what the company holds: columns, custom fields, exploded rows, tombstones, the catalog. */
export async function expectWarehouseEquals(
  world: { readonly emulator: Emulator; readonly db: TestDatabase },
  comparison: Comparison = {},
): Promise<void> {
  expect(await differences(world.emulator, world.db, comparison)).toEqual([])
}

export async function differences(
  emulator: Emulator,
  db: TestDatabase,
  comparison: Comparison = {},
): Promise<string[]> {
  const { streams: names = WORK.map(({ name }) => name) } = comparison
  const found: string[] = []
  for (const stream of streams.filter(
    ({ name, partitions }) => names.includes(name) && partitions.length > 0,
  ))
    found.push(...(await differencesOf(stream, emulator, db, comparison)))
  return found
}

export async function tableOf(db: TestDatabase, table: string, order: string): Promise<Held[]> {
  const rows = await db.query<{ held: Held }>(
    `select to_jsonb(t) as held from pipedrive.${table} t order by ${order}`,
  )
  return rows.map(({ held }) => held)
}

async function differencesOf(stream: Stream, emulator: Emulator, db: TestDatabase, comparison: Comparison) {
  const { counters = true } = comparison
  const held = new Map(
    (await tableOf(db, stream.name, stream.key.join())).map((row) => [rowKey(stream, row), row]),
  )
  const custom = await customColumns(stream, emulator, db, comparison)
  const children = await childrenOf(stream, db)
  const found: string[] = []
  const truth = new Map(recordsOf(stream, emulator).map((record) => [keyOf(stream, record), record]))
  for (const [key, record] of truth) {
    const say = (what: string): void => void found.push(`${stream.name} ${key}: ${what}`)
    const row = held.get(key)
    const gone = isGone(stream, emulator, record)
    if (!isWanted(stream, emulator, record)) continue
    if (row === undefined) {
      if (!gone) say('is missing')
    } else if ((row['_deleted_at'] !== null) !== gone) {
      say(gone ? 'is deleted at Pipedrive, but has no tombstone' : 'has a tombstone, but is there')
    } else if (!gone) {
      for (const what of cellsAmiss(stream, emulator, record, row, counters)) say(what)
      for (const each of custom) if (!each.holds(record, row)) say(each.amiss(record, row))
      for (const each of children) each.differences(record, key).forEach(say)
    }
  }
  for (const [key, row] of held)
    if (!truth.has(key) && row['_deleted_at'] === null)
      found.push(`${stream.name} ${key}: is gone, but stays`)
  return found
}

function typeOf(spec: ColumnSpecs[string]): ColumnType {
  return typeof spec === 'string' ? spec : spec.type
}

function unlike(name: string, answered: unknown, held: unknown): string {
  return `${name} holds ${JSON.stringify(held)}, answered was ${JSON.stringify(answered)}`
}

/** Columns that lists give only when asked. */
function optionalColumns({ partitions }: Stream): ReadonlySet<string> {
  return new Set(partitions.flatMap(({ params }) => params?.['include_fields']?.split(',') ?? []))
}

function cellsAmiss(
  stream: Stream,
  { company }: Emulator,
  record: Row,
  row: Held,
  counters: boolean,
): string[] {
  const optional = optionalColumns(stream)
  return Object.entries(stream.columns).flatMap(([name, spec]) => {
    if (!counters && optional.has(name)) return []
    const answered = optional.has(name)
      ? optionalValue(company, stream.name as EntityName, record, name)
      : at(record, placeOf(name, spec))
    return holds(typeOf(spec), answered, row[name]) ? [] : [unlike(name, answered, row[name])]
  })
}

async function childrenOf(stream: Stream, db: TestDatabase) {
  return Promise.all(
    (stream.exploded ?? []).map(async (child) => {
      const { table, from, parent, columns } = child
      // Where the documents do not agree on one key, the registry may name another.
      const other = 'orFrom' in child && typeof child.orFrom === 'string' ? child.orFrom : from
      const rows = await tableOf(db, table, `${parent}, position`)
      const byParent = Map.groupBy(rows, (row) => String(row[parent]))
      return {
        differences(record: Row, key: string): string[] {
          const listed = (record[from] ?? record[other] ?? []) as readonly Json[]
          const answered = listed.map((item): Row =>
            typeof item === 'object' && item !== null ? (item as Row) : { value: item },
          )
          const held = byParent.get(key) ?? []
          if (held.length !== answered.length)
            return [`${table} has ${held.length} rows, answered were ${answered.length}`]
          return answered.flatMap((item, index) =>
            Object.entries(columns).flatMap(([name, spec]) => {
              const [was, is] = [at(item, placeOf(name, spec)), held[index]?.[name]]
              return holds(typeOf(spec), was, is) ? [] : [unlike(`${table}.${name}`, was, is)]
            }),
          )
        },
      }
    }),
  )
}

/** Parts of a value and the columns they stand in (the table of field types in the documentation). */
const partsOf: Readonly<
  Record<string, readonly (readonly [part: string, suffix: string, type: ColumnType])[]>
> = {
  varchar: [['value', '', 'text']],
  varchar_auto: [['value', '', 'text']],
  text: [['value', '', 'text']],
  phone: [['value', '', 'text']],
  double: [['value', '', 'numeric']],
  date: [['value', '', 'date']],
  monetary: [
    ['value', '', 'numeric'],
    ['currency', '_currency', 'text'],
  ],
  daterange: [
    ['value', '', 'date'],
    ['until', '_until', 'date'],
  ],
  time: [
    ['value', '', 'time'],
    ['timezone_name', '_timezone', 'text'],
  ],
  timerange: [
    ['value', '', 'time'],
    ['until', '_until', 'time'],
    ['timezone_name', '_timezone', 'text'],
  ],
  address: [['value', '', 'text'], ...ADDRESS_PARTS.map((part) => [part, `_${part}`, 'text'] as const)],
  enum: [
    ['label', '', 'text'],
    ['value', '_id', 'bigint'],
  ],
  set: [
    ['labels', '', 'text[]'],
    ['value', '_ids', 'bigint[]'],
  ],
  user: [['value', '', 'bigint']],
  org: [['value', '', 'bigint']],
  people: [['value', '', 'bigint']],
}

function labelsOf({ options, deletedOptions }: Field, ids: readonly unknown[]): string[] {
  const known = [...(options ?? []), ...deletedOptions]
  return ids.map(
    (id) => known.find((option) => asId(option.id) === asId(id))?.label ?? `no option ${asId(id)}`,
  )
}

function listed(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? value.split(',') : (value as readonly unknown[])
}

/** A record's value of one field, whichever form it is answered in; null when unset. */
function partsIn(record: Row, field: Field): Readonly<Record<string, unknown>> | null {
  const nested = record['custom_fields'] as Row | undefined
  const value: unknown = nested === undefined ? record[field.code] : nested[field.code]
  if (value === null || value === undefined) return null
  const flat = Object.entries(record).filter(([key]) => key.startsWith(`${field.code}_`))
  const parts = Object.fromEntries(flat.map(([key, part]) => [key.slice(field.code.length + 1), part]))
  if (field.type === 'enum') return { value, label: labelsOf(field, [value])[0] }
  if (field.type === 'set') return { value, labels: labelsOf(field, listed(value)) }
  return typeof value === 'object' && !Array.isArray(value) ? (value as Row) : { value, ...parts }
}

/** Whether the leftovers of a row hold the value as it was answered, in v1 the one part of it. */
function waits(record: Row, row: Held, { code }: Field, part: string): boolean {
  const nested = record['custom_fields'] as Row | undefined
  const isBeside = nested === undefined && !['value', 'label', 'labels'].includes(part)
  const key = isBeside ? `${code}_${part}` : code
  const sent = nested === undefined ? record[key] : nested[code]
  const extra = (row['_extra'] ?? {}) as Held
  return sent !== null && sent !== undefined && isDeepStrictEqual(extra[key], sent)
}

async function customColumns(
  stream: Stream,
  { company }: Emulator,
  db: TestDatabase,
  { waiting = false, leaveOut = () => false }: Comparison,
) {
  const catalogs = stream.catalogs.flatMap(({ sources }) => sources.map(({ path }) => path))
  const owners: Readonly<Record<string, FieldEntity>> = { leads: 'deals' }
  const entity = owners[stream.name] ?? (stream.name as FieldEntity)
  const fields = catalogs.length === 0 ? [] : company.catalog.custom(entity)
  const names = await db.query<{ code: string; name: string }>(
    'select field_code as code, column_name as name from pipedrive.fields where entity = $1 and removed_at is null',
    [stream.name],
  )
  const nameOf = new Map(names.map(({ code, name }) => [code, name]))
  return fields.flatMap((field) =>
    (partsOf[field.type] ?? []).map(([part, suffix, type]) => {
      const column = `${nameOf.get(field.code) ?? `no column of ${field.name}`}${suffix}`
      const answered = (record: Row): unknown => partsIn(record, field)?.[part]
      return {
        holds: (record: Row, row: Held): boolean =>
          leaveOut(entity, field, record) ||
          holds(type, answered(record), row[column] ?? null) ||
          (waiting && waits(record, row, field, part)),
        amiss: (record: Row, row: Held): string => unlike(column, answered(record), row[column]),
      }
    }),
  )
}
