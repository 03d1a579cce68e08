import type { Json } from '../json.ts'

export const addressParts: Readonly<Record<string, string>> = {
  street_number: 'House number',
  route: 'Street/road name',
  subpremise: 'Apartment/suite',
  sublocality: 'District',
  locality: 'City/town/village/locality',
  admin_area_level_1: 'State/county',
  admin_area_level_2: 'Region',
  country: 'Country',
  postal_code: 'ZIP/Postal code',
  formatted_address: 'Full/combined address',
}

const zone = { timezone_id: ['Timezone', 'int'] } as const

/** Parts of a composite value: [what, type] by v2 key; the v1 key of a part is `<field>_<key>` (openapi v1, v2). */
export const subfieldParts: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  monetary: { currency: ['Currency', 'varchar'] },
  time: zone,
  timerange: { until: ['End time', 'time'], ...zone },
  daterange: { until: ['End date', 'date'] },
  address: Object.fromEntries(
    Object.entries(addressParts).map(([key, what]) => [key, [what, 'varchar']] as const),
  ),
}

const valueParts: Readonly<Record<string, readonly [string, string]>> = {
  monetary: ['Amount', 'double'],
  time: ['Start time', 'time'],
  timerange: ['Start time', 'time'],
  daterange: ['Start date', 'date'],
  address: ['Address value', 'varchar'],
}

export function subfieldsOf(field: { readonly name: string; readonly type: string }): Json {
  const value = valueParts[field.type]
  if (!value) return null
  return Object.entries({ value, ...subfieldParts[field.type] }).map(([key, [what, type]]) => ({
    field_code: key,
    field_name: `${what} of ${field.name}`,
    field_type: type,
  }))
}
