import type { Session } from './load/connection.ts'
import { forgetLeftOver, keysLeftOver, moveLeftovers, readLeftovers } from './load/leftovers.ts'
import { logDrift } from './load/run-log.ts'
import { createStage } from './load/stage.ts'
import { Batch } from './transform/batch.ts'
import { layoutStream } from './transform/layout.ts'
import type { Drift } from './transform/leftovers.ts'
import { keysWithColumns, partOf, type Shape } from './transform/present.ts'
import { compileTransform } from './transform/records.ts'

/**
 * Moves what waits in `_extra` into the columns that have been made for it, without asking Pipedrive: a field that came
 * between the reading of the catalog and that of the records, a column that could not be added before, one of a later
 * release. To be called in the transaction that adds the columns, under the stream's lock. Returns the keys that moved.
 */
export async function promoteLeftovers(
  session: Session,
  account: string,
  shape: Shape,
): Promise<readonly string[]> {
  const { name } = shape.stream
  const columns = keysWithColumns(shape)
  const keys = (await keysLeftOver(session, account, name)).filter((key) => columns.has(key))
  if (keys.length === 0) return []
  const part = partOf(
    shape,
    keys.flatMap((key) => columns.get(key) ?? []),
  )
  const layout = layoutStream(part.stream, part.catalog)
  const transform = compileTransform(part.stream, part.catalog)
  const drift: Drift[] = []
  const batch = new Batch(1)
  await createStage(session, layout)
  for await (const page of readLeftovers(session, layout, keys)) {
    transform(page, batch)
    await moveLeftovers(session, layout, batch)
    drift.push(...batch.drift.filter(({ reason }) => reason === 'unfit'))
    batch.clear()
  }
  // What did not fit is left over still, for another reason.
  await logDrift(session, account, name, drift)
  await forgetLeftOver(session, account, name, keys)
  return keys
}
