import type { Json } from '../json.ts'
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
}

export interface FieldParts {
  readonly catalog: Catalog
  readonly collections: Collections
  readonly tables: Readonly<Record<EntityName, Table>>
  readonly switches: Switches
  readonly now: () => number
}

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

  return {
    add(entity, name, type, labels) {
      const id = catalog.newFieldId()
      const takesOptions = type === 'enum' || type === 'set'
      return put(entity, {
        id,
        code: hex(drawsFor(id, hashText(name), hashText(entity)), 40),
        name,
        type,
        custom: true,
        seeded: null,
        optional: false,
        description: null,
        options: takesOptions ? (labels ?? ['Yes', 'No']).map(newOption) : null,
        deletedOptions: [],
        changed: now(),
      })
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
