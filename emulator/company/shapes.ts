import { isRow, type Json, type Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import type { Catalog, Field, FieldEntity } from './catalog.ts'
import type { Collection, Held, Shape } from './collection.ts'
import { childAnswers } from './child-shapes.ts'
import { entityNames, type EntityName } from './entities.ts'
import { named } from './links.ts'
import { parentAnswers } from './shapes-of-parents.ts'

/** `undefined` when the value's option is gone and the switch says that clears it. */
function withoutDeletedOptions(field: Field, value: Json, switches: Switches): Json {
  if (switches.deletedOption === 'kept' || field.deletedOptions.length === 0) return value
  const gone = new Set(field.deletedOptions.map((option) => option.id))
  if (!Array.isArray(value)) return gone.has(value) ? null : value
  const left = (value as readonly Json[]).filter((id) => !gone.has(id))
  return left.length > 0 ? left : null
}

type ValueOf = (field: Field) => Json

/** Every defined key is present, null when unset; null when no field is defined (recorded 2026-05-15). */
function customFieldsV2(fields: readonly Field[], valueOf: ValueOf): Json {
  return fields.length === 0 ? null : Object.fromEntries(fields.map((field) => [field.code, valueOf(field)]))
}

const keyTexts = new WeakMap<readonly Field[], readonly string[]>()

function keysOf(fields: readonly Field[]): readonly string[] {
  const known = keyTexts.get(fields)
  if (known) return known
  const made = fields.map(({ code }, i) => `${i === 0 ? '' : ','}"${code}":`)
  keyTexts.set(fields, made)
  return made
}

function customTextV2(fields: readonly Field[], valueOf: ValueOf): string {
  if (fields.length === 0) return 'null'
  const keys = keysOf(fields)
  let text = '{'
  for (let i = 0; i < fields.length; i++) {
    const value = valueOf(fields[i] as Field)
    text += keys[i] + (value === null ? 'null' : JSON.stringify(value))
  }
  return `${text}}`
}

/**
 * The v1 form: `<hash>` and `<hash>_<part>` beside the built-in keys; an enum is a string, a set comma separated
 * (documentation, core-api-concepts-custom-fields).
 */
export function customFieldsV1(fields: readonly Field[], valueOf: ValueOf): Row {
  const answer: Row = {}
  for (const field of fields) {
    const value = valueOf(field)
    if (value !== null) Object.assign(answer, flatValue(field, value))
  }
  return answer
}

function flatValue(field: Field, value: Json): Row {
  const key = field.code
  if (field.type === 'enum') return { [key]: JSON.stringify(value) }
  if (field.type === 'set' && Array.isArray(value)) return { [key]: value.join(',') }
  if (!isRow(value)) return { [key]: value }
  const flat: Row = { [key]: value['value'] ?? null }
  for (const [part, held] of Object.entries(value)) {
    if (part !== 'value' && part !== 'timezone_name') flat[`${key}_${part}`] = held
  }
  return flat
}

export type Collections = Readonly<Record<EntityName, Collection>>

const wrapped = (key: string, name: string | null): Json => (name === null ? null : { [key]: name })

function noteAnswer(row: Row, all: Collections): Row {
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

function fileAnswer(row: Row, all: Collections): Row {
  return {
    ...row,
    deal_name: named(all.deals, row['deal_id'], 'title'),
    person_name: named(all.persons, row['person_id'], 'name'),
    org_name: named(all.organizations, row['org_id'], 'name'),
  }
}

const plain =
  (rowOf: (row: Row) => Row): Shape =>
  ({ rawAt }) => {
    const rowAt = (slot: number): Row => rowOf(rawAt(slot))
    return { rowAt, textAt: (slot) => JSON.stringify(rowAt(slot)) }
  }

/** Built-in keys that Pipedrive has added to its records since the start. */
function withLate(codes: readonly string[], row: Row): Row {
  return codes.length === 0 ? row : { ...Object.fromEntries(codes.map((code) => [code, null])), ...row }
}

function bare(core: Row): Row {
  if (!('custom_fields' in core)) return core
  const { custom_fields: _, ...rest } = core
  return rest
}

/** A deleted project says so by its status alone (openapi v2, `status`). */
function projectCore(core: Row): Row {
  const { is_archived: _, is_deleted: deleted, ...row } = bare(core)
  return deleted === true ? { ...row, status: 'deleted' } : row
}

/** Of the kinds whose answers say something of other records. */
const answers: Readonly<Partial<Record<EntityName, (row: Row, all: Collections) => Row>>> = {
  ...childAnswers,
  ...parentAnswers,
  notes: noteAnswer,
  files: fileAnswer,
}

/** How each kind of held record becomes the record the API answers. */
export function shapesOf(
  catalog: Catalog,
  switches: Switches,
  all: () => Collections,
): Readonly<Record<EntityName, Shape>> {
  const valueAt =
    ({ customAt }: Held, slot: number): ValueOf =>
    (field) =>
      withoutDeletedOptions(field, customAt(slot, field), switches)

  const withCustom =
    (entity: FieldEntity, coreOf: (core: Row) => Row = bare): Shape =>
    (held) => {
      const native = (slot: number): Row => withLate(catalog.late(entity), coreOf(held.coreAt(slot)))
      return {
        rowAt: (slot) => ({
          ...native(slot),
          custom_fields: customFieldsV2(catalog.custom(entity), valueAt(held, slot)),
        }),
        textAt(slot) {
          const custom = customTextV2(catalog.custom(entity), valueAt(held, slot))
          return `${JSON.stringify(native(slot)).slice(0, -1)},"custom_fields":${custom}}`
        },
      }
    }

  const dealCore = (core: Row): Row =>
    core['is_deleted'] === true && switches.deletedDealStatus === 'deleted'
      ? { ...bare(core), status: 'deleted' }
      : bare(core)

  const leads: Shape = (held) => {
    const rowAt = (slot: number): Row => ({
      ...bare(held.coreAt(slot)),
      ...customFieldsV1(catalog.custom('deals'), valueAt(held, slot)),
    })
    return { rowAt, textAt: (slot) => JSON.stringify(rowAt(slot)) }
  }

  const same = plain((row) => row)
  const told = (name: EntityName): Shape => {
    const answer = answers[name]
    return answer ? plain((row) => answer(row, all())) : same
  }
  return {
    ...(Object.fromEntries(entityNames.map((name) => [name, told(name)])) as Record<EntityName, Shape>),
    organizations: withCustom('organizations'),
    persons: withCustom('persons'),
    products: withCustom('products'),
    deals: withCustom('deals', dealCore),
    leads,
    projects: withCustom('projects', projectCore),
  }
}
