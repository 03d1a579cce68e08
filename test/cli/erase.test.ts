import { expect, test } from 'vitest'
import { cli, emptyDirectory, jsonFrom, sentenceOf, smallCompany, variables } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

async function warehouse() {
  const database = await testDatabase()
  const env = variables(await smallCompany(), database.url)
  await jsonFrom(['backfill', '--stream', 'persons,notes'], { env })
  return { database, env }
}

const ROWS = 'select count(*)::int as count from pipedrive.persons where id = 2'

test('erase counts with --dry-run, removes for good, says so the second time, and lists what it removed', async () => {
  const { database, env } = await warehouse()
  const plan = await jsonFrom(['erase', 'person', '2', '--dry-run'], { env })
  expect(plan).toMatchObject({ kind: 'person', id: '2', dry_run: true, erased_before: false })
  const { tables } = plan as { tables: readonly { readonly table: string; readonly removed: number }[] }
  expect(tables).toContainEqual({ table: 'persons', removed: 1, emptied: 0, stays: 0 })
  expect(await database.query(ROWS)).toEqual([{ count: 1 }])
  expect(await jsonFrom(['erase', '--list'], { env })).toEqual([])

  const done = await jsonFrom(['erase', 'person', '2'], { env })
  expect(done).toEqual({ kind: 'person', id: '2', dry_run: false, erased_before: false, tables })
  await jsonFrom(['sync', '--sweep', '--stream', 'persons,notes'], { env })
  expect(await database.query(ROWS)).toEqual([{ count: 0 }])
  expect(await jsonFrom(['erase', '--list'], { env })).toMatchObject([{ kind: 'person', id: '2' }])
  expect(await jsonFrom(['erase', 'person', '2'], { env })).toMatchObject({ erased_before: true })
})

test('erase tells people what became of each table, what stays, and that an unknown id is kept out too', async () => {
  const { env } = await warehouse()
  const told = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(['erase', ...args], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const planned = await told('person', '2', '--dry-run')
  expect(planned).toMatch(/^Nothing was changed\. To erase person 2 would do this:/)
  expect(planned).toMatch(/^table +removed +emptied +stays$/m)
  expect(planned).toMatch(/^persons +1 +0 +0$/m)
  expect(planned).toMatch(/What stays are records of their own/)
  expect(await told('person', '2')).toMatch(/^person 2 is erased, and no run brings it back\./)
  expect(await told('person', '2')).toMatch(/^person 2 was erased at 20\S+Z already/)
  expect(await told('person', '4711')).toMatch(
    /The warehouse holds nothing of it; should it come, it is kept out\./,
  )
  expect(await told('--list')).toMatch(/^person +2 +20\S+Z$/m)
})

test.each([
  [[], /Say its kind and its id/],
  [['person'], /Say its kind and its id/],
  [['people', '1'], /"people" cannot be erased/],
  [['person', 'Ann'], /"Ann" is no id of a person/],
  [['lead', '12'], /"12" is no id of a lead: that is a UUID/],
  [['person', '1', '--list'], /--list goes with nothing else/],
  [['--list', '--dry-run'], /--list goes with nothing else/],
])('erase %j is wrong usage', async (args, sentence) => {
  expect(sentenceOf(await cli(['erase', ...args]))).toMatch(sentence)
})

test('erase makes no warehouse where there is none', async () => {
  const cwd = await emptyDirectory()
  expect(sentenceOf(await cli(['erase', 'person', '1'], { cwd }))).toMatch(/There is no warehouse here yet/)
})
