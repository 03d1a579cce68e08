import type { CatalogField } from '../transform/catalog.ts'
import { labelColumns, type LabelledColumn } from '../transform/labelled-columns.ts'
import { DELETED_AT, EXTRA, type TableLayout } from '../transform/layout.ts'
import { qualified, quoteIdentifier, quoteLiteral, SYNCED_AT } from './table-plan.ts'

/** A table as people browse it: the labels of today in place of names that never change. */
export interface LabelledView {
  readonly name: string
  readonly table: string
  readonly comment: string
  readonly columns: readonly LabelledColumn[]
}

/** What stands under the name of a view. */
export interface StandingRelation {
  /** `v` is a view (pg_class.relkind). */
  readonly kind: string
  readonly comment: string | null
  /** What was set on it: `security_invoker=true`. */
  readonly options: readonly string[]
  /** Name and comment of each column, in their order. */
  readonly columns: readonly (readonly [string, string | null])[]
}

/** How a view of ours is told from what others have made. */
const MARK = 'Made by pipedrive-warehouse, and made anew when a label changes'

/** The view of a table that is laid out like this. */
export function labelledView({ table, comment, columns }: TableLayout, catalog: readonly CatalogField[]) {
  const shown = [...columns.filter(({ name }) => name !== EXTRA), SYNCED_AT]
  return {
    name: `${table}_labelled`,
    table,
    comment: `${comment}: the table "${table}" with the labels of today, without deleted records. ${MARK}: build views of your own on the table.`,
    columns: labelColumns(shown, catalog),
  } satisfies LabelledView
}

export function isOurs({ kind, comment }: StandingRelation): boolean {
  return kind === 'v' && comment?.includes(MARK) === true
}

/** Its columns stand in the order of the table's, so that what is called the same in the same order is the same. */
function isMadeLike(view: LabelledView, standing: StandingRelation): boolean {
  const wanted = [view.comment, view.columns.map(({ label }) => label)]
  return JSON.stringify(wanted) === JSON.stringify([standing.comment, standing.columns.map(([name]) => name)])
}

/** The comments that are other than those that are there. */
function comments(schema: string, view: LabelledView, there: StandingRelation['columns']): readonly string[] {
  const held = new Map(there)
  return view.columns
    .filter(({ column, label }) => column.comment !== (held.get(label) ?? null))
    .map(
      ({ column, label }) =>
        `comment on column ${qualified(schema, view.name)}.${quoteIdentifier(label)} is ${quoteLiteral(column.comment)}`,
    )
}

function create(schema: string, view: LabelledView, options: readonly string[]): readonly string[] {
  const name = qualified(schema, view.name)
  const columns = view.columns.map(
    ({ column, label }) => `${quoteIdentifier(column.name)} as ${quoteIdentifier(label)}`,
  )
  const set = options.length === 0 ? '' : ` with (${options.join(', ')})`
  return [
    `create view ${name}${set} as select\n  ${columns.join(',\n  ')}\nfrom ${qualified(schema, view.table)} where ${quoteIdentifier(DELETED_AT)} is null`,
    `comment on view ${name} is ${quoteLiteral(view.comment)}`,
    ...comments(schema, view, []),
  ]
}

/**
 * The statements that make the view as it is wanted, or that remove it; none where nothing would change. `create or
 * replace view` can neither rename nor drop a column, so a view with another label is dropped and made anew.
 */
export function planView(
  schema: string,
  view: LabelledView,
  standing: StandingRelation | null,
  wanted: boolean,
): readonly string[] {
  if (wanted && standing !== null && isMadeLike(view, standing))
    return comments(schema, view, standing.columns)
  return [
    ...(standing === null ? [] : [`drop view ${qualified(schema, view.name)}`]),
    ...(wanted ? create(schema, view, standing?.options ?? []) : []),
  ]
}
