import type { Field, FieldEntity, FieldOption } from '../company/catalog.ts'
import type { Source } from '../company/collection.ts'
import type { Json, Row } from '../json.ts'
import { below, drawsFor, firstDraw, hashText, pick, type Draw } from '../random.ts'
import { DAY, day } from '../time.ts'
import { seededOptionLabels } from './field-labels.ts'
import { currencies, noteTexts, phrases, places, timezones } from './words.ts'
import { userOf, type World } from './world.ts'

type Make = (draw: Draw, world: World, field: Field) => Json

/** A quarter of an hour of the day. */
const QUARTERS = 24 * 4
const quarter = (n: number): string =>
  `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}:00`

/** In the smallest coin of the currency; the yen has none. */
export const amount = (value: number, currency: string): number =>
  currency === 'JPY' ? Math.round(value) : Math.round(value * 100) / 100

const someDay = (draw: Draw, world: World): number => world.start - below(draw, 1500) * DAY + 400 * DAY
const someId = (draw: Draw, count: number): Json => (count === 0 ? null : 1 + below(draw, count))

/** The options that a field was made with, whatever has become of them. */
function firstOptions({ options, deletedOptions }: Field): readonly FieldOption[] {
  const byId = new Map([...(options ?? []), ...deletedOptions].map((option) => [Number(option.id), option]))
  return [...byId.keys()]
    .toSorted((one, other) => one - other)
    .slice(0, seededOptionLabels.length)
    .flatMap((id) => byId.get(id) ?? [])
}

const optionId = (draw: Draw, field: Field): Json => pick(draw, firstOptions(field)).id

function zone(draw: Draw): Row {
  const [id, name] = pick(draw, timezones)
  return { timezone_id: id, timezone_name: name }
}

export function address(draw: Draw): Row {
  const place = pick(draw, places)
  const house = String(1 + below(draw, 180))
  const value = `${place.street} ${house}, ${place.postal} ${place.city}, ${place.country}`
  return {
    value,
    country: place.country,
    admin_area_level_1: place.region,
    admin_area_level_2: '',
    locality: place.city,
    sublocality: '',
    route: place.street,
    street_number: house,
    subpremise: '',
    postal_code: place.postal,
  }
}

function optionSet(draw: Draw, field: Field): Json {
  const chosen = firstOptions(field)
    .filter(() => draw() < 0.35)
    .map((option) => option.id)
  return chosen.length > 0 ? chosen : [optionId(draw, field)]
}

/** Values in the v2 shape of each type (documentation, v2 migration guide). */
const makers: Readonly<Record<string, Make>> = {
  varchar: (draw) => pick(draw, phrases),
  varchar_auto: (draw) => pick(draw, phrases),
  text: (draw) => `${pick(draw, phrases)}\n${pick(draw, noteTexts)}`,
  double: (draw, _world, field) =>
    field.seeded?.endsWith('%') === true
      ? below(draw, 201) / 2
      : Math.round(draw() * 1e7) / 10 ** below(draw, 6),
  monetary: (draw) => {
    const currency = pick(draw, currencies)
    return { value: amount(draw() * 50_000, currency), currency }
  },
  set: (draw, _world, field) => optionSet(draw, field),
  enum: (draw, _world, field) => optionId(draw, field),
  user: (draw, world) => userOf(world, below(draw, world.size.users)),
  org: (draw, world) => someId(draw, world.size.organizations),
  people: (draw, world) => someId(draw, world.size.persons),
  phone: (draw) => `+372 ${5_000_000 + below(draw, 999_999)}`,
  time: (draw) => ({ value: quarter(below(draw, QUARTERS)), ...zone(draw) }),
  timerange: (draw) => {
    const from = below(draw, QUARTERS - 1)
    const until = from + 1 + below(draw, QUARTERS - 1 - from)
    return { value: quarter(from), until: quarter(until), ...zone(draw) }
  },
  date: (draw, world) => day(someDay(draw, world)),
  daterange: (draw, world) => {
    const from = someDay(draw, world)
    return { value: day(from), until: day(from + below(draw, 400) * DAY) }
  },
  address: (draw) => {
    const parts = address(draw)
    return { ...parts, formatted_address: parts['value'] ?? null }
  },
}

const SHARE_SET = 0.4

/** What one record holds in one field, null when unset; it depends on the field and the record alone. */
export function customValue(world: World, field: Field, n: number): Json {
  if (field.seeded === null) return null
  const purpose = purposeOf(field.code)
  if (firstDraw(world.seed, purpose, n) >= SHARE_SET) return null
  const draw = drawsFor(world.seed, purpose, n)
  draw()
  return makers[field.type]?.(draw, world, field) ?? null
}

const purposes = new Map<string, number>()

function purposeOf(code: string): number {
  const known = purposes.get(code) ?? hashText(code)
  purposes.set(code, known)
  return known
}

/** Custom fields of records that come from the generator; `key` is the number their values are drawn from. */
export const seededCustom = (
  world: World,
  entity: FieldEntity,
  key: (n: number) => number = (n) => n,
): NonNullable<Source['custom']> => ({
  // A record keeps its values in a field that is gone: they are there again when it comes back.
  fields: () => [...world.catalog.custom(entity), ...world.catalog.gone(entity)],
  value: (field, n) => customValue(world, field, key(n)),
})
