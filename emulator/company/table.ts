import { isRow, type Id, type Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import { timeForms, timeOf, toSecond } from '../time.ts'
import { blanks } from './blanks.ts'
import { follows } from './changes.ts'
import { ARCHIVED, DELETED } from './collection.ts'
import { entities, isDeleted, NoSuchRecord, type EntityName } from './entities.ts'
import type { Purge } from './purge.ts'
import type { Collections } from './shapes.ts'

/** The records of one kind as a test sees and changes them; the write routes use the same functions. */
export interface Table extends Iterable<Row> {
  get(id: Id): Row | undefined
  list(): Row[]
  create(values?: Row): Row
  update(id: Id, patch: Row): Row
  /** Soft deletion as the kind has it. False when it was deleted already. */
  delete(id: Id): boolean
  restore(id: Id): Row
  archive(id: Id): Row
  unarchive(id: Id): Row
  /** Puts keys as they are: no clock, no side effects. For states that only Pipedrive itself can produce. */
  set(id: Id, values: Row): Row
  readonly size: number
}

export interface TableContext {
  readonly name: EntityName
  readonly collections: Collections
  readonly switches: Switches
  readonly now: () => number
  readonly purge: Purge
  readonly newUuid: () => string
  readonly currentUser: number
  /** Told what was done to a record, as held; not of what `set` puts. */
  readonly happened: (before: Row | undefined, after: Row | undefined) => void
}

/** Archiving and nothing else may leave `update_time` alone; a patch of no key is a touch, which never does. */
function isArchiving(patch: Row): boolean {
  const keys = Object.keys(patch)
  return keys.includes('is_archived') && keys.every((key) => key === 'is_archived' || key === 'archive_time')
}

const userKeys = [
  'owner_id',
  'user_id',
  'creator_user_id',
  'creator_id',
  'created_by',
  'updated_by',
  'updater_id',
  'added_by_user_id',
  'actor_user_id',
] as const

export function createTable(context: TableContext): Table {
  const { name, collections, switches, now, purge } = context
  const held = collections[name]
  const spec = entities[name]
  const stamp = (): string => timeForms[spec.times](now())
  const stamped = (...keys: readonly (string | null)[]): Row =>
    Object.fromEntries(keys.filter((key) => key !== null).map((key) => [key, stamp()]))
  const timeIn = (row: Row, key: string | null): number => (key === null ? NaN : timeOf(row[key]))

  const slotOf = (id: Id): number => {
    const slot = held.slotOf(id)
    if (slot === undefined) throw new NoSuchRecord(name, id)
    return slot
  }

  function put(id: Id, row: Row): Row {
    const flags = (isDeleted(row) ? DELETED : 0) | (row['is_archived'] === true ? ARCHIVED : 0)
    held.put(id, { added: timeIn(row, spec.addedKey), updated: timeIn(row, spec.updatedKey), flags }, row)
    return held.rowAt(slotOf(id))
  }

  function done(id: Id, before: Row | undefined, after: Row): Row {
    const row = put(id, after)
    context.happened(before, after)
    return row
  }

  function newKey(values: Row): Id {
    if (spec.newKey === 'given') return values[spec.key] as string
    return spec.newKey === 'uuid' ? context.newUuid() : held.nextId()
  }

  function create(values: Row = {}): Row {
    const id = newKey(values)
    const blank: Row = { [spec.key]: id, ...blanks[name] }
    for (const key of userKeys) if (key in blank) blank[key] = context.currentUser
    const started = stamped(spec.addedKey, spec.updatedKey)
    const followed = follows[name]?.(blank, values, now(), collections)
    return done(id, undefined, { ...blank, ...started, ...values, ...followed, [spec.key]: id })
  }

  function bumpSiblings(pipeline: unknown): void {
    for (const slot of [...held.slots()]) {
      const row = held.rawAt(slot)
      if (row['pipeline_id'] === pipeline && !isDeleted(row))
        put(held.idAt(slot), { ...row, update_time: stamp() })
    }
  }

  const bumps = (patch: Row): boolean => switches.archiveBumpsUpdateTime || !isArchiving(patch)

  function update(id: Id, patch: Row): Row {
    const before = held.rawAt(slotOf(id))
    const custom = patch['custom_fields']
    const row: Row = {
      ...before,
      ...patch,
      ...follows[name]?.(before, patch, now(), collections),
      ...(isRow(custom)
        ? { custom_fields: { ...(isRow(before['custom_fields']) ? before['custom_fields'] : {}), ...custom } }
        : {}),
      ...(bumps(patch) ? stamped(spec.updatedKey) : {}),
      [spec.key]: id,
    }
    if (name === 'stages' && switches.stagePatchBumpsSiblings) bumpSiblings(row['pipeline_id'])
    return done(id, before, row)
  }

  function remove(id: Id): boolean {
    const row = held.rawAt(slotOf(id))
    if (spec.deletion === 'vanishes') {
      held.drop(id)
      context.happened(row, undefined)
      return true
    }
    if (isDeleted(row)) return false
    done(id, row, { ...row, ...spec.deletion, ...stamped(spec.updatedKey) })
    purge.schedule(name, id, toSecond(now()))
    return true
  }

  function restore(id: Id): Row {
    purge.cancel(name, id)
    const undone = Object.fromEntries(
      Object.entries(spec.deletion).map(([key, value]) => [
        key,
        typeof value === 'number' ? 1 - value : value !== true,
      ]),
    )
    return update(id, undone)
  }

  return {
    get: (id) => (held.slotOf(id) === undefined ? undefined : held.rowAt(slotOf(id))),
    list: () => [...held.slots()].map(held.rowAt),
    create,
    update,
    delete: remove,
    restore,
    archive: (id) => update(id, { is_archived: true }),
    unarchive: (id) => update(id, { is_archived: false }),
    set: (id, values) => put(id, { ...held.rawAt(slotOf(id)), ...values, [spec.key]: id }),
    get size() {
      return held.size()
    },
    *[Symbol.iterator]() {
      for (const slot of held.slots()) yield held.rowAt(slot)
    },
  }
}
