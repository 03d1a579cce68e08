import { expect, test } from 'vitest'
import { changeFields, optionsOf, OWNERS, type Owner } from '../support/field-changes.ts'
import { randomOf } from '../support/random.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'

const ROUNDS = 40
const CHANGES_A_ROUND = 10
const DAY = 24 * 60 * 60 * 1000
const SEED = Number(process.env['FIELDS_SEED'] ?? 7)

const owners = Object.keys(OWNERS) as Owner[]
const request = { streams: owners.map(streamNamed) }

interface Column {
  readonly name: string
  readonly type: string
}

function columnsOf({ db }: World, table: string): Promise<Column[]> {
  return db.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [`pipedrive.${table}`],
  )
}

/** Requests of the records, in their order; how many there are must not depend on what became of the fields. */
function askedFor({ tap }: World, from: number): string[] {
  return tap.asked
    .slice(from)
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('Fields'))
    .toSorted()
}

/** Every field that is there is shown by the view under its label, with what its column holds. */
async function expectLabelled(world: World, owner: Owner): Promise<void> {
  const { db, emulator } = world
  const shown = (await columnsOf(world, `${owner}_labelled`)).map(({ name }) => name)
  const fields = await db.query<{ code: string; label: string; column: string }>(
    `select field_code as code, label, column_name as column from pipedrive.fields
     where entity = $1 and is_custom and removed_at is null`,
    [owner],
  )
  expect(new Set(fields.map(({ code }) => code))).toEqual(
    new Set(emulator.company.catalog.custom(owner).map(({ code }) => code)),
  )
  const folded = Map.groupBy(fields, ({ label }) => label.normalize('NFC').toLowerCase())
  // A reference is shown as its id, under a longer name.
  for (const { label, column } of fields.filter(({ column }) => !column.endsWith('_id'))) {
    if (Buffer.byteLength(label) > 60 || (folded.get(label.normalize('NFC').toLowerCase())?.length ?? 0) > 1)
      continue
    const wanted = label.normalize('NFC')
    const names = shown.filter((name) => name === wanted || name.startsWith(`${wanted} (`))
    expect(names, label).not.toEqual([])
    const same = names.map(
      (name) => `view."${name.replaceAll('"', '""')}"::text is not distinct from t."${column}"::text`,
    )
    const unlike = await db.query(
      `select t.id from pipedrive.${owner}_labelled as view join pipedrive.${owner} as t on t.id = view."${shown[0] ?? ''}" where not (${same.join(' or ')})`,
    )
    expect(unlike, label).toEqual([])
  }
}

test(`a year of changes to fields and options (seed ${SEED}) breaks no query, loses no value and costs no request`, async () => {
  await using world = await openWorld({ size: { customFields: 9, deals: 30, persons: 15 } })
  const { db, emulator, clock, tap } = world
  const draw = randomOf(SEED)
  await world.run(request)
  const first = new Map<string, Column[]>()
  for (const owner of owners) first.set(owner, await columnsOf(world, owner))
  const queries = owners.map(
    (owner) =>
      `select ${(first.get(owner) ?? []).map(({ name }) => `"${name}"`).join(', ')} from pipedrive.${owner}`,
  )
  for (const [index, query] of queries.entries()) await db.query(`create view report_${index} as ${query}`)
  const before = tap.asked.length
  await world.run(request)
  const quiet = askedFor(world, before)
  const columns = new Map(first)
  for (let round = 0; round < ROUNDS; round++) {
    const known = optionsOf(emulator)
    const changes: string[] = []
    for (let change = 0; change < CHANGES_A_ROUND; change++)
      changes.push(await changeFields(emulator, draw, known))
    const from = tap.asked.length
    const report = await world.run(request)
    const at = `round ${round}: ${changes.join(', ')}`
    expect(report.status, at).toBe('done')
    expect(askedFor(world, from), at).toEqual(quiet)
    await expectWarehouseEquals(world, { streams: owners, counters: false })
    for (const owner of owners) {
      const now = await columnsOf(world, owner)
      expect(now.slice(0, columns.get(owner)?.length), at).toEqual(columns.get(owner))
      columns.set(owner, now)
      await expectLabelled(world, owner)
    }
    for (const [index, query] of queries.entries()) {
      await db.query(query)
      await db.query(`select * from report_${index}`)
    }
    clock.advance(9 * DAY)
  }
  const [{ count } = {}] = await db.query<{ count?: number }>(
    `select count(*)::int as count from pipedrive.fields where is_custom and removed_at is not null`,
  )
  expect(count).toBeGreaterThan(3)
}, 600_000)
