import type { Company } from '../company/company.ts'
import { isDeleted, type EntityName } from '../company/entities.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { parseTime, timeForms, type TimeForm } from '../time.ts'

/** Makes of a value in a body what is held of it; `undefined` when it is no such value. */
export type Reader = (value: Json, company: Company) => Json | undefined

export type Readers = Readonly<Record<string, Reader>>

const when =
  (passes: (value: Json) => boolean): Reader =>
  (value) =>
    passes(value) ? value : undefined

export const text = when((value) => typeof value === 'string')
export const shortText = when((value) => typeof value === 'string' && value.length <= 255)
export const filled = when((value) => typeof value === 'string' && value.trim() !== '')
export const number = when(Number.isFinite)
export const integer = when(Number.isSafeInteger)
export const percent = when((value) => typeof value === 'number' && value >= 0 && value <= 100)
export const flag = when((value) => typeof value === 'boolean')
export const currency = when((value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value))

export const oneOf = (allowed: readonly Json[]): Reader => when((value) => allowed.includes(value))

/** v1 writes some flags as 0 and 1 (openapi v1). */
export const binary: Reader = (value) =>
  value === 0 || value === 1 ? value === 1 : typeof value === 'boolean' ? value : undefined

export const orNull =
  (read: Reader): Reader =>
  (value, company) =>
    value === null ? null : read(value, company)

const known = (value: Json | undefined): value is Json => value !== undefined

export const listOf =
  (read: Reader): Reader =>
  (value, company) => {
    if (!Array.isArray(value)) return undefined
    const made = (value as readonly Json[]).map((one) => read(one, company)).filter(known)
    return made.length === value.length ? made : undefined
  }

export const filledListOf = (read: Reader): Reader => {
  const list = listOf(read)
  return (value, company) => (Array.isArray(value) && value.length > 0 ? list(value, company) : undefined)
}

/** An object of these parts and no other; a part is required unless it has a default. */
export const partsOf =
  (parts: Readers, defaults: Row = {}): Reader =>
  (value, company) => {
    if (!isRow(value)) return undefined
    const made: Row = { ...defaults }
    for (const [key, given] of Object.entries(value)) {
      const part = Object.hasOwn(parts, key) ? parts[key]?.(given, company) : undefined
      if (part === undefined) return undefined
      made[key] = part
    }
    return Object.keys(parts).every((key) => Object.hasOwn(made, key)) ? made : undefined
  }

/** A time in any of Pipedrive's forms, held in the form of the record it belongs to. */
export const moment =
  (form: TimeForm): Reader =>
  (value) => {
    const ms = typeof value === 'string' ? parseTime(value) : NaN
    return Number.isNaN(ms) ? undefined : timeForms[form](ms)
  }

export const dayText = when(
  (value) => typeof value === 'string' && value.length === 10 && !Number.isNaN(parseTime(value)),
)

/** `HH:MM` or `HH:MM:SS`, held with its seconds. */
export const clockText: Reader = (value) => {
  if (typeof value !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(value)) return undefined
  return value.length === 5 ? `${value}:00` : value
}

/** The id of a record that is there. */
export const link =
  (name: EntityName): Reader =>
  (id, { collections }) => {
    const slot = typeof id === 'number' || typeof id === 'string' ? collections[name].slotOf(id) : undefined
    return slot === undefined || isDeleted(collections[name].coreAt(slot)) ? undefined : id
  }
