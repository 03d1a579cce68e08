import { isRow, type Json } from '../json.ts'
import { drawsFor, hashText, hex } from '../random.ts'
import type { Switches } from '../switches.ts'
import type { Catalog, CreatableType, Field, FieldEntity, FieldOption } from './catalog.ts'
import type { EntityName } from './entities.ts'
import type { Collections } from './shapes.ts'
import type { Table } from './table.ts'

export type FieldEdit = Partial<Pick<Field, 'name' | 'description'>>

/** Changes of the company's own fields. Every record of the kind answers the new set of keys at once. */
export interface FieldChanges {
  add(entity: FieldEntity, name: string, type: CreatableType, labels?: readonly string[]): Field
  edit(entity: FieldEntity, code: string, change: FieldEdit): Field | undefined
  remove(entity: FieldEntity, code: string): Field | undefined
  addOptions(entity: FieldEntity, code: string, labels: readonly string[]): FieldOption[] | undefined
  renameOption(entity: FieldEntity, code: string, id: Json, label: string): FieldOption | undefined
  removeOption(entity: FieldEntity, code: string, id: Json): FieldOption | undefined
  /** A field of Pipedrive's own that its records have from now on. */
  addNative(entity: FieldEntity, code: string, name: string, type: string): Field
  /** A field that was removed, as it was: records that had a value in it have it again. */
  bringBack(entity: FieldEntity, code: string): Field | undefined
  /** Another type under the same code; a record keeps what it holds as `take` makes it, and its `update_time`. */
  retype(
    entity: FieldEntity,
    code: string,
    type: string,
    labels: readonly string[],
    take: (field: Field, value: Json) => Json,
  ): Field | undefined
}

export interface FieldParts {
  readonly catalog: Catalog
  readonly collections: Collections
  readonly tables: Readonly<Record<EntityName, Table>>
  readonly switches: Switches
  readonly now: () => number
}

const takesOptions = (type: string): boolean => type === 'enum' || type === 'set'

export function fieldChanges({ catalog, collections, tables, switches, now }: FieldParts): FieldChanges {
  const newOption = (label: string): FieldOption => ({ id: catalog.newOptionId(), label })

  function put(entity: FieldEntity, field: Field): Field {
    const changed = { ...field, changed: now() }
    catalog.put(entity, changed)
    collections[entity].forgetFragments()
    if (entity === 'deals') collections.leads.forgetFragments()
    return changed
  }

  function edit(entity: FieldEntity, code: string, change: (field: Field) => Field): Field | undefined {
    const field = catalog.find(entity, code)
    return field && put(entity, change(field))
  }

  function editOption(entity: FieldEntity, code: string, id: Json, change: 'remove' | { label: string }) {
    const field = catalog.find(entity, code)
    const option = field?.options?.find((one) => one.id === id)
    if (!field || !option) return undefined
    const renamed = change === 'remove' ? null : { ...option, label: change.label }
    const options = (field.options ?? []).flatMap((one) => (one.id !== id ? [one] : renamed ? [renamed] : []))
    const deletedOptions = renamed ? field.deletedOptions : [...field.deletedOptions, option]
    put(entity, { ...field, options, deletedOptions })
    return renamed ?? option
  }

  function blank(name: string, type: string): Omit<Field, 'id' | 'code' | 'custom'> {
    const unset = { seeded: null, optional: false, description: null, options: null, deletedOptions: [] }
    return { name, type, ...unset, changed: now() }
  }

  /** What each record holds in the field, put as it is: nobody has touched the record. */
  function convert(entity: EntityName, field: Field, take: (value: Json) => Json): void {
    const held = collections[entity]
    for (const slot of [...held.slots()]) {
      const value = held.customAt(slot, field)
      const others = held.rawAt(slot)['custom_fields']
      if (value === null || !isRow(others)) continue
      tables[entity].set(held.idAt(slot), { custom_fields: { ...others, [field.code]: take(value) } })
    }
  }

  return {
    add(entity, name, type, labels) {
      const id = catalog.newFieldId()
      const code = hex(drawsFor(id, hashText(name), hashText(entity)), 40)
      const options = takesOptions(type) ? (labels ?? ['Yes', 'No']).map(newOption) : null
      return put(entity, { id, code, custom: true, ...blank(name, type), options })
    },
    addNative: (entity, code, name, type) =>
      put(entity, { id: catalog.newFieldId(), code, custom: false, ...blank(name, type) }),
    bringBack(entity, code) {
      const field = catalog.gone(entity).find((one) => one.code === code)
      return field && put(entity, field)
    },
    retype(entity, code, type, labels, take) {
      const field = catalog.find(entity, code)
      if (!field) return undefined
      const options = takesOptions(type) ? (field.options ?? labels.map(newOption)) : null
      const retyped = { ...field, type, options, seeded: null }
      for (const name of entity === 'deals' ? (['deals', 'leads'] as const) : [entity])
        convert(name, field, (value) => take(retyped, value))
      return put(entity, retyped)
    },
    edit: (entity, code, change) => edit(entity, code, (field) => ({ ...field, ...change })),
    remove(entity, code) {
      const field = catalog.find(entity, code)
      if (!field?.custom) return undefined
      const held = collections[entity]
      const bumped = switches.fieldDeletionBumpsRecords
        ? [...held.slots()].filter((slot) => held.customAt(slot, field) !== null)
        : []
      catalog.drop(entity, code)
      for (const slot of bumped) tables[entity].update(held.idAt(slot), {})
      collections[entity].forgetFragments()
      if (entity === 'deals') collections.leads.forgetFragments()
      return field
    },
    addOptions(entity, code, labels) {
      const added = labels.map(newOption)
      const field = edit(entity, code, (known) => ({
        ...known,
        options: [...(known.options ?? []), ...added],
      }))
      return field && added
    },
    renameOption: (entity, code, id, label) => editOption(entity, code, id, { label }),
    removeOption: (entity, code, id) => editOption(entity, code, id, 'remove'),
  }
}
