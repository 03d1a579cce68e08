import { hashText, drawsFor, uuid } from '../random.ts'
import type { Id, Row } from '../json.ts'
import { accessSources } from '../seed/access-sources.ts'
import { activitySource } from '../seed/activities.ts'
import { childSources } from '../seed/children.ts'
import { dealSource } from '../seed/deals.ts'
import { fileSource } from '../seed/files.ts'
import { leadSource } from '../seed/leads.ts'
import { mailSources } from '../seed/mail.ts'
import { noteSource } from '../seed/notes.ts'
import { organizationSource } from '../seed/organizations.ts'
import { personSource } from '../seed/persons.ts'
import { pipelineSource, stageSource } from '../seed/pipelines.ts'
import { productSource } from '../seed/products.ts'
import { projectSources } from '../seed/project-sources.ts'
import { settingSources } from '../seed/settings.ts'
import { userSource } from '../seed/users.ts'
import { FIRST_USER, type CompanySize, type World } from '../seed/world.ts'
import type { Switches } from '../switches.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import { indexChildren } from './child-index.ts'
import { isChild } from './children.ts'
import { bearConsequences } from './consequences.ts'
import { createCollection, type Source } from './collection.ts'
import { entities, entityNames, type EntityName } from './entities.ts'
import { fieldChanges, type FieldChanges } from './field-changes.ts'
import { mergeRecords } from './merge.ts'
import { createMerges, type Mergeable, type Merges } from './merges.ts'
import { createPurge } from './purge.ts'
import { shapesOf, type Collections } from './shapes.ts'
import { createTable, type Table } from './table.ts'

/** The truth behind the API: everything the company holds, deleted and archived records included. */
export interface Company extends Readonly<Record<EntityName, Table>> {
  readonly catalog: Catalog
  readonly collections: Collections
  readonly fields: FieldChanges
  /** Every record that is not purged, as the API answers it. */
  list(name: EntityName): Row[]
  get(name: EntityName, id: Id): Row | undefined
  /** What was merged so far. */
  readonly merges: Merges
  merge(name: Mergeable, absorbed: Id, survivor: Id): Row
  /** Drops what was deleted 30 days ago. The server does so before every answer. */
  purge(): void
  now(): number
  /** When the generated history ends, ms. */
  readonly start: number
}

export interface CompanyOptions {
  readonly seed: number
  readonly size: CompanySize
  readonly now: () => number
  readonly switches: Switches
}

const sources: Readonly<Record<EntityName, (world: World) => Source>> = {
  users: userSource,
  pipelines: pipelineSource,
  stages: stageSource,
  organizations: organizationSource,
  persons: personSource,
  deals: dealSource,
  activities: activitySource,
  notes: noteSource,
  leads: leadSource,
  products: productSource,
  files: fileSource,
  ...settingSources,
  ...childSources,
  ...projectSources,
  ...accessSources,
  ...mailSources,
}

/** Each made when it is first asked for: a kind that nobody looks at costs nothing. */
function lazily<T>(make: (name: EntityName) => T): Record<EntityName, T> {
  const kinds = {} as Record<EntityName, T>
  for (const name of entityNames) {
    const get = (): T => {
      const value = make(name)
      Object.defineProperty(kinds, name, { value, enumerable: true })
      return value
    }
    Object.defineProperty(kinds, name, { get, enumerable: true, configurable: true })
  }
  return kinds
}

export function createCompany({ seed, size, now, switches }: CompanyOptions): Company {
  const start = now()
  const catalog = createCatalog(seed, size.customFields, start)
  // A deal stands in a stage of a pipeline.
  const deals = size.pipelines === 0 ? 0 : size.deals
  const world: World = { seed, size: { ...size, deals }, start, catalog, switches }
  const shapes = shapesOf(catalog, switches, () => collections)
  const collections: Collections = lazily((name) => {
    const source = sources[name](world)
    const held = createCollection(source, shapes[name])
    if (isChild(name)) indexChildren(held, name, source)
    return held
  })
  const merges = createMerges()
  const purge = createPurge(collections, now)
  const newUuid = (name: EntityName): string =>
    uuid(drawsFor(seed, hashText(`new ${entities[name].linkKey}`), collections[name].revision()))
  const tables: Record<EntityName, Table> = lazily((name) =>
    createTable({
      name,
      collections,
      switches,
      now,
      purge,
      newUuid: () => newUuid(name),
      currentUser: FIRST_USER,
      happened: (before, after) =>
        bearConsequences({ name, before, after }, { tables, collections, switches }),
    }),
  )
  return Object.assign(tables, {
    catalog,
    collections,
    fields: fieldChanges({ catalog, collections, tables, switches, now }),
    list: (name: EntityName) => [...tables[name]],
    get: (name: EntityName, id: Id) => tables[name].get(id),
    merges,
    merge: (name: Mergeable, absorbed: Id, survivor: Id) =>
      mergeRecords({ tables, collections, switches, merges }, name, absorbed, survivor),
    purge: () => purge.run(),
    now,
    start,
  })
}
