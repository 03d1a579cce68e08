import type { Company, EntityName, Row } from '../../emulator/index.ts'
import { randomOf } from './random.ts'

/** Who changes the company: one edit at a time, the same edits for the same seed and the same course of reading. */
export interface Editor {
  /** Changes something; false when all edits are made. */
  edit(): boolean
  /** What was done so far, for the message of a test that fails. */
  readonly done: readonly string[]
}

const EDITED = ['organizations', 'persons', 'products', 'deals', 'leads', 'activities', 'notes'] as const
type Edited = (typeof EDITED)[number]

function isGone(record: Row): boolean {
  return record['is_deleted'] === true || record['active_flag'] === false
}

type Action = 'create' | 'update' | 'delete' | 'restore' | 'archive' | 'unarchive' | 'merge'

/** Updates are the most frequent, as in life. */
const ACTIONS: readonly Action[] = [
  'create',
  'update',
  'update',
  'update',
  'delete',
  'restore',
  'archive',
  'unarchive',
  'merge',
]

const CAN_ARCHIVE: ReadonlySet<EntityName> = new Set(['deals', 'leads'])
const CAN_MERGE: ReadonlySet<EntityName> = new Set(['deals', 'persons', 'organizations'])

export interface EditorOptions {
  readonly seed: number
  readonly edits: number
  /** Actions that are left out for a kind of record. */
  readonly without?: Readonly<Partial<Record<Edited, readonly Action[]>>>
}

export function createEditor(company: Company, { seed, edits, without = {} }: EditorOptions): Editor {
  const random = randomOf(seed)
  const done: string[] = []

  function some(name: Edited, wanted: (record: Row) => boolean): number | string | undefined {
    const found = company.list(name).filter(wanted)
    return found[random(Math.max(1, found.length))]?.['id'] as number | string | undefined
  }

  /** Text where no other record copies it. */
  function patch(name: Edited): Row {
    const text = `edit ${done.length} of ${seed}`
    if (name === 'notes') return { content: text }
    if (name === 'activities') return { subject: text, done: random(2) === 1 }
    if (name === 'leads') return { title: text }
    const field = company.catalog.custom(name).find(({ type }) => type === 'varchar')
    return field === undefined ? {} : { custom_fields: { [field.code]: text } }
  }

  const acts: Readonly<Record<Action, (name: Edited) => number | string | undefined>> = {
    create: (name) =>
      company[name].create({ ...(name === 'notes' ? { deal_id: 1 } : {}), ...patch(name) })['id'] as number,
    update: (name) =>
      withSome(
        name,
        (record) => !isGone(record),
        (id) => company[name].update(id, patch(name)),
      ),
    delete: (name) =>
      withSome(
        name,
        (record) => !isGone(record),
        (id) => company[name].delete(id),
      ),
    restore: (name) => withSome(name, isGone, (id) => company[name].restore(id)),
    archive: (name) => (CAN_ARCHIVE.has(name) ? move(name, false) : undefined),
    unarchive: (name) => (CAN_ARCHIVE.has(name) ? move(name, true) : undefined),
    merge: (name) => (CAN_MERGE.has(name) ? merge(name as 'deals') : undefined),
  }

  function withSome(name: Edited, wanted: (record: Row) => boolean, act: (id: number | string) => unknown) {
    const id = some(name, wanted)
    if (id !== undefined) act(id)
    return id
  }

  function move(name: Edited, isArchived: boolean) {
    return withSome(
      name,
      (record) => !isGone(record) && record['is_archived'] === isArchived,
      (id) => (isArchived ? company[name].unarchive(id) : company[name].archive(id)),
    )
  }

  function merge(name: 'deals' | 'persons' | 'organizations') {
    const survivor = some(name, (record) => !isGone(record))
    return withSome(
      name,
      (record) => !isGone(record) && record['id'] !== survivor,
      (id) => survivor !== undefined && company.merge(name, id, survivor),
    )
  }

  return {
    done,
    edit() {
      if (done.length >= edits) return false
      for (;;) {
        const name = EDITED[random(EDITED.length)] ?? 'deals'
        const action = ACTIONS[random(ACTIONS.length)] ?? 'update'
        if (without[name]?.includes(action) === true) continue
        const id = acts[action](name)
        if (id === undefined) continue
        done.push(`${action} ${name} ${id}`)
        return true
      }
    },
  }
}
