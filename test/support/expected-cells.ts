import { isDeepStrictEqual } from 'node:util'
import type { ColumnType } from '../../src/streams/stream.ts'

/** What Pipedrive answers and what the warehouse holds of it; written without the decoders that it checks. */
type Same = (answered: unknown, held: unknown) => boolean

const NOTHING = new Set<unknown>([null, undefined, '', '0000-00-00 00:00:00'])

function asText(value: unknown): string {
  return typeof value === 'string'
    ? value.toWellFormed().replaceAll('\u0000', '\ufffd')
    : JSON.stringify(value)
}

function moment(value: unknown): number {
  const text = asText(value)
  return Date.parse(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`)
}

function seconds(value: unknown): number {
  const [hours = 0, minutes = 0, rest = 0] = asText(value).split(':').map(Number)
  return (hours * 60 + minutes) * 60 + rest
}

function listOf(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? value.split(',') : Array.isArray(value) ? (value as unknown[]) : [value]
}

const number: Same = (answered, held) => Number(answered) === Number(held)
const list: Same = (answered, held) =>
  isDeepStrictEqual(listOf(answered).map(asText), listOf(held).map(asText))
const truth = (value: unknown): boolean => value === true || Number(value) === 1 || value === 'true'

const sameOf: Readonly<Record<ColumnType, Same>> = {
  bigint: number,
  numeric: number,
  boolean: (answered, held) => truth(answered) === held,
  text: (answered, held) => asText(answered) === held,
  timestamptz: (answered, held) => moment(answered) === moment(held),
  date: (answered, held) => answered === held,
  time: (answered, held) => seconds(answered) === seconds(held),
  interval: (answered, held) => seconds(answered) === seconds(held),
  uuid: (answered, held) => asText(answered).toLowerCase() === held,
  jsonb: isDeepStrictEqual,
  'text[]': list,
  'bigint[]': list,
  'uuid[]': list,
}

/** Whether a cell holds what was answered; an empty text is nothing in every column but a text. */
export function holds(type: ColumnType, answered: unknown, held: unknown): boolean {
  if (answered === null || answered === undefined) return held === null
  if (type !== 'text' && NOTHING.has(answered)) return held === null
  return held !== null && sameOf[type](answered, held)
}
