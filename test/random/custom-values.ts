import type { Field, FieldEntity } from '../../emulator/company/catalog.ts'
import type { Company, EntityName, Json, Row } from '../../emulator/index.ts'
import { oneOf, percent, type Draw } from '../support/random.ts'

function optionOf(draw: Draw, { options }: Field): Json {
  return options === null || options.length === 0 ? null : oneOf(draw, options).id
}

/** What a field of each type is given, as the company holds it. */
const values: Readonly<Record<string, (draw: Draw, text: string, field: Field) => Json>> = {
  varchar: (_draw, text) => text,
  text: (_draw, text) => `${text}\n"quoted"\t\\`,
  double: (draw) => draw(100_000) / 100,
  date: (draw) => `2026-0${1 + draw(9)}-1${draw(10)}`,
  monetary: (draw) => ({ value: draw(1000), currency: oneOf(draw, ['EUR', 'USD']) }),
  enum: (draw, _text, field) => optionOf(draw, field),
  set: (draw, _text, field) => {
    const option = optionOf(draw, field)
    return option === null ? null : [option]
  },
}

/** New values of some of a kind's own fields. */
export function customPatch(company: Company, draw: Draw, name: EntityName, text: string): Row {
  const patch: Row = {}
  for (const field of company.catalog.custom(name as FieldEntity)) {
    const value = values[field.type]
    if (value === undefined || !percent(draw, 15)) continue
    patch[field.code] = percent(draw, 25) ? null : value(draw, text, field)
  }
  return Object.keys(patch).length === 0 ? {} : { custom_fields: patch }
}
