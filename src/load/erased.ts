import { sql, type CompiledQuery } from 'kysely'
import type { StreamLayout, TableLayout } from '../transform/layout.ts'
import { tableExists, type Session } from './connection.ts'
import { emptyings, isTouched, rowsThatGo, type Keys } from './mentions.ts'
import { stageOf } from './stage.ts'

export interface ErasedRecord {
  readonly stream: string
  readonly key: string
  readonly erased_at: Date
}

/** What was erased in this warehouse and is kept out of it; the latest first. */
export async function readErased(session: Session, account: string): Promise<readonly ErasedRecord[]> {
  if (!(await tableExists(session, session.schemas.control, 'erased'))) return []
  return session.control
    .selectFrom('erased')
    .select(['stream', 'key', 'erased_at'])
    .where('account', '=', account)
    .orderBy('erased_at', 'desc')
    .orderBy('stream')
    .orderBy('key')
    .execute()
}

/** Every key of a stream that was erased. */
function allErased({ schemas }: Session, account: string): Keys {
  const table = sql.table(`${schemas.control}.erased`)
  return (of, type) =>
    sql`select key::${sql.raw(type)} as key from ${table} where account = ${account} and stream = ${of}`
}

function compile(session: Session, layout: TableLayout, erased: ReadonlySet<string>, keys: Keys) {
  const { data } = session
  const stage = stageOf(session, layout)
  const mentions = (layout.mentions ?? []).filter((one) => erased.has(one.of) && isTouched(one))
  const gone = rowsThatGo(layout, mentions, keys)
  return {
    remove: gone === null ? null : sql`delete from ${stage} as target where ${gone}`.compile(data),
    empty: emptyings(layout, mentions, keys).map(({ set, where }) =>
      sql`update ${stage} as target set ${set} where ${where}`.compile(data),
    ),
  }
}

export interface KeepOut {
  /** Whether there is anything that could have to be kept out. */
  readonly keepsOut: boolean
  /** Takes out of what is staged all that was erased; gives how many records of the stream's own that were. */
  readonly keepOut: () => Promise<number>
}

/**
 * To be opened under the stream's lock, which whoever erases takes too: what is erased while it is open is of streams
 * that this one does not name.
 */
export async function openKeepOut(session: Session, account: string, layout: StreamLayout): Promise<KeepOut> {
  const { control, data } = session
  const rows = await control
    .selectFrom('erased')
    .select('stream')
    .distinct()
    .where('account', '=', account)
    .execute()
  const erased = new Set(rows.map(({ stream }) => stream))
  const keys = allErased(session, account)
  const [own, ...others] = [layout, ...layout.children].map((table) => compile(session, table, erased, keys))
  const run = async (statement: CompiledQuery): Promise<number> =>
    Number((await data.executeQuery(statement)).numAffectedRows ?? 0n)
  const rest = [
    ...(own?.empty ?? []),
    ...others.flatMap(({ remove, empty }) => [remove ?? [], ...empty].flat()),
  ]
  return {
    keepsOut: (own?.remove ?? null) !== null || rest.length > 0,
    async keepOut() {
      const dropped = own?.remove ? await run(own.remove) : 0
      for (const statement of rest) await run(statement)
      return dropped
    },
  }
}
