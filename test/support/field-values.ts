import type { Field } from '../../emulator/company/catalog.ts'
import type { Company, EntityName, Json, Row } from '../../emulator/index.ts'
import { oneOf, type Draw } from './random.ts'

type Value = (draw: Draw, field: Field, company: Company) => Json

const ZONE = { timezone_id: 1, timezone_name: 'Europe/Tallinn' } as const

function optionOf(draw: Draw, { options }: Field): Json {
  return options === null || options.length === 0 ? null : oneOf(draw, options).id
}

function idOf(draw: Draw, company: Company, name: EntityName): Json {
  const ids = company.list(name).flatMap((row) => (row['is_deleted'] === true ? [] : (row['id'] ?? [])))
  return oneOf(draw, ids)
}

const line: Value = (draw) => `text ${draw(1000)}`
const hour = (draw: Draw): string => `1${draw(10)}:30:00`
const day = (draw: Draw): string => `2026-0${1 + draw(9)}-1${draw(10)}`

/** A value of each type that a person can make a field of, in the form of v2. */
const values: Readonly<Record<string, Value>> = {
  varchar: line,
  varchar_auto: line,
  text: (draw) => `lines\n"${draw(1000)}"\t\\`,
  phone: (draw) => `+372 5${draw(1_000_000)}`,
  double: (draw) => draw(100_000) / 100,
  monetary: (draw) => ({ value: draw(1000), currency: oneOf(draw, ['EUR', 'USD']) }),
  enum: optionOf,
  set: (draw, field) => {
    const option = optionOf(draw, field)
    return option === null ? null : [option]
  },
  user: (draw, _, company) => idOf(draw, company, 'users'),
  org: (draw, _, company) => idOf(draw, company, 'organizations'),
  people: (draw, _, company) => idOf(draw, company, 'persons'),
  date: day,
  daterange: (draw) => ({ value: day(draw), until: `2027-02-1${draw(10)}` }),
  time: (draw) => ({ value: hour(draw), ...ZONE }),
  timerange: (draw) => ({ value: hour(draw), until: `2${draw(4)}:15:00`, ...ZONE }),
  address: (draw) => ({
    ...{ value: `Pikk ${draw(90)}, Tallinn`, route: 'Pikk', locality: 'Tallinn', country: 'Estonia' },
    ...{ street_number: String(draw(90)), postal_code: `10${draw(1000)}` },
  }),
}

export const TYPES = Object.keys(values)

/** A value that Pipedrive takes for the field, in the form of v2. */
export function valueFor(draw: Draw, field: Field, company: Company): Json {
  return values[field.type]?.(draw, field, company) ?? null
}

/** The same as v1 takes it: the parts of a value stand beside it, and the name of a time zone follows its id. */
export function asFlat({ code }: Field, value: Json): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [code]: value }
  const parts = Object.entries(value as Row).filter(([part]) => part !== 'timezone_name')
  return Object.fromEntries(parts.map(([part, held]) => [part === 'value' ? code : `${code}_${part}`, held]))
}
