import { readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { resetStream } from '../src/load/reset.ts'
import { selectStreams } from '../src/streams/index.ts'
import { tablesOf } from '../src/streams/stream.ts'
import { inWarehouse, type JobContext, type JobResult } from './job.ts'

/** Forgets how far a stream has been read; with `empty` its rows too. */
export async function reset(
  context: JobContext,
  name: string,
  flags: { readonly empty?: boolean },
): Promise<JobResult> {
  const [stream] = selectStreams([name])
  if (stream === undefined || stream.partitions.length === 0)
    throw configError(`${name} has no bookmark to forget: it is read whole in every run.`)
  const { account } = readWarehouse(context.environment)
  const empty = flags.empty === true
  const removed = await inWarehouse(context, 'reset', (session) =>
    resetStream(session, account, stream.name, empty ? tablesOf(stream) : []),
  )
  const rows = empty ? ` and its ${removed} rows are gone` : '; its rows stay'
  return {
    json: { stream: stream.name, removed },
    text: `${stream.name}: the bookmarks are forgotten${rows}. The next sync reads it from the beginning.`,
    exit: 0,
    verbatim: true,
  }
}
