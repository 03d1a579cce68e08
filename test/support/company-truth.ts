import { optionalValue } from '../../emulator/api/optional-fields.ts'
import type { Emulator, EntityName, Json, Row } from '../../emulator/index.ts'
import { isTold, mergeRecords } from './merge-truth.ts'
import { TOKEN_USER } from '../../src/streams/as-user.ts'
import type { ColumnSpecs, Parents, Stream } from '../../src/streams/stream.ts'

export function at(record: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => (value as Row | null | undefined)?.[step], record)
}

export function placeOf(name: string, spec: ColumnSpecs[string]): string {
  return typeof spec === 'string' ? name : (spec.from ?? name)
}

/** An option's id is a number in v2 and a text in v1. */
export function asId(id: unknown): string {
  return typeof id === 'string' ? id : JSON.stringify(id)
}

function column({ columns }: Stream, record: Row, name: string): unknown {
  return at(record, placeOf(name, columns[name] ?? 'bigint'))
}

/** A part of a key as text; a time in the one form that both sides can be brought to. */
function keyPart({ columns }: Stream, name: string, value: unknown): string {
  if (columns[name] !== 'timestamptz') return asId(value)
  const text = asId(value)
  return new Date(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`).toISOString()
}

/** A record's key as one text, from its answer. */
export function keyOf(stream: Stream, record: Row): string {
  return stream.key.map((name) => keyPart(stream, name, column(stream, record, name))).join(' ')
}

/** The same from its row, as JSON has it. */
export function rowKey(stream: Stream, row: Readonly<Record<string, unknown>>): string {
  return stream.key.map((name) => keyPart(stream, name, row[name])).join(' ')
}

export function isFlagged({ deletedWhen }: Stream, record: Row): boolean {
  if (deletedWhen === undefined) return false
  const said = record[deletedWhen.field]
  if (typeof deletedWhen.is === 'string') return said === deletedWhen.is
  return said !== undefined && (said === 'false' ? false : Boolean(said)) === deletedWhen.is
}

/** Whose child a record is; undefined where Pipedrive has that one no more. */
function parentsOf(
  stream: Stream,
  { company }: Emulator,
  record: Row,
): readonly { readonly parents: Parents; readonly parent: Row | undefined }[] {
  const partition = stream.partitions.find(({ adds = {} }) =>
    Object.entries(adds).every(([name, value]) => record[name] === value),
  )
  const { parents } = partition ?? {}
  if (parents === undefined) return []
  return parents.columns.map((name) => {
    const id = column(stream, record, name) as number | string
    return { parents, parent: company.get(parents.of.name as EntityName, id) }
  })
}

/** Whether a record is deleted, itself or with every one of its parents. */
export function isGone(stream: Stream, emulator: Emulator, record: Row): boolean {
  if (isFlagged(stream, record)) return true
  const found = parentsOf(stream, emulator, record)
  return (
    found.length > 0 &&
    found.every(({ parents, parent }) => parent === undefined || isFlagged(parents.of, parent))
  )
}

function counts({ of, counter }: Parents, { company }: Emulator, parent: Row): boolean {
  if (counter === undefined) return true
  return Number(optionalValue(company, of.name as EntityName, parent, counter.column)) > counter.none
}

/**
 * Whether a record has to be in the warehouse: those of a parent whose counter says that it has none need not, nor what is
 * told for some time only.
 */
export function isWanted(stream: Stream, emulator: Emulator, record: Row): boolean {
  if (stream.lasting === true) return isTold(emulator, record)
  const found = parentsOf(stream, emulator, record)
  return (
    found.length === 0 ||
    found.some(({ parents, parent }) => parent === undefined || counts(parents, emulator, parent))
  )
}

/** The kind of record that the company holds a stream's records as. */
export function entityOf({ name }: Stream): EntityName {
  return name === 'deal_mail_messages' ? 'mail_messages' : (name as EntityName)
}

/** What a record is given on its way: whose it is, and what it was asked for with. */
function given(stream: Stream, { company }: Emulator, record: Row): Row {
  const [partition] = stream.partitions
  const { parents } = partition ?? {}
  const me = company.list('users').find((user) => user['is_you'] === true)?.['id'] ?? null
  const added = Object.entries(partition?.adds ?? {}).filter(([, value]) => value === TOKEN_USER)
  const parent =
    parents === undefined ? undefined : parentsOf(stream, { company } as Emulator, record)[0]?.parent
  const params = Object.entries(parents?.params ?? {}).map(([name, from]): [string, Json] => {
    const value = parents === undefined || parent === undefined ? null : column(parents.of, parent, from)
    return [name.replace('.', '_'), (value ?? new Date().toISOString().slice(0, 10)) as Json]
  })
  return { ...Object.fromEntries(added.map(([name]) => [name, me])), ...Object.fromEntries(params) }
}

/** The company's records of a stream with their places in its list, numbered and completed as the stream has them. */
export function recordsOf(stream: Stream, emulator: Emulator): readonly Row[] {
  if (stream.lasting === true) return mergeRecords(emulator)
  return placedRecords(stream, emulator).map(({ record }) => record)
}

export function placedRecords(
  stream: Stream,
  emulator: Emulator,
): readonly { readonly record: Row; readonly id: number | string }[] {
  const held = emulator.company.collections[entityOf(stream)]
  const counted = new Map<string, number>()
  const [parent = ''] = stream.key
  const numbered = (record: Row): Row => {
    if (stream.numbered === undefined) return record
    const group = JSON.stringify([parent, ...stream.numbered].map((name) => record[name]))
    const position = counted.get(group) ?? 0
    counted.set(group, position + 1)
    return { ...record, position }
  }
  return [...held.slots()]
    .map((slot) => ({ record: held.rowAt(slot), id: held.idAt(slot) }))
    .map(({ record, id }) => ({ record: numbered({ ...record, ...given(stream, emulator, record) }), id }))
    .filter(({ record }) => stream.key.every((name) => (column(stream, record, name) ?? null) !== null))
}
