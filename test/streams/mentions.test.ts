import { describe, expect, test } from 'vitest'
import { streams } from '../../src/streams/index.ts'
import type { Mention } from '../../src/streams/mentions.ts'
import { layoutStream, type TableLayout } from '../../src/transform/layout.ts'

const tables: readonly TableLayout[] = streams.flatMap((stream) => {
  const layout = layoutStream(stream, [])
  return [layout, ...layout.children]
})
const mentions = tables.flatMap(({ table, columns, mentions: found = [] }) =>
  found.map((mention) => ({ table, mention, columns: columns.map(({ name }) => name) })),
)

/** What a column refers to, by its name. */
const REFERENCES: readonly (readonly [RegExp, string])[] = [
  [/^(person_ids?)$/, 'persons'],
  [/^((rel_(owner|linked)_)?org_ids?|organization_id)$/, 'organizations'],
  [/^(source_)?lead_id$/, 'leads'],
  [/^(source_)?deal_ids?$/, 'deals'],
  [/^activity_id$/, 'activities'],
  [/^note_id$/, 'notes'],
  [/^mail_thread_id$/, 'mail_threads'],
]

function names({ mentions: found = [] }: TableLayout, of: string, column: string): boolean {
  return found.some((mention) => mention.of === of && mention.by.includes(column))
}

test('every column that holds the id of a record that can be erased says what becomes of its row', () => {
  const references = tables.flatMap((table) =>
    table.columns.flatMap(({ name }) =>
      REFERENCES.filter(([pattern]) => pattern.test(name)).map(([, of]) => ({ table, name, of })),
    ),
  )
  expect(references.length).toBeGreaterThan(30)
  const silent = references.filter(({ table, name, of }) => !names(table, of, name))
  expect(silent.map(({ table, name }) => `${table.table}.${name}`)).toEqual([])
})

test('every record that can be erased has one key and a word of its own, and its rows go with it', () => {
  const erasable = streams.filter((stream) => stream.erasable !== undefined)
  expect(erasable.map(({ erasable: kind }) => kind)).toEqual([
    ...new Set(erasable.map((one) => one.erasable)),
  ])
  for (const { name, key } of erasable) {
    expect(key).toHaveLength(1)
    expect(mentions).toContainEqual(
      expect.objectContaining({ table: name, mention: { of: name, by: key, goes: 'row' } }),
    )
  }
})

describe.each(mentions)('$table, of $mention.of by $mention.by', ({ mention, columns }) => {
  test('speaks of columns that there are, and of records that can be erased', () => {
    const copies = ({ goes, ...rest }: Mention): readonly string[] =>
      goes === 'copies' && 'copies' in rest ? rest.copies : []
    const used = [
      ...mention.by.map((name) => name.split('.')[0] ?? ''),
      ...Object.keys(mention.where ?? {}),
      ...copies(mention),
    ]
    expect(columns).toEqual(expect.arrayContaining(used))
    expect(streams.find(({ name }) => name === mention.of)?.erasable).toBeDefined()
  })
})
