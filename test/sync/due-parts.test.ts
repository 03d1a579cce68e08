import { describe, expect, test } from 'vitest'
import { countOf, only } from '../support/warehouse.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'

const HOUR = 3_600_000
const [leads, persons, files] = [streamNamed('leads'), streamNamed('persons'), streamNamed('files')]

/** What a pass that is not told what to read asks for. */
async function asked({ tap, run }: World, stream: typeof leads): Promise<readonly string[]> {
  const from = tap.asked.length
  expect(only(await run({ streams: [stream], onlyDue: true })).status).toBe('done')
  return tap.asked.slice(from).map(({ path }) => path)
}

test('archived leads are read once a day, and whenever leads are asked for', async () => {
  await using world = await openWorld()
  const { clock, db, emulator } = world
  const isAsked = async (): Promise<boolean> => (await asked(world, leads)).includes('/v1/leads/archived')
  expect(await isAsked()).toBe(true)
  // The latest one: no other lead is read from the bookmark on.
  const [latest] = emulator.company
    .list('leads')
    .filter((lead) => lead['is_archived'] === false)
    .toSorted((one, other) => (other['update_time'] as string).localeCompare(one['update_time'] as string))
  const live = latest?.['id'] as string
  emulator.company.leads.archive(live)
  clock.advance(23 * HOUR)
  expect(await isAsked()).toBe(false)
  expect(world.warnings).toEqual([])
  expect(await countOf(db, 'leads', `id = '${live}' and is_archived`)).toBe(0)
  clock.advance(2 * HOUR)
  expect(await isAsked()).toBe(true)
  expect(await countOf(db, 'leads', `id = '${live}' and is_archived and _deleted_at is null`)).toBe(1)
  expect(await isAsked()).toBe(false)
  expect(only(await world.run({ streams: [leads] })).requests).toBeGreaterThan(2)
})

test('of files that come newest first, a pass reads no page that it does not need', async () => {
  await using world = await openWorld({ size: { files: 250 } })
  await asked(world, files)
  expect(await asked(world, files)).toHaveLength(2)
})

describe('the fields of a stream', () => {
  const CATALOG = '/api/v2/personFields'

  test('are read every six hours', async () => {
    await using world = await openWorld()
    expect(await asked(world, persons)).toContain(CATALOG)
    world.clock.advance(5 * HOUR)
    expect(await asked(world, persons)).not.toContain(CATALOG)
    world.clock.advance(2 * HOUR)
    expect(await asked(world, persons)).toContain(CATALOG)
  })

  test('and in the next pass where a record has shown one that is not known, or an option', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await asked(world, persons)
    const field = emulator.company.fields.add('persons', 'Shoe size', 'double')
    emulator.company.persons.update(1, { custom_fields: { [field.code]: 44 } })
    expect(await asked(world, persons)).not.toContain(CATALOG)
    expect(await asked(world, persons)).toContain(CATALOG)
    expect(await countOf(db, 'persons', 'id = 1 and cf_shoe_size = 44')).toBe(1)
    expect(await asked(world, persons)).not.toContain(CATALOG)
  })
})
