import { sql } from 'kysely'
import type { Mention } from '../streams/mentions.ts'
import type { TableLayout } from '../transform/layout.ts'
import { inTransaction, tableExists, type Session } from './connection.ts'
import { existingTable } from './evolve.ts'
import { lockUntilCommit } from './lock.ts'
import { emptyings, isNamed, isTouched, rowsThatGo, type Keys } from './mentions.ts'
import { cutOffStages } from './stage.ts'
import { oweVacuum, sweepOut } from './sweep-out.ts'

/** A record that is to be erased, and where anything of it may stand. */
export interface Erasure {
  readonly account: string
  readonly stream: string
  readonly key: string
  readonly tables: readonly { readonly stream: string; readonly layout: TableLayout }[]
  /** The partitions whose records are children of the stream's. */
  readonly families: readonly { readonly stream: string; readonly partition: string }[]
}

/** What becomes of the rows of a table. */
export interface TableErasure {
  readonly table: string
  readonly removed: number
  /** Rows that stay, without what they had copied of the record. */
  readonly emptied: number
  /** Rows that stay because they are records of their own; they name the erased one. */
  readonly stays: number
}

export interface Erased {
  /** Since when the record is kept out; null where it was not until now. */
  readonly since: Date | null
  /** The tables that have anything of it. */
  readonly tables: readonly TableErasure[]
}

/** A table of the warehouse with what of it the erasure may touch. */
interface Place {
  readonly layout: TableLayout
  readonly mentions: readonly Mention[]
}

function mentionsOf({ stream }: Erasure, { mentions = [] }: TableLayout): readonly Mention[] {
  return mentions.filter(({ of }) => of === stream)
}

/** A mention in the columns that are there; null where none of them is. */
function within(mention: Mention, has: (column: string) => boolean): Mention | null {
  const by = mention.by.filter((name) => has(name.split('.')[0] ?? ''))
  if (by.length === 0) return null
  return mention.goes === 'copies'
    ? { ...mention, by, copies: mention.copies.filter(has) }
    : { ...mention, by }
}

/** Passes over tables and columns that no run has made yet: a newer version may know more than the warehouse holds. */
async function placesOf(session: Session, erasure: Erasure): Promise<readonly Place[]> {
  const places: Place[] = []
  for (const { layout } of erasure.tables) {
    const mentions = mentionsOf(erasure, layout)
    const columns = mentions.length === 0 ? null : (await existingTable(session, layout.table))?.columns
    const there = mentions.flatMap((mention) => within(mention, (name) => columns?.has(name) === true) ?? [])
    if (there.length > 0) places.push({ layout, mentions: there })
  }
  return places
}

function theKey({ key }: Erasure): Keys {
  return (_of, type) => sql`select ${key}::${sql.raw(type)} as key`
}

function tableOf({ schemas }: Session, { table }: TableLayout) {
  return sql.table(`${schemas.data}.${table}`)
}

async function count(session: Session, { layout }: Place, where: ReturnType<typeof isNamed> | null) {
  if (where === null) return 0
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${tableOf(session, layout)} as target where ${where}`.execute(session.data)
  return Number(rows[0]?.count ?? 0)
}

/** What an erasure would do to a table. */
async function look(session: Session, place: Place, keys: Keys): Promise<TableErasure> {
  const { layout, mentions } = place
  let [emptied, stays] = [0, 0]
  for (const { where } of emptyings(layout, mentions, keys)) emptied += await count(session, place, where)
  for (const mention of mentions.filter(({ goes }) => goes === 'copies'))
    stays += await count(session, place, isNamed(layout, mention, keys))
  const removed = await count(session, place, rowsThatGo(layout, mentions, keys))
  return { table: layout.table, removed, emptied, stays }
}

async function clean(session: Session, { layout, mentions }: Place, keys: Keys): Promise<void> {
  const table = tableOf(session, layout)
  const gone = rowsThatGo(layout, mentions, keys)
  if (gone !== null) await sql`delete from ${table} as target where ${gone}`.execute(session.data)
  for (const { set, where } of emptyings(layout, mentions, keys))
    await sql`update ${table} as target set ${set}, _synced_at = now() where ${where}`.execute(session.data)
}

async function lookAt(session: Session, erasure: Erasure, places: readonly Place[]) {
  const tables: TableErasure[] = []
  for (const place of places) tables.push(await look(session, place, theKey(erasure)))
  return tables.filter(({ removed, emptied, stays }) => removed + emptied + stays > 0)
}

async function erasedSince({ control }: Session, { account, stream, key }: Erasure): Promise<Date | null> {
  const row = await control
    .selectFrom('erased')
    .select('erased_at')
    .where((is) => is.and({ account, stream, key }))
    .executeTakeFirst()
  return row?.erased_at ?? null
}

/** What erasing the record would do; nothing is changed. */
export async function planErasure(session: Session, erasure: Erasure): Promise<Erased> {
  const isKept = await tableExists(session, session.schemas.control, 'erased')
  return {
    since: isKept ? await erasedSince(session, erasure) : null,
    tables: await lookAt(session, erasure, await placesOf(session, erasure)),
  }
}

async function remember({ control }: Session, { account, stream, key, families }: Erasure): Promise<void> {
  await control
    .insertInto('erased')
    .values({ account, stream, key })
    .onConflict((on) => on.doNothing())
    .execute()
  for (const family of families)
    await control
      .deleteFrom('parent_read')
      .where((is) => is.and({ account, ...family, parent: key }))
      .execute()
}

/**
 * Removes the record and all that only it is the reason for, and keeps it out from now on, in one transaction; then
 * vacuums, what is still owed of earlier erasures too. Throws `E_LOCKED` while a run reads a stream that may hold
 * something of it.
 */
export async function eraseRecord(session: Session, erasure: Erasure): Promise<Erased> {
  const touched = erasure.tables.filter(({ layout }) => mentionsOf(erasure, layout).some(isTouched))
  const done = await inTransaction(session, async () => {
    await lockUntilCommit(session, erasure.account, new Set(touched.map(({ stream }) => stream)))
    const since = await erasedSince(session, erasure)
    await remember(session, erasure)
    const places = await placesOf(session, erasure)
    const tables = await lookAt(session, erasure, places)
    await oweVacuum(session, erasure, tables)
    for (const place of places) await clean(session, place, theKey(erasure))
    await cutOffStages(
      session,
      touched.map(({ layout }) => layout),
    )
    return { since, tables }
  })
  await sweepOut(session, erasure.account)
  return done
}
