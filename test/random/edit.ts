import type { Company, EntityName, Json, Row } from '../../emulator/index.ts'
import { oneOf, percent, randomFor, type Draw } from '../support/random.ts'
import { customPatch } from './custom-values.ts'
import { editField } from './field-edits.ts'
import { kinds, type Deed, type Kind } from './kinds.ts'

type Id = number | string

const drawn = kinds.flatMap((kind) => Array.from({ length: kind.weight ?? 1 }, () => kind))
const FIELD_EDITS = 2
const MOST_TRIES = 50

interface Edit {
  readonly company: Company
  readonly draw: Draw
  readonly kind: Kind
  /** Text where no other record has it. */
  readonly text: string
}

function isGone(record: Row): boolean {
  return (
    record['is_deleted'] === true ||
    record['active_flag'] === false ||
    record['active_flag'] === 'false' ||
    record['deleted_flag'] === 1 ||
    record['is_active'] === 0
  )
}

/** The key of one of the records, as the company knows it. */
function some({ company, draw }: Edit, name: EntityName, wanted: (record: Row) => boolean): Id | undefined {
  const held = company.collections[name]
  const slots = [...held.slots()].filter((slot) => wanted(held.coreAt(slot)))
  return slots.length === 0 ? undefined : held.idAt(oneOf(draw, slots))
}

const isThere = (record: Row): boolean => !isGone(record)

function linked(edit: Edit, links: Kind['links'] = {}): Row {
  return Object.fromEntries(
    Object.entries(links).flatMap(([key, name]) => {
      const id = some(edit, name, isThere)
      return id === undefined ? [] : [[key, id] as const]
    }),
  )
}

function chosen({ draw }: Edit, values: Kind['values'] = {}): Row {
  return Object.fromEntries(Object.entries(values).map(([key, list]) => [key, oneOf(draw, list)]))
}

function someOf(draw: Draw, row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(() => percent(draw, 40)))
}

function patch(edit: Edit): Row {
  const { company, draw, kind, text } = edit
  return {
    ...(kind.text === undefined ? {} : { [kind.text]: text }),
    ...someOf(draw, { ...linked(edit, kind.links), ...chosen(edit, kind.values) }),
    ...(kind.custom === true ? customPatch(company, draw, kind.name, text) : {}),
  }
}

function isTwin({ company, kind }: Edit, under: Row): boolean {
  const held = company.collections[kind.name]
  const is = (record: Row): boolean => Object.entries(under).every(([key, id]) => record[key] === id)
  return kind.once === true && [...held.slots()].some((slot) => is(held.coreAt(slot)))
}

function create(edit: Edit): Id | undefined {
  const { company, kind } = edit
  const under = linked(edit, kind.under)
  const [first, ...others] = Object.values(under)
  if (Object.keys(under).length < Object.keys(kind.under ?? {}).length) return undefined
  // Nobody follows himself.
  if (kind.once === true && (others.includes(first as Json) || isTwin(edit, under))) return undefined
  const held = company.collections[kind.name]
  const before = new Set(held.slots())
  company[kind.name].create({ ...under, ...patch(edit) })
  const made = [...held.slots()].find((slot) => !before.has(slot))
  return made === undefined ? undefined : held.idAt(made)
}

function withSome(edit: Edit, wanted: (record: Row) => boolean, act: (id: Id) => unknown): Id | undefined {
  const id = some(edit, edit.kind.name, wanted)
  if (id !== undefined) act(id)
  return id
}

function merge(edit: Edit): Id | undefined {
  const { company, kind } = edit
  const survivor = some(edit, kind.name, isThere)
  return withSome(
    edit,
    (record) => isThere(record) && record['id'] !== survivor,
    (id) => survivor !== undefined && company.merge(kind.name as 'deals', id, survivor),
  )
}

const isArchived =
  (is: boolean) =>
  (record: Row): boolean =>
    isThere(record) && record['is_archived'] === is

const deeds: Readonly<Record<Deed, (edit: Edit) => Id | undefined>> = {
  create,
  update: (edit) => withSome(edit, isThere, (id) => edit.company[edit.kind.name].update(id, patch(edit))),
  delete: (edit) => withSome(edit, isThere, (id) => edit.company[edit.kind.name].delete(id)),
  restore: (edit) => withSome(edit, isGone, (id) => edit.company[edit.kind.name].restore(id)),
  archive: (edit) => withSome(edit, isArchived(false), (id) => edit.company[edit.kind.name].archive(id)),
  unarchive: (edit) => withSome(edit, isArchived(true), (id) => edit.company[edit.kind.name].unarchive(id)),
  merge,
}

/** Changes something of the company, and says what. The same number of the same seed means the same to the same company. */
export function makeEdit(company: Company, seed: number, number: number): string {
  const draw = randomFor(seed, number)
  const text = `edit ${number} of ${seed}`
  if (percent(draw, FIELD_EDITS)) return editField(company, draw, text)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const kind = oneOf(draw, drawn)
    const deed = oneOf(draw, kind.deeds)
    const id = deeds[deed]({ company, draw, kind, text })
    if (id !== undefined) return `${deed} ${kind.name} ${id}`
  }
  throw new Error(`${text} found nothing to do.`)
}
