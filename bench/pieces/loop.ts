import { connected } from '../database.ts'
import type { Measured, PieceInput } from '../piece.ts'
import { streamsOf } from '../work.ts'
import { pagesOf } from './fetch.ts'

/** What somebody in a hurry would type; the rest is in `custom_fields`, or left out. */
const COLUMNS: Readonly<Record<string, string>> = {
  deals: 'title text, value numeric, currency text, status text, stage_id bigint, owner_id bigint',
  persons: 'name text, org_id bigint, owner_id bigint, emails jsonb, phones jsonb, visible_to int',
}
const COMMON = 'add_time timestamptz, update_time timestamptz, custom_fields jsonb'

function statementsFor(name: string) {
  const typed = `id bigint, ${COLUMNS[name]}, ${COMMON}`
  const names = typed.split(', ').map((column) => column.split(' ')[0] ?? '')
  const updates = names.slice(1).map((column) => `${column} = excluded.${column}`)
  return {
    create: `create table loop.${name} (${typed}, primary key (id))`,
    insert: `insert into loop.${name} select ${names.join(', ')} from jsonb_to_recordset($1) as page(${typed})
             on conflict (id) do update set ${updates.join(', ')}`,
  }
}

/** The peer: page after page, each with one statement of its own. */
export async function loop(input: PieceInput): Promise<Measured> {
  return connected(input.databaseUrl, async (client) => {
    await client.query('create schema loop')
    const began = performance.now()
    let records = 0
    for (const { name, partitions } of streamsOf(input)) {
      const { create, insert } = statementsFor(name)
      await client.query(create)
      for (const partition of partitions)
        for await (const page of pagesOf(input, partition)) {
          await client.query(insert, [JSON.stringify(page)])
          records += page.length
        }
    }
    return { seconds: (performance.now() - began) / 1000, records }
  })
}
