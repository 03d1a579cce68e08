import type { ColumnSpecs } from './stream.ts'

/** The ten parts of an address, in the API's own names (openapi v2). */
export const ADDRESS_PARTS = [
  'subpremise',
  'street_number',
  'route',
  'sublocality',
  'locality',
  'admin_area_level_1',
  'admin_area_level_2',
  'country',
  'postal_code',
  'formatted_address',
] as const

/** `x text` for the whole address and `x_<part> text` for its parts. */
export function addressColumns(name: string): ColumnSpecs {
  const parts = ADDRESS_PARTS.map((part) => [`${name}_${part}`, { type: 'text', from: `${name}.${part}` }])
  return { [name]: { type: 'text', from: `${name}.value` }, ...Object.fromEntries(parts) } as ColumnSpecs
}
