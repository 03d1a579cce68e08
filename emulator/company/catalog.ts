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
  return {
    all,
    custom: (entity) => customOnes.get(entity) ?? [],
    find: (entity, code) => all(entity).find((field) => field.code === code),
    placeOf: (entity, code) => places.get(placeKey(entity, code)),
    put(entity, field) {
      const list = [...all(entity)]
      const at = list.findIndex((known) => known.code === field.code)
      list[at < 0 ? list.length : at] = field
      set(entity, list)
    },
    drop(entity, code) {
      set(
        entity,
        all(entity).filter((field) => field.code !== code),
      )
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
