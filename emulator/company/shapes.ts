import { isRow, type Json, type Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import type { Catalog, Field, FieldEntity } from './catalog.ts'
import type { Collection } from './collection.ts'
import type { EntityName } from './entities.ts'

/** `undefined` when the value's option is gone and the switch says that clears it. */
function withoutDeletedOptions(field: Field, value: Json, switches: Switches): Json {
  if (switches.deletedOption === 'kept' || field.deletedOptions.length === 0) return value
  const gone = new Set(field.deletedOptions.map((option) => option.id))
  if (!Array.isArray(value)) return gone.has(value) ? null : value
  const left = (value as readonly Json[]).filter((id) => !gone.has(id))
  return left.length > 0 ? left : null
}

/** Every defined key is present, null when unset; null when no field is defined (recorded 2026-05-15). */
export function customFieldsV2(
  catalog: Catalog,
  entity: FieldEntity,
  values: Json,
  switches: Switches,
): Json {
  const fields = catalog.custom(entity)
  if (fields.length === 0) return null
  const held = isRow(values) ? values : {}
  const answer: Row = {}
  for (const field of fields)
    answer[field.code] = withoutDeletedOptions(field, held[field.code] ?? null, switches)
  return answer
}

/**
 * The v1 form: `<hash>` and `<hash>_<part>` beside the built-in keys; an enum is a string, a set comma separated
 * (documentation, core-api-concepts-custom-fields).
 */
export function customFieldsV1(fields: readonly Field[], values: Json): Row {
  const held = isRow(values) ? values : {}
  const answer: Row = {}
  for (const field of fields) {
    const value = held[field.code] ?? null
    if (value === null) continue
    Object.assign(answer, flatValue(field, value))
  }
  return answer
}

function flatValue(field: Field, value: Json): Row {
  const key = field.code
  if (field.type === 'enum') return { [key]: JSON.stringify(value) }
  if (field.type === 'set') return { [key]: (value as readonly number[]).join(',') }
  if (!isRow(value)) return { [key]: value }
  const flat: Row = { [key]: value['value'] ?? null }
  for (const [part, held] of Object.entries(value)) {
    if (part !== 'value' && part !== 'timezone_name') flat[`${key}_${part}`] = held
  }
  return flat
}

export type Collections = Readonly<Record<EntityName, Collection>>

function named(collection: Collection, id: Json | undefined, key: string): string | null {
  if (typeof id !== 'number' && typeof id !== 'string') return null
  const slot = collection.slotOf(id)
  const name = slot === undefined ? null : collection.rawAt(slot)[key]
  return typeof name === 'string' ? name : null
}

const wrapped = (key: string, name: string | null): Json => (name === null ? null : { [key]: name })

function noteAnswer(all: Collections, row: Row): Row {
  const slot = typeof row['user_id'] === 'number' ? all.users.slotOf(row['user_id']) : undefined
  const user = slot === undefined ? {} : all.users.rawAt(slot)
  return {
    ...row,
    organization: wrapped('name', named(all.organizations, row['org_id'], 'name')),
    person: wrapped('name', named(all.persons, row['person_id'], 'name')),
    deal: wrapped('title', named(all.deals, row['deal_id'], 'title')),
    lead: wrapped('title', named(all.leads, row['lead_id'], 'title')),
    user: {
      email: user['email'] ?? null,
      name: user['name'] ?? null,
      icon_url: user['icon_url'] ?? null,
      is_you: user['is_you'] ?? false,
    },
  }
}

function fileAnswer(all: Collections, row: Row): Row {
  return {
    ...row,
    deal_name: named(all.deals, row['deal_id'], 'title'),
    person_name: named(all.persons, row['person_id'], 'name'),
    org_name: named(all.organizations, row['org_id'], 'name'),
  }
}

/** How each kind of held record becomes the record the API answers. */
export function projections(
  catalog: Catalog,
  switches: Switches,
  all: () => Collections,
): Readonly<Record<EntityName, (row: Row) => Row>> {
  const same = (row: Row): Row => row
  const withCustom = (entity: FieldEntity) => (row: Row) => ({
    ...row,
    custom_fields: customFieldsV2(catalog, entity, row['custom_fields'] ?? null, switches),
  })
  const deal = withCustom('deals')
  return {
    users: same,
    pipelines: same,
    stages: same,
    activities: same,
    organizations: withCustom('organizations'),
    persons: withCustom('persons'),
    products: withCustom('products'),
    deals: (row) =>
      row['is_deleted'] === true && switches.deletedDealStatus === 'deleted'
        ? { ...deal(row), status: 'deleted' }
        : deal(row),
    notes: (row) => noteAnswer(all(), row),
    files: (row) => fileAnswer(all(), row),
    leads: ({ custom_fields: values, ...row }) => ({
      ...row,
      ...customFieldsV1(catalog.custom('deals'), values ?? null),
    }),
  }
}
