import { Batch } from '../transform/batch.ts'
import type { StreamLayout } from '../transform/layout.ts'
import { inTransaction, type Session } from './connection.ts'
import { openKeepOut } from './erased.ts'
import { compileMerge, type MergeCounts } from './merge.ts'
import { logDrift } from './run-log.ts'
import { copyIntoStage, createStage } from './stage.ts'
import { createSeen, rememberSeen } from './tombstones.ts'

export interface LoaderOptions {
  readonly account: string
  readonly stream: string
  readonly layout: StreamLayout
  /** Whether the keys that pass are remembered, for a complete walk. */
  readonly rememberKeys: boolean
}

export interface Loader {
  /** An empty batch for the tables of the stream. */
  newBatch(): Batch
  /**
   * One checkpoint: stages the batch, runs `alongside` (which moves the bookmark, or sees what is not staged), takes out
   * what was erased, merges the rest and counts the drift, all in one transaction.
   */
  commit(batch: Batch, alongside?: () => Promise<void>): Promise<MergeCounts>
}

export async function openLoader(session: Session, options: LoaderOptions): Promise<Loader> {
  const { account, stream, layout, rememberKeys } = options
  const tables = [layout, ...layout.children]
  for (const table of tables) await createStage(session, table)
  if (rememberKeys) await createSeen(session, layout)
  const keepOut = await openKeepOut(session, account, layout)
  const merge = compileMerge(session, layout)
  return {
    newBatch: () => new Batch(tables.length),
    commit: (batch, alongside) =>
      inTransaction(session, async () => {
        for (const [index, table] of tables.entries())
          if (batch.tables[index]?.length !== 0) await copyIntoStage(session, table, batch.rows(index))
        // Pipedrive has shown what is kept out, too.
        if (rememberKeys) await rememberSeen(session, layout)
        // Before the merge, which takes what is older than the table out of the stage: it was shown all the same.
        await alongside?.()
        const counts = await merge.run(batch.size - (await keepOut()))
        await logDrift(session, account, stream, batch.drift)
        return counts
      }),
  }
}
