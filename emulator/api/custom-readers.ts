import type { CreatableType, Field } from '../company/catalog.ts'
import { addressParts } from '../company/subfields.ts'
import type { Json, Row } from '../json.ts'
import { timezones } from '../seed/words.ts'
import {
  clockText,
  currency,
  dayText,
  filledListOf,
  integer,
  link,
  number,
  oneOf,
  orNull,
  partsOf,
  shortText,
  text,
  type Reader,
} from './readers.ts'

const each = <T>(parts: object, value: T): Record<string, T> =>
  Object.fromEntries(Object.keys(parts).map((part) => [part, value]))

const addressOf = (parts: object): Reader =>
  partsOf({ value: text, ...each(parts, orNull(text)) }, each(parts, ''))

const { formatted_address: _, ...recordParts } = addressParts

/** Of a record; only addresses of custom fields have a `formatted_address` (openapi v2). */
export const address = addressOf(recordParts)

const zone = { timezone_id: orNull(integer), timezone_name: orNull(text) }
const noZone = { timezone_id: null, timezone_name: null }

/** The name of a time zone follows its id. */
const zoned =
  (parts: Readonly<Record<string, Reader>>): Reader =>
  (value, company) => {
    const read = partsOf({ ...parts, ...zone }, noZone)(value, company) as Row | undefined
    const [, name] = timezones.find(([id]) => id === read?.['timezone_id']) ?? []
    return read && name !== undefined ? { ...read, timezone_name: name } : read
  }

const optionOf = ({ options }: Field): Reader => oneOf((options ?? []).map(({ id }): Json => id))

/** Values in the v2 form of each type (documentation, v2 migration guide); `[]` is no value of a set. */
const readers: Readonly<Record<CreatableType, (field: Field) => Reader>> = {
  varchar: () => shortText,
  varchar_auto: () => shortText,
  text: () => text,
  phone: () => shortText,
  double: () => number,
  monetary: () => partsOf({ value: number, currency }, { currency: 'EUR' }),
  enum: optionOf,
  set: (field) => filledListOf(optionOf(field)),
  user: () => link('users'),
  org: () => link('organizations'),
  people: () => link('persons'),
  date: () => dayText,
  daterange: () => partsOf({ value: dayText, until: dayText }),
  time: () => zoned({ value: clockText }),
  timerange: () => zoned({ value: clockText, until: clockText }),
  address: () => addressOf(addressParts),
}

export const customReader = (field: Field): Reader => orNull(readers[field.type as CreatableType](field))
