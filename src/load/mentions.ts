import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Mention } from '../streams/mentions.ts'
import { EXTRA, type TableLayout } from '../transform/layout.ts'

/** The erased keys of a stream, as a query of the column `key` in this type. */
export type Keys = (of: string, type: string) => RawBuilder<unknown>

type Copies = Extract<Mention, { goes: 'copies' }>
type Elements = Extract<Mention, { goes: 'elements' }>

/** What an update of `target` does to the rows that name an erased record, and which rows it concerns. */
export interface Emptying {
  readonly set: RawBuilder<unknown>
  readonly where: RawBuilder<SqlBool>
}

const target = (column: string) => sql.ref(`target.${column}`)
const either = (conditions: readonly RawBuilder<unknown>[]) =>
  sql<SqlBool>`(${sql.join(conditions, sql` or `)})`

/** The keys as a variable of a jsonpath; a key that is a number is one in JSON. */
function asVariable(keys: RawBuilder<unknown>) {
  return sql`(select jsonb_build_object('keys', jsonb_agg(
    case when erased.key ~ '^[0-9]+$' then to_jsonb(erased.key::numeric) else to_jsonb(erased.key) end))
    from (${keys}) as erased)`
}

/** v1 may show the record itself in place of its key, with the key as `value`. */
function isInside(document: RawBuilder<unknown>, member: string, keys: RawBuilder<unknown>) {
  const path = sql.lit(`$.**."${member}" ? (@ == $keys[*] || @.value == $keys[*])`)
  return sql`coalesce(jsonb_path_exists(${document}, ${path}, ${asVariable(keys)}), false)`
}

function isIn({ columns }: TableLayout, by: string, keys: (type: string) => RawBuilder<unknown>) {
  const [column = '', member] = by.split('.')
  if (member !== undefined) return isInside(target(column), member, keys('text'))
  const type = columns.find(({ name }) => name === column)?.type ?? 'text'
  if (!type.endsWith('[]')) return sql`${target(column)} in (${keys(type)})`
  return sql`${target(column)} && array(${keys(type.slice(0, -2))})`
}

/** The rows of `target` that name an erased record. */
export function isNamed(
  layout: TableLayout,
  { of, by, where = {} }: Mention,
  keys: Keys,
): RawBuilder<SqlBool> {
  const named = by.map((column) => isIn(layout, column, (type) => keys(of, type)))
  const values = Object.entries(where).map(([column, value]) => sql`${target(column)} = ${value}`)
  return sql<SqlBool>`(${sql.join([either(named), ...values], sql` and `)})`
}

/** The rows of `target` that go with an erased record; null where none can. */
export function rowsThatGo(
  layout: TableLayout,
  mentions: readonly Mention[],
  keys: Keys,
): RawBuilder<SqlBool> | null {
  const gone = mentions.filter(({ goes }) => goes === 'row')
  return gone.length === 0 ? null : either(gone.map((mention) => isNamed(layout, mention, keys)))
}

/** A value that has no room in its column is copied into `_extra`, and so is the rest of the object it comes from. */
function copiesGo(layout: TableLayout, mention: Copies, keys: Keys): Emptying {
  const { copies, under } = mention
  const others = under === undefined ? copies : [...copies, under, `${under}.`]
  const extra = sql`nullif(${target(EXTRA)} - ${others}::text[], '{}')`
  const isThere = [
    ...copies.map((column) => sql`${target(column)} is not null`),
    sql`${target(EXTRA)} is distinct from ${extra}`,
  ]
  return {
    set: sql.join([
      ...copies.map((column) => sql`${sql.id(column)} = null`),
      sql`${sql.id(EXTRA)} = ${extra}`,
    ]),
    where: sql<SqlBool>`${isNamed(layout, mention, keys)} and ${either(isThere)}`,
  }
}

function without(
  column: RawBuilder<unknown>,
  member: string,
  keys: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const path = sql.lit(`$[*] ? (!(@."${member}" == $keys[*]))`)
  const rest = (list: RawBuilder<unknown>) =>
    sql`jsonb_path_query_array(${list}, ${path}, ${asVariable(keys)})`
  const [name, value] = [sql.ref('one.name'), sql.ref('one.value')]
  return sql`case jsonb_typeof(${column}) when 'array' then ${rest(column)}
    when 'object' then coalesce((
      select jsonb_object_agg(${name}, case jsonb_typeof(${value}) when 'array' then ${rest(value)} else ${value} end)
      from jsonb_each(${column}) as one(name, value)), ${column})
    else ${column} end`
}

function elementsGo({ of, by, member }: Elements, keys: Keys): Emptying {
  const changed = by.map((column) => without(target(column), member, keys(of, 'text')))
  const pairs = by.map((column, index) => sql`${sql.id(column)} = ${changed[index]}`)
  const differs = by.map((column, index) => sql`${target(column)} is distinct from ${changed[index]}`)
  return { set: sql.join(pairs), where: either(differs) }
}

/** What is emptied in the rows of `target` that stay. */
export function emptyings(
  layout: TableLayout,
  mentions: readonly Mention[],
  keys: Keys,
): readonly Emptying[] {
  return mentions.flatMap((mention) => {
    if (mention.goes === 'elements') return [elementsGo(mention, keys)]
    return mention.goes === 'copies' && mention.copies.length > 0 ? [copiesGo(layout, mention, keys)] : []
  })
}

/** Whether what the table holds changes when a record that is mentioned so is erased. */
export function isTouched(mention: Mention): boolean {
  return mention.goes !== 'copies' || mention.copies.length > 0
}
