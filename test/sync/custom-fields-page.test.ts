import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openWorld, streamNamed } from '../support/world.ts'

const PAGE = join(import.meta.dirname, '../../docs/custom-fields.md')
/** What a company need not have: nothing odd in its values, say. */
const MAY_BE_EMPTY = /_extra is not null/

test('every example of the page on custom fields finds something in the made-up company', async () => {
  await using world = await openWorld({ size: { deals: 120, customFields: 18 } })
  await world.run({ streams: ['users', 'deals', 'persons', 'fields'].map(streamNamed) })
  const page = await readFile(PAGE, 'utf8')
  const examples = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(6)
  const analyst = new pg.Client({ connectionString: world.db.url, options: '-c search_path=pipedrive' })
  await analyst.connect()
  onTestFinished(() => analyst.end())
  for (const sql of examples) {
    const { rows } = await analyst.query(sql)
    if (!MAY_BE_EMPTY.test(sql)) expect(rows, sql).not.toEqual([])
  }
  const named = [...new Set([...page.matchAll(/`(cf_(?!x)\w+)`/g)].map((match) => match[1]))]
  const held = await world.db.query<{ name: string }>(
    `select distinct attname as name from pg_attribute where attrelid = 'pipedrive.deals'::regclass`,
  )
  const columns = new Set(held.map(({ name }) => name))
  expect(named.filter((name) => name !== 'cf_beijing' && !columns.has(name ?? ''))).toEqual([])
})
