import { streams } from '../src/streams/index.ts'
import { columnType, type ColumnSpecs, type Partition, type Stream } from '../src/streams/stream.ts'
import { layoutStream } from '../src/transform/layout.ts'
import { readerIndexes } from '../src/transform/reader-indexes.ts'
import { howDeleted, modeOf, referencesOf, whenRead, whichParents } from '../src/streams/describe.ts'

/** A table of the warehouse: a stream's own, or one that is made of an array in its records. */
interface Table {
  readonly name: string
  readonly description: string
  readonly key: readonly string[]
  readonly columns: ColumnSpecs
  readonly about: readonly string[]
}

function indexed(stream: Stream, table: string): readonly string[] {
  const columns = readerIndexes(stream, layoutStream(stream, []))
    .filter((index) => index.table === table)
    .map(({ column }) => `\`${column}\``)
  return columns.length === 0 ? [] : [`Indexes: ${columns.join(', ')}`]
}

/** Longer values are lists of fields. */
const LONGEST_VALUE = 40

function request({ path, cost, params = {} }: Partition): string {
  const query = Object.entries(params)
    .map(([name, value]) => `${name}=${value.length > LONGEST_VALUE ? '…' : value}`)
    .join('&')
  return `\`${path}${query === '' ? '' : `?${query}`}\` (${cost} tokens)`
}

function ownTable(stream: Stream): Table {
  const { name, description, key, columns, partitions } = stream
  const parents = partitions.flatMap((partition) => whichParents(partition) ?? [])
  return {
    name,
    description,
    key,
    columns,
    about: [
      `Read from: ${partitions.map(request).join(', ')}`,
      `Mode: ${modeOf(stream)}${parents.length === 0 ? '' : ` (${parents.join('; ')})`}; ${whenRead(stream)}`,
      `Deleted: ${howDeleted(stream)}`,
      ...indexed(stream, name),
    ],
  }
}

function tablesOf(stream: Stream): readonly Table[] {
  const type = columnType(stream.columns[stream.key[0] ?? ''] ?? 'bigint')
  const exploded = (stream.exploded ?? []).map(({ table, description, parent, from, columns }) => ({
    name: table,
    description,
    key: [parent, 'position'],
    columns: { [parent]: type, position: 'bigint', ...columns } as const,
    about: [
      `Made of \`${from}\` in each record of \`${stream.name}\`, and replaced with it; no request of its own`,
      ...indexed(stream, table),
    ],
  }))
  return [ownTable(stream), ...exploded]
}

function line(column: string, type: string, key: boolean, refers: string | undefined): string {
  const more = [key ? 'key' : '', refers === undefined ? '' : `→ \`${refers}\``].filter((text) => text !== '')
  return `| \`${column}\` | ${type} | ${more.join(', ')} |`
}

function section({ name, description, key, columns, about }: Table): string {
  const refers = new Map(referencesOf(columns).map(({ column, table }) => [column, table]))
  const lines = Object.entries(columns).map(([column, spec]) =>
    line(column, columnType(spec), key.includes(column), refers.get(column)),
  )
  return [
    `### ${name}`,
    `${description}.`,
    about.map((text) => `- ${text}`).join('\n'),
    ['| column | type | |', '| --- | --- | --- |', ...lines].join('\n'),
  ].join('\n\n')
}

/** One arrow for each pair of tables; what refers to users does so nearly everywhere, and is left out of the picture. */
function diagram(tables: readonly Table[]): string {
  const arrows = tables.flatMap(({ name, columns }) => {
    const pairs = Map.groupBy(referencesOf(columns), ({ table }) => table)
    return [...pairs]
      .filter(([table]) => table !== 'users' && table !== name)
      .map(([table, by]) => `  ${table} ||--o{ ${name} : "${by.map(({ column }) => column).join(', ')}"`)
  })
  return ['```mermaid', 'erDiagram', ...arrows, '```'].join('\n')
}

const HEAD = `# The tables

Generated from the registry with \`npm start -- streams --markdown\`; a test fails when it is stale.

Each table has besides: the columns of its custom fields (\`cf_…\`, see \`fields\`), \`_synced_at\` (when the row was last
written), and, but for those made of arrays, \`_deleted_at\` (when the record was deleted; null while it is there);
\`_extra\` holds what has no column or does not fit it. \`fields\` and \`field_options\` hold Pipedrive's fields and options.

Modes: *incremental* asks for what was updated since the bookmark; *newest first* walks back to the bookmark; *full refresh*
reads all of it; *per parent* asks for the children of a record; *exploded* is made of another table's records.

Beside their keys the tables have indexes for readers, named \`<table>_<column>_idx\`: of what names records of other tables, and of the
time of change. No run needs them. They are made when all of a table has been read and it holds 64 MB or more, since a
smaller one is read whole in a few hundredths of a second; and again where one is missing after a run that reads it, but
not with \`--schema-contract freeze\`.

Arrows in the tables are foreign keys. They are not enforced: rows arrive in any order, and what Pipedrive has purged
may still be referred to.`

/** The page about all tables, in Markdown. */
export function streamsPage(): string {
  const tables = streams.filter(({ partitions }) => partitions.length > 0).flatMap(tablesOf)
  return [
    HEAD,
    '## How they refer to one another',
    diagram(tables),
    '## Table by table',
    ...tables.map(section),
  ].join('\n\n')
}
