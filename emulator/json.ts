export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One record or part of one, in the shape the API answers it. */
export type Row = Record<string, Json>

export type Id = number | string

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
