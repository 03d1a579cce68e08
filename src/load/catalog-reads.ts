import type { Session } from './connection.ts'

/** Whether the fields of an entity were read after a time (epoch milliseconds), and explain all that was loaded since. */
export async function isCatalogFresh(
  { control }: Session,
  account: string,
  entity: string,
  after: number,
): Promise<boolean> {
  const row = await control
    .selectFrom('catalog_read')
    .select('read_at')
    .where((is) => is.and({ account, entity }))
    .where('read_at', '>', new Date(after))
    .executeTakeFirst()
  return row !== undefined
}

/** Remembers that the fields of an entity have been read; to be called in the transaction that writes them. */
export async function noteCatalogRead(
  { control }: Session,
  account: string,
  entity: string,
  now: number,
): Promise<void> {
  const read = { read_at: new Date(now) }
  await control
    .insertInto('catalog_read')
    .values({ account, entity, ...read })
    .onConflict((on) => on.columns(['account', 'entity']).doUpdateSet(read))
    .execute()
}

/** A record has shown what the fields do not explain: they are to be read before it is read again. */
export async function forgetCatalogRead(
  { control }: Session,
  account: string,
  entity: string,
): Promise<void> {
  await control
    .deleteFrom('catalog_read')
    .where((is) => is.and({ account, entity }))
    .execute()
}
