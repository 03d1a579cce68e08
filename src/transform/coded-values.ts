import { UNFIT, decoderOf, type Cell } from './cells.ts'

/** Cells of the field's columns, in their order, and whether the whole value found its place in them. */
export interface DecodedField {
  readonly cells: readonly Cell[]
  readonly complete: boolean
}

export type DecodeField = (value: unknown) => DecodedField

/** Option id -> current (or, for a removed option, last) label. */
export type Options = ReadonlyMap<string, string>

type Members = Readonly<Record<string, unknown>>

const NOTHING: Members = {}
const decodeId = decoderOf('bigint')
const decodeIds = decoderOf('bigint[]')

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An id, and what is said besides it. It comes bare; as `{type, id}` from webhooks; as `{id, label}` where labels are
 * asked for (openapi v2, `include_option_labels`); or in the record it refers to, as `id` or `value` (openapi v1).
 */
function open(value: unknown): readonly [id: unknown, besides: Members] {
  if (!isObject(value)) return [value, NOTHING]
  const { type: _type, id, value: again = id, ...besides } = value
  const isOneId = id === undefined || id === again
  return [id ?? again, isOneId ? besides : { ...besides, value: again }]
}

/** Whether nothing is said but the label that is known. */
function saysNoMore(besides: Members, label: string | undefined): boolean {
  return Object.entries(besides).every(([key, value]) => key === 'label' && value === label)
}

function isNothing(value: unknown): boolean {
  return value === null || value === ''
}

/** v2 sends the option's id as a number, v1 as a string. */
export function decodeOption(options: Options): DecodeField {
  return (value) => {
    const [said, besides] = open(value)
    if (isNothing(said)) return { cells: [null, null], complete: saysNoMore(besides, undefined) }
    const id = decodeId(said)
    if (id === UNFIT) return { cells: [null, null], complete: false }
    const label = options.get(String(id))
    return { cells: [label ?? null, id], complete: label !== undefined && saysNoMore(besides, label) }
  }
}

/** `{type, values}` is how webhooks send a list. */
function listIn(value: unknown): unknown {
  if (!isObject(value)) return value
  const { type: _type, values, ...besides } = value
  return saysNoMore(besides, undefined) ? values : value
}

interface Ids {
  /** null where there is no list. */
  readonly ids: readonly (string | number)[] | null
  /** What is said besides each. */
  readonly besides: readonly Members[]
}

/** v2 sends `[1,2]`, v1 `"1,2"`; each id may come in an object. */
function openAll(value: unknown): Ids | typeof UNFIT {
  const list = listIn(value)
  if (isNothing(list)) return { ids: null, besides: [] }
  const opened = Array.isArray(list) ? list.map(open) : []
  const ids = decodeIds(Array.isArray(list) ? opened.map(([id]) => id) : list)
  return Array.isArray(ids) ? { ids, besides: opened.map(([, besides]) => besides) } : UNFIT
}

/** The labels that are known of the ids, and the ids. */
export function decodeOptions(options: Options): DecodeField {
  return (value) => {
    const opened = openAll(value)
    if (opened === UNFIT) return { cells: [null, null], complete: false }
    const { ids, besides } = opened
    if (ids === null) return { cells: [null, null], complete: true }
    const labels = ids.map((id) => options.get(String(id)))
    const known = labels.filter((label) => label !== undefined)
    const isWhole = besides.every((each, index) => saysNoMore(each, labels[index]))
    return { cells: [known, ids], complete: isWhole && known.length === ids.length }
  }
}

/** A list of ids without labels. */
export function decodeReferences(value: unknown): DecodedField {
  const opened = openAll(value)
  if (opened === UNFIT) return { cells: [null], complete: false }
  const { ids, besides } = opened
  return { cells: [ids], complete: besides.every((each) => saysNoMore(each, undefined)) }
}

/** v2 sends the id; the record around it that v1 may send is more than the column holds. */
export function decodeReference(type: 'bigint' | 'uuid'): DecodeField {
  const decode = decoderOf(type)
  return (value) => {
    const [said, besides] = open(value)
    const id = isNothing(said) ? null : decode(said)
    return id === UNFIT
      ? { cells: [null], complete: false }
      : { cells: [id], complete: saysNoMore(besides, undefined) }
  }
}
