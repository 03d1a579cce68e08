import { childrenIn } from '../streams/children.ts'
import type { Stream } from '../streams/stream.ts'
import type { StreamLayout, TableLayout } from './layout.ts'

export interface ReaderIndex {
  readonly name: string
  readonly table: string
  readonly column: string
}

/** Lists and documents are looked into in other ways. */
const PLAIN: ReadonlySet<string> = new Set(['bigint', 'text', 'uuid', 'timestamptz', 'date'])

function ofTable(layout: TableLayout, more: readonly string[]): readonly ReaderIndex[] {
  const { table, key, cursor, columns, mentions = [] } = layout
  const wanted = new Set([...more, ...mentions.flatMap(({ by }) => by), ...(cursor === null ? [] : [cursor])])
  return columns
    .filter(({ name, type }) => wanted.has(name) && name !== key[0] && PLAIN.has(type))
    .map(({ name }) => ({ name: `${table}_${name}_idx`, table, column: name }))
}

/**
 * Indexes that no run needs and readers do: of the columns that name records of other tables, and of the time of change.
 * What a key begins with is found by the key.
 */
export function readerIndexes(stream: Stream, layout: StreamLayout): readonly ReaderIndex[] {
  const parents = childrenIn(stream).flatMap(({ parents: { columns } }) => columns)
  return [...ofTable(layout, parents), ...layout.children.flatMap((table) => ofTable(table, []))]
}
