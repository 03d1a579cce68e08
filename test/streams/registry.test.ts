import { describe, expect, test } from 'vitest'
import { ADDRESS_PARTS, addressColumns } from '../../src/streams/address.ts'
import { nativeColumns, selectStreams, streams } from '../../src/streams/index.ts'
import { columnType, type ColumnSpecs, type Stream } from '../../src/streams/stream.ts'

const withRecords = streams.filter((stream) => stream.partitions.length > 0)
const cases = withRecords.map((stream): [string, Stream] => [stream.name, stream])

/** One table: its name, its columns, and the keys of the record that they take. */
const tables = withRecords.flatMap((stream): [string, ColumnSpecs][] => [
  [stream.name, stream.columns],
  ...(stream.exploded ?? []).map(({ table, columns }): [string, ColumnSpecs] => [table, columns]),
])

function placeOf([name, spec]: [string, ColumnSpecs[string]]): string {
  return typeof spec === 'string' ? name : (spec.from ?? name)
}

function columnNames(columns: ColumnSpecs): string[] {
  return Object.keys(columns)
}

describe('the list of streams', () => {
  test('holds the core streams', () => {
    const core = ['users', 'pipelines', 'stages', 'organizations', 'persons', 'products', 'deals', 'leads']
    expect(streams.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fields', ...core, 'activities', 'notes']),
    )
  })

  test('names every stream and every table once', () => {
    const names = streams.map(({ name }) => name)
    const all = [
      ...names,
      ...withRecords.flatMap(({ exploded }) => (exploded ?? []).map(({ table }) => table)),
    ]
    expect(all).toEqual([...new Set(all)])
    for (const name of all) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
  })

  test('starts what is referred to before what refers to it', () => {
    const order = streams.map(({ name }) => name)
    expect(order.at(-1)).toBe('fields')
    for (const [first, then] of [
      ['users', 'deals'],
      ['pipelines', 'stages'],
      ['stages', 'deals'],
      ['organizations', 'persons'],
      ['persons', 'deals'],
      ['deals', 'activities'],
    ] as const)
      expect(order.indexOf(first), `${first} before ${then}`).toBeLessThan(order.indexOf(then))
  })

  test('is given without what is read on demand where no name is asked for, and in its own order where some are', () => {
    expect(selectStreams([])).toEqual(streams.filter(({ onDemand }) => onDemand !== true))
    expect(selectStreams([]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['currencies', 'deal_products']),
    )
    expect(selectStreams(['deal_flow']).map(({ name }) => name)).toEqual(['deal_flow'])
    expect(selectStreams(['notes', 'users']).map(({ name }) => name)).toEqual(['users', 'notes'])
  })

  test('refuses unknown names in one sentence that says which there are', () => {
    expect(() => selectStreams(['deals', 'contacts', 'tasks?'])).toThrowError(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringMatching(/no stream "contacts", "tasks\?".*users.*notes/) as string,
      }) as Error,
    )
  })

  test('knows the native columns of an entity, and none of one that it does not have', () => {
    expect(nativeColumns('deals')).toEqual(
      columnNames(streams.find(({ name }) => name === 'deals')?.columns ?? {}),
    )
    expect(nativeColumns('contacts')).toEqual([])
  })

  test('gives the fields stream every catalog that a stream reads', () => {
    const catalogs = streams.find(({ name }) => name === 'fields')?.catalogs ?? []
    expect(catalogs.map(({ entity }) => entity).sort()).toEqual(
      ['activities', 'deals', 'leads', 'organizations', 'persons', 'products', 'projects'].sort(),
    )
  })
})

