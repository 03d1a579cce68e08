import type { Json, Row } from '../json.ts'
import { drawsFor, hashText, hex } from '../random.ts'
import { seededFieldLabels, seededOptionLabels } from '../seed/field-labels.ts'
import { standardFields } from './standard-fields.ts'
import { subfieldsOf } from './subfields.ts'

export const fieldEntities = [
  'deals',
  'persons',
  'organizations',
  'products',
  'activities',
  'projects',
] as const
export type FieldEntity = (typeof fieldEntities)[number]

/** The types that can be created (documentation, core-api-concepts-custom-fields). */
export const creatableTypes = [
  'varchar',
  'varchar_auto',
  'text',
  'double',
  'monetary',
  'set',
  'enum',
  'user',
  'org',
  'people',
  'phone',
  'time',
  'timerange',
  'date',
  'daterange',
  'address',
] as const
export type CreatableType = (typeof creatableTypes)[number]

export interface FieldOption {
  readonly id: Json
  readonly label: string
  readonly color?: string | null
}

export interface Field {
  /** Numeric id, which only v1 shows. */
  readonly id: number
  readonly code: string
  readonly name: string
  readonly type: string
  readonly custom: boolean
  /** The name under which the generator gives it values; null for a field added later, unset everywhere. */
  readonly seeded: string | null
  readonly optional: boolean
  readonly description: string | null
  readonly options: readonly FieldOption[] | null
  readonly deletedOptions: readonly FieldOption[]
  readonly changed: number
}

export interface Catalog {
  all(entity: FieldEntity): readonly Field[]
  custom(entity: FieldEntity): readonly Field[]
  /** Those that were dropped and have not come back, as they were. */
  gone(entity: FieldEntity): readonly Field[]
  /** Codes of the built-in fields that came after the start: every record has them, null where they are unset. */
  late(entity: FieldEntity): readonly string[]
  find(entity: FieldEntity, code: string): Field | undefined
  /** Where a field stands in the order of creation, also one that is gone. */
  placeOf(entity: FieldEntity, code: string): number | undefined
  put(entity: FieldEntity, field: Field): void
  drop(entity: FieldEntity, code: string): void
  newFieldId(): number
  newOptionId(): number
}

function seededFields(seed: number, entity: FieldEntity, count: number, start: number): Field[] {
  const firstId = 12_000 + fieldEntities.indexOf(entity) * 500
  return Array.from({ length: count }, (_, i) => {
    const type = creatableTypes[i % creatableTypes.length] as CreatableType
    const labels = seededFieldLabels[entity] ?? []
    const name = labels[i] ?? `${labels[i % labels.length] ?? type} ${Math.floor(i / labels.length) + 1}`
    const hasOptions = type === 'enum' || type === 'set'
    return {
      id: firstId + 100 + i,
      code: hex(drawsFor(seed, hashText(`field ${entity}`), i), 40),
      name,
      type,
      custom: true,
      seeded: name,
      optional: false,
      description: null,
      options: hasOptions
        ? seededOptionLabels.map((label, n) => ({ id: firstId + i * 10 + n, label }))
        : null,
      deletedOptions: [],
      changed: start,
    }
  })
}

export function createCatalog(seed: number, customFields: number, start: number): Catalog {
  const fields = new Map<FieldEntity, readonly Field[]>()
  const customOnes = new Map<FieldEntity, readonly Field[]>()
  const goneOnes = new Map<FieldEntity, readonly Field[]>()
  const lateCodes = new Map<FieldEntity, readonly string[]>()
  const places = new Map<string, number>()
  const placeKey = (entity: FieldEntity, code: string): string => `${entity} ${code}`
  const set = (entity: FieldEntity, list: readonly Field[]): void => {
    fields.set(entity, list)
    for (const { code } of list)
      if (!places.has(placeKey(entity, code))) places.set(placeKey(entity, code), places.size)
    customOnes.set(
      entity,
      list.filter((field) => field.custom),
    )
  }
  for (const entity of fieldEntities) {
    // Activities have no custom fields in the documented answers (openapi v2).
    const custom = entity === 'activities' ? [] : seededFields(seed, entity, customFields, start)
    set(entity, [...standardFields(entity, start), ...custom])
  }
  let lastFieldId = 20_000
  let lastOptionId = 50_000
  const all = (entity: FieldEntity): readonly Field[] => fields.get(entity) ?? []
  const gone = (entity: FieldEntity): readonly Field[] => goneOnes.get(entity) ?? []
  const late = (entity: FieldEntity): readonly string[] => lateCodes.get(entity) ?? []
  const without = (list: readonly Field[], code: string): Field[] => list.filter((one) => one.code !== code)
  const placeOf = (entity: FieldEntity, code: string): number | undefined =>
    places.get(placeKey(entity, code))
  return {
    all,
    gone,
    late,
    custom: (entity) => customOnes.get(entity) ?? [],
    find: (entity, code) => all(entity).find((field) => field.code === code),
    placeOf,
    put(entity, field) {
      const { code, custom } = field
      const isNew = placeOf(entity, code) === undefined
      if (isNew && !custom) lateCodes.set(entity, [...late(entity), code])
      const place = (one: Field): number => placeOf(entity, one.code) ?? Infinity
      set(
        entity,
        [...without(all(entity), code), field].toSorted((one, other) => place(one) - place(other)),
      )
      goneOnes.set(entity, without(gone(entity), code))
    },
    drop(entity, code) {
      const dropped = all(entity).filter((field) => field.code === code)
      goneOnes.set(entity, [...gone(entity), ...dropped])
      set(entity, without(all(entity), code))
    },
    newFieldId: () => ++lastFieldId,
    newOptionId: () => ++lastOptionId,
  }
}

/** A field as the v2 Fields endpoints answer it (openapi v2). */
export function fieldV2(field: Field): Row {
  return {
    field_name: field.name,
    field_code: field.code,
    ...(field.description === null ? {} : { description: field.description }),
    field_type: field.type,
    options: field.options?.map((option) => ({ ...option })) ?? null,
    subfields: subfieldsOf(field),
    is_custom_field: field.custom,
    is_optional_response_field: field.optional,
  }
}
