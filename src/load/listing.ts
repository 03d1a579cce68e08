import { sql, type RawBuilder } from 'kysely'
import type { Batch } from '../transform/batch.ts'
import { DELETED_AT, type StreamLayout } from '../transform/layout.ts'
import { keyOfRow } from './comparison.ts'
import { inTransaction, type Session } from './connection.ts'
import type { KeepOut } from './erased.ts'
import { stageOf, shortName, whileStaged } from './stage.ts'
import { quoteIdentifier } from './table-plan.ts'
import { isOf, type Owner } from './tombstones.ts'

function listing(layout: StreamLayout) {
  return sql.table(`pg_temp.${shortName('listed', layout)}`)
}

/** Starts to note what a complete walk shows: key, cursor, up to when its like has been synced, whether it is deleted. */
export async function createListing({ client }: Session, layout: StreamLayout): Promise<void> {
  const name = quoteIdentifier(shortName('listed', layout))
  await client.query(`drop table if exists pg_temp.${name}`)
  await client.query(
    `create temporary table ${name} (key text primary key, cursor timestamptz, frontier timestamptz not null,
     deleted boolean not null)`,
  )
}

/**
 * Notes a batch, but for what was erased. A record that came before, and was moved or edited since, is as it came last.
 * `frontier`: up to when the partition has been synced; null where nothing of it may be taken as not synced yet.
 */
export async function noteListed(
  session: Session,
  layout: StreamLayout,
  batch: Batch,
  openKeepOut: () => Promise<KeepOut>,
  frontier: Date | null,
): Promise<void> {
  const cursor = layout.cursor === null ? sql`null::timestamptz` : sql.ref(layout.cursor)
  await inTransaction(session, async () => {
    const { keepsOut, keepOut } = await openKeepOut()
    const staging = { tables: [layout], batch, keepsOut }
    await whileStaged(session, staging, async () => {
      await keepOut()
      await sql`insert into ${listing(layout)} (key, cursor, frontier, deleted)
      select ${keyOfRow(layout, 'staged')}, ${cursor}, coalesce(${frontier}::timestamptz, 'infinity'),
        ${sql.ref(DELETED_AT)} is not null
      from ${stageOf(session, layout)} as staged
      on conflict (key) do update set cursor = excluded.cursor, frontier = excluded.frontier,
        deleted = excluded.deleted`.execute(session.data)
    })
  })
}

/** Up to when the record that is `staged` has been synced; `latest` for one that the walk did not show. */
export function listedFrontier(layout: StreamLayout, latest: Date | null): RawBuilder<unknown> {
  return sql`coalesce((select listed.frontier from ${listing(layout)} as listed
    where listed.key = ${keyOfRow(layout, 'staged')}), ${latest}::timestamptz)`
}

/** What was listed and has not been erased since. */
function stillListed({ schemas }: Session, account: string, layout: StreamLayout) {
  return sql`select listed.* from ${listing(layout)} as listed
    where not exists (select from ${sql.table(`${schemas.control}.erased`)} as erased
      where erased.account = ${account} and erased.stream = ${layout.table} and erased.key = listed.key)`
}

export interface Suspicion {
  /** Records that Pipedrive shows and that are not deleted; rows here without a tombstone. */
  readonly there: number
  readonly here: number
  /** Records that are not as they are here, since they were updated after the frontier. */
  readonly pending: number
  /** Keys of the others that are not as they are here: missing, surplus, deleted on one side only, of another version. */
  readonly keys: readonly string[]
}

/** Compares what the walk showed with the rows. A deleted record that was never kept is not missed. */
export async function findSuspects(
  session: Session,
  layout: StreamLayout,
  owner: Owner | null,
  account: string,
): Promise<Suspicion> {
  const isLive = sql`${sql.ref(`held.${DELETED_AT}`)} is null`
  const isOther =
    layout.cursor === null
      ? sql`false`
      : sql`listed.cursor is distinct from ${sql.ref(`held.${layout.cursor}`)}`
  const { rows } = await sql<Suspicion>`
    with held as (${heldRows(session, layout, owner)}), listed as (${stillListed(session, account, layout)}),
    amiss as (
      select coalesce(listed.key, held._key) as key,
        coalesce(listed.cursor > listed.frontier, false) as pending
      from listed full join held on listed.key = held._key
      where case
        when listed.key is null then ${isLive}
        when held._key is null then not listed.deleted
        when listed.deleted then ${isLive}
        else not ${isLive} or ${isOther} end)
    select (select count(*)::float8 from listed where not listed.deleted) as there,
      (select count(*)::float8 from held where ${isLive}) as here,
      (select count(*)::float8 from amiss where pending) as pending,
      array(select key from amiss where not pending order by key) as keys`.execute(session.data)
  const [found] = rows
  return found ?? { there: 0, here: 0, pending: 0, keys: [] }
}

/** The rows that a walk can have shown, and the key of each as a comparison names it. */
function heldRows({ schemas }: Session, layout: StreamLayout, owner: Owner | null) {
  const more = layout.cursor === null ? sql`` : sql`, ${sql.ref(`held.${layout.cursor}`)}`
  return sql`select ${keyOfRow(layout, 'held')} as _key, ${sql.ref(`held.${DELETED_AT}`)} ${more}
    from ${sql.table(`${schemas.data}.${layout.table}`)} as held where ${isOf(owner, 'held')}`
}

/**
 * Keys of some live rows, at random, the same for the same seed; all of them where `most` is null. Those that have not
 * been synced since they were updated are left out.
 */
export async function sampleKeys(
  session: Session,
  layout: StreamLayout,
  owner: Owner | null,
  most: number | null,
  seed: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    with held as (${heldRows(session, layout, owner)})
    select held._key as key from held
    where ${sql.ref(`held.${DELETED_AT}`)} is null and not exists (select from ${listing(layout)} as listed
      where listed.key = held._key and listed.cursor > listed.frontier)
    order by md5(${seed}::text || ' ' || held._key), 1 limit ${most}`.execute(session.data)
  return rows.map((row) => row.key)
}