describe.each(cases)('%s', (_name, stream) => {
  test('has its key among its columns, and never as an array or a document', () => {
    expect(stream.key.length).toBeGreaterThan(0)
    for (const column of stream.key)
      expect(['bigint', 'uuid', 'text', 'timestamptz']).toContain(
        columnType(stream.columns[column] ?? 'jsonb'),
      )
  })

  test('has its cursor field among its columns, as a time of its own', () => {
    const { cursorField, columns } = stream
    expect(cursorField === null ? 'timestamptz' : columnType(columns[cursorField] ?? 'jsonb')).toBe(
      'timestamptz',
    )
  })

  test('says by one of its own columns when a record is deleted, unless it is lasting', () => {
    const { deletedWhen, lasting } = stream
    if (lasting === true) expect(deletedWhen).toBeUndefined()
    const type = typeof deletedWhen?.is === 'string' ? 'text' : 'boolean'
    expect(deletedWhen === undefined ? type : stream.columns[deletedWhen.field]).toBe(type)
  })

  test('leaves out nothing that has a column or a table', () => {
    for (const key of stream.leftOut ?? []) {
      expect(Object.entries(stream.columns).map(placeOf)).not.toContain(key)
      expect((stream.exploded ?? []).map(({ from }) => from)).not.toContain(key)
    }
  })

  test('takes only such elements of its list as have something in columns that it has', () => {
    expect(Object.keys(stream.columns)).toEqual(expect.arrayContaining([...(stream.onlyWith ?? [])]))
  })

  test('names each partition once, and asks the same of a page wherever it is', () => {
    const names = stream.partitions.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
    for (const { path, paging, pageSize } of stream.partitions) {
      if (paging === 'offset') expect(path).toMatch(/^\/v1\//)
      // Less at most (openapi v1).
      const most = { '/v1/callLogs': 50, '/v1/files': 100 }[path] ?? 500
      expect(pageSize).toBe(paging === 'single' ? 0 : most)
    }
  })

  test('names, where it is read by its parents, the columns that say whose it is', () => {
    for (const { parents, path, adds = {} } of stream.partitions) {
      if (parents === undefined) continue
      expect(withRecords.indexOf(parents.of)).toBeGreaterThanOrEqual(0)
      expect(withRecords.indexOf(parents.of)).toBeLessThan(withRecords.indexOf(stream))
      expect(path.includes('{id}')).toBe(parents.ask === undefined)
      for (const column of [...parents.columns, ...Object.keys(adds)])
        expect(Object.keys(stream.columns)).toContain(column)
      const own = [parents.counter?.column ?? [], Object.values(parents.params ?? {})].flat()
      for (const column of own) expect(Object.keys(parents.of.columns)).toContain(column)
    }
  })

  test('asks for ascending order of the very field that its filter and its bookmark are about', () => {
    for (const { paging, filter, order } of stream.partitions) {
      const byCursor = Object.values(order?.byCursor ?? {}).join(' ')
      if (filter !== undefined && order !== undefined)
        expect(byCursor.toLowerCase()).toBe(`${stream.cursorField} asc`)
      if (paging !== 'single' && order !== undefined)
        expect(Object.values(order?.stable ?? {}).join(' ')).toMatch(/^(id|add_time) asc$/i)
    }
  })

  test('can be read by id, so that an absent row can be confirmed, unless it is read by its parents or lasting', () => {
    const way = stream.readById
    const isPerParent = stream.partitions.some(({ parents }) => parents !== undefined)
    expect(way === undefined).toBe(isPerParent || stream.lasting === true)
    if (way?.kind === 'one') expect(way.path).toBe(`${stream.partitions[0]?.path}/{id}`)
    if (way?.kind === 'many') expect(way.most).toBe(100)
    // Where there is no way to read one, reading all of them again must be cheap.
    if (way?.kind === 'list') expect(stream.partitions.every(({ filter }) => filter === undefined)).toBe(true)
  })

  test('explodes arrays into tables keyed by itself, and only arrays of bare values are a column as well', () => {
    const places = Object.entries(stream.columns).map((entry) => placeOf(entry).split('.')[0])
    for (const { from, parent, columns } of stream.exploded ?? []) {
      const isBare = Object.entries(columns).every((entry) => placeOf(entry) === 'value')
      if (!isBare) expect(places).not.toContain(from)
      expect(columnNames(columns)).not.toContain(parent)
      expect(columnNames(columns)).not.toContain('position')
      expect(parent).toMatch(/^[a-z]+_id$/)
      expect(stream.name.startsWith(parent.slice(0, -4)), parent).toBe(true)
    }
  })
})

describe.each(tables)('columns of %s', (_table, columns) => {
  test('are snake case, short enough for PostgreSQL, and clear of cf_ and of our own _ names', () => {
    const names = columnNames(columns)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
      expect(name).not.toMatch(/^cf_/)
      expect(name.length).toBeLessThanOrEqual(63)
    }
  })

  test('take each place of the record once, at most two steps deep', () => {
    const places = Object.entries(columns).map(placeOf)
    expect(places).toEqual([...new Set(places)])
    for (const place of places) expect(place.split('.').length).toBeLessThanOrEqual(2)
    const nested = new Set(places.filter((place) => place.includes('.')).map((place) => place.split('.')[0]))
    const whole = Object.entries(columns).filter((entry) => nested.has(placeOf(entry)))
    // What is taken as a document may have members in columns too.
    expect(whole.filter(([, spec]) => columnType(spec) !== 'jsonb')).toEqual([])
  })
})

test('an address has its whole text and ten parts, each from its place', () => {
  const columns = addressColumns('address')
  expect(Object.keys(columns)).toHaveLength(11)
  expect(columns['address']).toEqual({ type: 'text', from: 'address.value' })
  for (const part of ADDRESS_PARTS)
    expect(columns[`address_${part}`]).toEqual({ type: 'text', from: `address.${part}` })
})
