import type { SyncOptions } from './context.ts'
import { readCatalog } from './load/catalog-store.ts'
import { inTransaction, orUndone, type Session } from './load/connection.ts'
import { evolveTables, existingTable, type Contract, type WaitingChange } from './load/evolve.ts'
import { columnsHeld, type TableChange } from './load/table-plan.ts'
import { keepLabelledView } from './load/labelled-view.ts'
import { labelledView } from './load/view-plan.ts'
import { findUnfilled, rereadFor } from './load/unfilled.ts'
import { promoteLeftovers } from './promote.ts'
import { hasOwnFields, type Stream } from './streams/stream.ts'
import { MOST_COLUMNS, type CatalogField } from './transform/catalog.ts'
import { EXTRA, layoutStream, type StreamLayout, type TableLayout } from './transform/layout.ts'
import { keysOfRemoved, presentIn, type Held, type Shape } from './transform/present.ts'

/** A stream and its fields as its tables can hold them. */
export interface Prepared extends Shape {
  readonly layout: StreamLayout
  readonly waiting: readonly WaitingChange[]
  /** What is said of fields for which there is no room. */
  readonly full: string | null
  /** What is said of it where all records have to be read again, to fill what was added. */
  readonly reread: string | null
}

/**
 * Brings the tables of a stream in line with its catalog, and moves what has waited for new columns into them; to be
 * called under its lock. What still has no column is kept in `_extra`. Where something was added that nothing has waited
 * for, the stream's bookmarks are forgotten, so that all its records are read again.
 */
export function prepareTables(
  stream: Stream,
  session: Session,
  account: string,
  contract: Contract,
): Promise<Prepared> {
  return inTransaction(session, async () => {
    const catalog = await readCatalog(session, stream.name)
    const whole = stream.whole ?? stream
    const tables = layoutStream(whole, catalog)
    const layouts = [tables, ...tables.children]
    const { made, waiting } = await evolveTables(session, account, stream.name, layouts, contract)
    const unfilled = await findUnfilled(session, account, whole, made)
    const shape = await shapeHeld(session, stream, catalog)
    await promote(session, account, shape, made)
    const full = describeFull({ stream, catalog })
    return { ...shape, waiting, full, reread: await rereadFor(session, account, whole, unfilled) }
  })
}

/** The row is too big for a page. */
const TOO_BIG: ReadonlySet<string> = new Set(['54000'])

/** What rows have no room for goes on waiting: it is not lost, and keeps no record from being loaded. */
async function promote(session: Session, account: string, shape: Shape, made: readonly TableChange[]) {
  const columns = new Set(made.flatMap(({ column }) => column ?? []))
  await orUndone(session, TOO_BIG, () => promoteLeftovers(session, account, shape, columns))
}

/**
 * Brings the view of a stream's labels in line with table and catalog; to be called under its lock. Returns what kept it
 * from that. A contract to freeze holds for its columns too: they are names that people rely on.
 */
export async function prepareView(
  stream: Stream,
  session: Session,
  { contract, labelledViews }: SyncOptions,
): Promise<string | null> {
  if (contract === 'freeze' || !hasOwnFields(stream)) return null
  const catalog = await readCatalog(session, stream.name)
  const table = layoutStream(stream.whole ?? stream, catalog)
  const { ours: columns } = columnsHeld(table, await existingTable(session, table.table))
  return keepLabelledView(session, labelledView({ ...table, columns }, catalog), labelledViews)
}

/** A stream and its fields as far as its tables have columns for them now, and those columns. */
export async function shapeHeld(
  session: Session,
  stream: Stream,
  catalog: readonly CatalogField[],
): Promise<Shape & { readonly layout: StreamLayout }> {
  const tables = layoutStream(stream.whole ?? stream, catalog)
  const shape = presentIn({ stream, catalog }, await readHeld(session, [tables, ...tables.children]))
  return { ...shape, layout: layoutPresent(shape) }
}

async function readHeld(session: Session, layouts: readonly TableLayout[]): Promise<Held> {
  const held = new Map<string, ReadonlySet<string>>()
  for (const layout of layouts) {
    const existing = await existingTable(session, layout.table)
    const { ours } = columnsHeld(layout, existing)
    if (existing !== null) held.set(layout.table, new Set(ours.map(({ name }) => name)))
  }
  return held
}

/** Records say nothing any more of a field that was removed: merging its columns, or what waits for them, would empty them. */
function layoutPresent({ stream, catalog }: Shape): StreamLayout {
  const layout = layoutStream(
    stream,
    catalog.filter((field) => !field.removed),
  )
  const keeps = keysOfRemoved(catalog)
  if (keeps.length === 0) return layout
  const columns = layout.columns.map((column) => (column.name === EXTRA ? { ...column, keeps } : column))
  return { ...layout, columns }
}

const WHY: Readonly<Record<WaitingChange['why'], (table: string) => string>> = {
  frozen: () =>
    'could not be made: the schema contract is to freeze; run with --schema-contract evolve to make them',
  held: (table) => `could not be made: a reader has held ${table} for too long; the next run tries again`,
  full: (table) =>
    `could not be made: PostgreSQL allows a table 1,600 columns, dropped ones included, and ${table} has had them all; drop it (with cascade, where a view hangs on it), and the next run makes and fills it anew`,
  mistyped: () =>
    'could not be made: there is a column of that name and another type, which is not ours; rename it, and the next run makes ours',
}

/** What a person should know of the tables after they were brought in line. */
export function describePrepared({ stream, waiting, full, reread }: Prepared): readonly string[] {
  return [describeWaiting(stream.name, waiting), full, reread].filter((text) => text !== null)
}

/** What a person should know of the changes that could not be made; null where all were. */
function describeWaiting(stream: string, waiting: readonly WaitingChange[]): string | null {
  const texts = [...Map.groupBy(waiting, ({ why }) => why)].map(([why, changes]) => {
    const what = changes.map(({ table, column }) => column ?? `table ${table}`)
    const more = what.length > 10 ? ` and ${what.length - 10} more` : ''
    return `${stream}: ${what.slice(0, 10).join(', ')}${more} ${WHY[why](changes[0]?.table ?? stream)}. Until then the values wait in _extra.`
  })
  return texts.length === 0 ? null : texts.join(' ')
}

/** What a person should know of fields for which a table has no room; null where it has. */
function describeFull({ stream, catalog }: Shape): string | null {
  const without = catalog.filter(
    ({ isCustom, removed, columnName }) => isCustom && !removed && columnName === null,
  )
  if (without.length === 0) return null
  return `${stream.name}: ${without.length} custom fields have no column, since a table has room for ${MOST_COLUMNS}; their values are in _extra.`
}
