import { Batch } from '../transform/batch.ts'
import type { StreamLayout } from '../transform/layout.ts'
import { forgetCatalogRead } from './catalog-reads.ts'
import { inTransaction, type Session } from './connection.ts'
import { openKeepOut } from './erased.ts'
import { openFirstLoad } from './first-load.ts'
import { makeStages } from './make-work-tables.ts'
import { compileMerge, type MergeCounts } from './merge.ts'
import { logDrift } from './run-log.ts'
import { whileStaged } from './stage.ts'
import { rememberSeen, startSeen } from './tombstones.ts'

export interface LoaderOptions {
  readonly account: string
  readonly stream: string
  readonly layout: StreamLayout
  /** Whether the keys that pass are remembered, for a complete walk. */
  readonly rememberKeys: boolean
  /** Whether the rows may go straight into tables that are empty; not where `alongside` looks at the stage. */
  readonly mayBeFirst?: boolean
}

/** What is done in the transaction of a batch. */
type Alongside = () => Promise<void>

export interface Loader {
  /** An empty batch for the tables of the stream. */
  newBatch(): Batch
  /**
   * One checkpoint: stages the batch, runs `alongside` (which moves the bookmark, or sees what is not staged), takes out
   * what was erased, merges the rest and counts the drift, all in one transaction. A first load puts the batch into its
   * tables instead.
   */
  commit(batch: Batch, alongside?: Alongside): Promise<MergeCounts>
}

/** One batch through the stage. */
async function openMerge(session: Session, { account, layout, rememberKeys }: LoaderOptions) {
  const tables = [layout, ...layout.children]
  await inTransaction(session, async () => {
    await makeStages(session, tables)
    if (rememberKeys) await startSeen(session, layout)
  })
  const { keepsOut, keepOut } = await openKeepOut(session, account, layout)
  const merge = compileMerge(session, layout)
  const load = (batch: Batch, alongside?: Alongside): Promise<MergeCounts> =>
    whileStaged(session, { tables, batch, keepsOut }, async () => {
      // Pipedrive has shown what is kept out, too.
      if (rememberKeys) await rememberSeen(session, layout)
      // Before the merge, which takes what is older than the table out of the stage: it was shown all the same.
      await alongside?.()
      return merge.run(batch.size - (await keepOut()))
    })
  return { load, keepsOut }
}

export async function openLoader(session: Session, options: LoaderOptions): Promise<Loader> {
  const { account, stream, layout, mayBeFirst = false } = options
  const merge = await openMerge(session, options)
  let fill = mayBeFirst && !merge.keepsOut ? await openFirstLoad(session, layout) : null
  const load = async (batch: Batch, alongside?: Alongside): Promise<MergeCounts> => {
    if (fill !== null && !(await fill(batch))) fill = null
    if (fill === null) return merge.load(batch, alongside)
    await alongside?.()
    return { inserted: batch.size, updated: 0, unchanged: 0, stale: 0, tombstoned: 0 }
  }
  return {
    newBatch: () => new Batch(1 + layout.children.length),
    commit: (batch, alongside) =>
      inTransaction(session, async () => {
        const counts = await load(batch, alongside)
        await logDrift(session, account, stream, batch.drift)
        if (batch.drift.length > 0) await forgetCatalogRead(session, account, stream)
        return counts
      }),
  }
}
