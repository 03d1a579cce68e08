import { expect, test } from 'vitest'
import { printMigrations } from '../src/load/migrate.ts'
import { planTable } from '../src/load/table-plan.ts'
import { streams } from '../src/streams/index.ts'
import { layoutStream } from '../src/transform/layout.ts'
import { testDatabase } from './support/database.ts'

const SCHEMAS = { data: 'pipedrive', control: 'pipedrive_sync' }

/** A column a line, so that a difference shows which. */
function unfold(statement: string): string {
  const table = /^(create table [^(]*)\((.*)\)$/s.exec(statement)
  if (table === null || statement.includes('\n')) return statement
  const [, head = '', body = ''] = table
  return `${head}(\n  ${body.replaceAll(/, (?="\w+" \w|constraint )/g, ',\n  ')}\n)`
}

/** The tables of every stream as they are before any custom field is known. */
function streamTables(): string[] {
  return streams
    .filter(({ partitions }) => partitions.length > 0)
    .flatMap((stream) => {
      const layout = layoutStream(stream, [])
      return [layout, ...layout.children]
    })
    .map((layout) =>
      planTable(SCHEMAS.data, layout, null)
        .map(({ ddl }) => `${ddl};\n`)
        .join(''),
    )
}

async function controlTables(): Promise<string[]> {
  const statements = (await printMigrations(SCHEMAS)).trimEnd().split(/;\n?/)
  return statements.filter((statement) => statement !== '').map((statement) => `${unfold(statement)};\n`)
}

const HEAD =
  '-- Every table that the program makes. Regenerate with: npx vitest run test/schema-snapshot.test.ts -u\n'

async function schema(): Promise<string> {
  return [HEAD, ...(await controlTables()), ...streamTables()].join('\n')
}

test('the tables of all streams are those of test/schema.snapshot.sql', async () => {
  await expect(await schema()).toMatchFileSnapshot('schema.snapshot.sql')
})

test('the snapshot runs in an empty database and makes a table for each stream and each of its children', async () => {
  const db = await testDatabase()
  await db.query(await schema())
  const made = await db.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'pipedrive' order by 1`,
  )
  const expected = streams.flatMap(({ name, exploded }) => [
    name,
    ...(exploded ?? []).map(({ table }) => table),
  ])
  expect(made.map(({ name }) => name)).toEqual([...expected, 'field_options'].toSorted())
})
