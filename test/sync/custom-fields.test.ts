import { describe, expect, test } from 'vitest'
import { openWorld, streamNamed, type World } from '../support/world.ts'

const KINDS = ['deals', 'persons', 'organizations', 'products'] as const

function firstId(world: World, name: (typeof KINDS)[number] | 'leads'): number | string {
  const [first] = world.emulator.company.list(name)
  if (first === undefined) throw new Error(`no ${name}`)
  return first['id'] as number | string
}

/** The custom columns of a table, in their order. */
async function customColumns(world: World, table: string): Promise<string[]> {
  const rows = await world.db.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attname like 'cf\\_%' and not attisdropped order by attnum`,
    [`pipedrive.${table}`],
  )
  return rows.map(({ name }) => name)
}

async function held(world: World, table: string, column: string, id: number | string): Promise<unknown> {
  const [row] = await world.db.query(`select ${column} as value from pipedrive.${table} where id = $1`, [id])
  return row?.['value']
}

async function runAll(world: World, names: readonly string[]): Promise<void> {
  const report = await world.run({ streams: names.map(streamNamed) })
  expect(report.status).toBe('done')
}

describe('custom fields of several kinds of record', () => {
  test('a field on one kind has a column in that kind’s table only', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const { code } = company.fields.add('persons', 'Birthplace', 'varchar')
    const id = firstId(world, 'persons')
    company.persons.update(id, { custom_fields: { [code]: 'Tartu' } })
    await runAll(world, KINDS)
    const columns = await Promise.all(KINDS.map((kind) => customColumns(world, kind)))
    expect(columns).toEqual(KINDS.map((kind) => (kind === 'persons' ? ['cf_birthplace'] : [])))
    expect(await held(world, 'persons', 'cf_birthplace', id)).toBe('Tartu')
  })

  test('one label on several kinds is one name in each table, whatever type it has there', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const made = [
      ['deals', 'double', 1.5, ['cf_size'], '1.5'],
      ['persons', 'varchar', 'large', ['cf_size'], 'large'],
      ['organizations', 'monetary', { value: 7, currency: 'EUR' }, ['cf_size', 'cf_size_currency'], '7'],
      ['products', 'date', '2026-05-15', ['cf_size'], '2026-05-15'],
    ] as const
    for (const [kind, type, value] of made) {
      const { code } = company.fields.add(kind, 'Size', type)
      company[kind].update(firstId(world, kind), { custom_fields: { [code]: value } })
    }
    await runAll(world, KINDS)
    for (const [kind, , , columns, value] of made) {
      expect(await customColumns(world, kind)).toEqual(columns)
      expect(await held(world, kind, 'cf_size::text', firstId(world, kind))).toBe(value)
    }
  })

  test('leads have the deal’s fields, each under the name and with the values that it has there', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await runAll(world, ['deals', 'leads'])
    const ofDeals = await customColumns(world, 'deals')
    expect(ofDeals.length).toBeGreaterThan(16)
    expect((await customColumns(world, 'leads')).toSorted()).toEqual(ofDeals.toSorted())
    const { code } = company.fields.add('deals', 'Agreed', 'daterange')
    const value = { value: '2026-05-15', until: '2026-05-31' }
    for (const kind of ['deals', 'leads'] as const)
      company[kind].update(firstId(world, kind), { custom_fields: { [code]: value } })
    await runAll(world, ['deals', 'leads'])
    for (const kind of ['deals', 'leads'] as const) {
      const both = `cf_agreed::text || ' ' || cf_agreed_until::text`
      expect(await held(world, kind, both, firstId(world, kind))).toBe('2026-05-15 2026-05-31')
    }
    expect(await world.db.query('select from pipedrive_sync.drift')).toEqual([])
  })
})
