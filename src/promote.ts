import type { Session } from './load/connection.ts'
import { forgetLeftOver, keysLeftOver, moveLeftovers, readLeftovers } from './load/leftovers.ts'
import { logDrift } from './load/run-log.ts'
import { makeStages } from './load/make-work-tables.ts'
import { Batch } from './transform/batch.ts'
import { layoutStream } from './transform/layout.ts'
import type { Drift } from './transform/leftovers.ts'
import { partOf, type Shape } from './transform/present.ts'
import { compileTransform } from './transform/records.ts'
import { targetsOf } from './transform/targets.ts'

/**
 * Moves what waits in `_extra` into the columns that have been made for it, without asking Pipedrive: a field that came
 * between the reading of the catalog and that of the records, a column that could not be added before, one of a later
 * release. `made`: columns that have just been added. To be called in the
 * transaction that adds them, under the stream's lock.
 */
export async function promoteLeftovers(
  session: Session,
  account: string,
  shape: Shape,
  made: ReadonlySet<string>,
): Promise<void> {
  const { name } = shape.stream
  const targets = targetsOf(shape, await keysLeftOver(session, account, name), made)
  if (targets.size === 0) return
  const keys = [...targets.keys()]
  const part = partOf(shape, [...targets.values()])
  const layout = layoutStream(part.stream, part.catalog)
  const transform = compileTransform(part.stream, part.catalog)
  const drift: Drift[] = []
  const batch = new Batch(1)
  await makeStages(session, [layout])
  for await (const page of readLeftovers(session, layout, keys)) {
    transform(page, batch)
    await moveLeftovers(session, layout, batch)
    drift.push(...batch.drift.filter(({ reason }) => reason === 'unfit'))
    batch.clear()
  }
  await forgetLeftOver(session, account, name, keys)
  // What does not fit is left over still.
  await logDrift(session, account, name, drift)
}
