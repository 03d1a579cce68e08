import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { streamsPage } from '../../jobs/streams-page.ts'
import { referencesOf } from '../../src/streams/describe.ts'
import { streams } from '../../src/streams/index.ts'

test('docs/streams.md is what the registry says: npm start -- streams --markdown > docs/streams.md', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/streams.md'), 'utf8')
  expect(page).toBe(`${streamsPage()}\n`)
})

test('a column refers to a table that there is', () => {
  const tables = streams.flatMap(({ name, exploded = [] }) => [name, ...exploded.map(({ table }) => table)])
  const referred = streams.flatMap(({ columns }) => referencesOf(columns))
  expect(referred.length).toBeGreaterThan(100)
  for (const { column, table } of referred) expect(tables, column).toContain(table)
})

test('every table has a section, its key and its way of being deleted', () => {
  const page = streamsPage()
  for (const { name, partitions, exploded = [] } of streams) {
    if (partitions.length === 0) continue
    for (const table of [name, ...exploded.map((each) => each.table)])
      expect(page, table).toMatch(new RegExp(`\\n### ${table}\\n[^#]*\\| key`))
    expect(page).toMatch(new RegExp(`\\n### ${name}\\n[^#]*- Deleted: `))
  }
})
