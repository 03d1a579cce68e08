import { describe, expect, test } from 'vitest'
import { throughDoor } from '../../src/streams/door.ts'
import { streams } from '../../src/streams/index.ts'
import type { ColumnSpecs, Partition, Stream } from '../../src/streams/stream.ts'
import { isKnownType } from '../../src/transform/custom-fields.ts'
import { choices, fieldTypes, hasOpenApi, operationOf, parameterNames, recordProperties } from './openapi.ts'

const doors = streams
  .filter((stream) => stream.doors !== undefined)
  .map((stream) => throughDoor(stream, 'v1-collection'))
const partitions = [...streams, ...doors].flatMap((stream) =>
  stream.partitions.map((partition): [string, Stream, Partition] => [partition.path, stream, partition]),
)
const sources = new Map(
  streams
    .flatMap(({ catalogs }) => catalogs.flatMap((spec) => spec.sources))
    .map((source) => [source.path, source]),
)

/** The first steps of the places that columns are taken from, and the second steps below each. */
function placesOf(columns: ColumnSpecs): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const [name, spec] of Object.entries(columns)) {
    const [key = name, member] = (typeof spec === 'string' ? name : (spec.from ?? name)).split('.')
    places.set(key, [...(places.get(key) ?? []), ...(member === undefined ? [] : [member])])
  }
  return places
}

/** What only v1 knows of an activity has no column, and is kept with what nobody expected. */
const NO_COLUMN = ['source_timezone', 'update_user_id']

/** Properties the document shows that have neither a column nor a table; `a.b` for nested ones. */
function uncovered(stream: Stream, partition: Partition): string[] {
  const { path } = partition
  const places = placesOf(stream.columns)
  for (const spec of Object.values(stream.columns))
    if (typeof spec === 'object' && spec.orFrom !== undefined) places.set(spec.orFrom, [])
  const tables = new Map((stream.exploded ?? []).map((spec) => [spec.from, spec]))
  return [...recordProperties(path, partition)].flatMap(([name, members]) => {
    // Custom fields get their columns from the field catalog.
    if (name === 'custom_fields' || stream.leftOut?.includes(name) === true) return []
    const table = tables.get(name)
    if (table !== undefined) {
      const columns = placesOf(table.columns)
      return members
        .filter((member) => member !== table.parent && !columns.has(member))
        .map((member) => `${name}.${member}`)
    }
    const taken = places.get(name)
    if (taken === undefined) return [name]
    return taken.length === 0
      ? []
      : members.filter((member) => !taken.includes(member)).map((member) => `${name}.${member}`)
  })
}

describe.skipIf(!hasOpenApi)('what Pipedrive publishes', () => {
  test.each(partitions)('%s costs what x-token-cost says', (path, _stream, partition) => {
    expect(partition.cost).toBe(operationOf(path)['x-token-cost'])
  })

  test('every type that a field may have is described', () => {
    const types = fieldTypes('/api/v2/dealFields')
    expect(types).toHaveLength(33)
    expect(types.filter((type) => !isKnownType(type))).toEqual([])
  })

  test.each([...sources])('%s, a field catalog, costs what x-token-cost says', (path, source) => {
    expect(source.cost).toBe(operationOf(path)['x-token-cost'])
  })

  test.each(
    streams.flatMap(({ readById }) =>
      readById?.kind === 'one' ? [[readById.path, readById.cost] as const] : [],
    ),
  )('%s, a read by id, costs what x-token-cost says', (path, cost) => {
    expect(cost).toBe(operationOf(path)['x-token-cost'])
  })

  test.each(partitions)('%s takes every parameter that is sent', (path, stream, partition) => {
    const sent = [
      ...Object.keys(partition.params ?? {}),
      ...Object.keys(partition.order?.byCursor ?? {}),
      ...Object.keys(partition.order?.stable ?? {}),
      ...Object.values(partition.filter ?? {}),
      ...(stream.readById?.kind === 'many' ? [stream.readById.param] : []),
      ...Object.keys(partition.newestFirst ?? {}),
      ...Object.keys(partition.parents?.params ?? {}),
      ...(partition.parents?.ask === undefined ? [] : [partition.parents.ask.param]),
      ...{ 'page-token': ['cursor', 'limit'], offset: ['start', 'limit'], single: [] }[partition.paging],
    ]
    expect(sent.filter((name) => !parameterNames(path).includes(name))).toEqual([])
  })

  test.each(partitions.filter(([path]) => hasOpenApi && choices(path, 'include_fields').length > 0))(
    '%s is asked for every optional field',
    (path, stream, partition) => {
      const withMarketing = ['marketing_status', 'doi_status']
      const asked = partition.params?.['include_fields']?.split(',') ?? []
      const offered = choices(path, 'include_fields')
      expect(offered.filter((name) => !asked.includes(name) && !withMarketing.includes(name))).toEqual([])
      expect(asked.filter((name) => !offered.includes(name))).toEqual([])
      const kept = [...Object.keys(stream.columns), ...(stream.exploded ?? []).map(({ from }) => from)]
      expect(asked.filter((name) => !kept.includes(name))).toEqual([])
    },
  )

  test.each(partitions)(
    '%s is asked for in an order of our choice wherever it takes one',
    (path, _stream, partition) => {
      const orders = parameterNames(path).some((name) => name === 'sort' || name === 'sort_by')
      expect(partition.order !== undefined).toBe(orders)
    },
  )

  test.each(partitions)('%s shows no property without a column or a table', (path, stream, partition) => {
    expect(recordProperties(path, partition).size).toBeGreaterThan(0)
    const known = path === '/v1/activities/collection' ? NO_COLUMN : []
    expect(uncovered(stream, partition).toSorted()).toEqual(known)
  })
})
