import { readWarehouse } from '../src/config.ts'
import { liftBlock, readBlock } from '../src/load/account.ts'
import { inDatabase, type JobContext, type JobResult } from './job.ts'

const MIND =
  "Pipedrive's gateway blocks an address that goes on sending after many refusals, and for longer each time. Start one small run first: check --quick costs one request. Should that be blocked too, the block is recorded again: wait then, and see what else sends from this address."

function result(state: 'none' | 'blocked' | 'lifted', until: Date | null, text: string): JobResult {
  return { json: { state, blocked_until: until?.toISOString() ?? null }, text, exit: 0 }
}

/** Tells of a block of Pipedrive's gateway that is being waited for, and lifts what is recorded of it where `now` says so. */
export async function resume(context: JobContext, flags: { readonly now?: boolean }): Promise<JobResult> {
  const { account } = readWarehouse(context.environment)
  const at = context.clock.now()
  return inDatabase(context, 'resume', async (session) => {
    const lifted = flags.now === true ? await liftBlock(session, account, at) : null
    if (lifted !== null)
      return result(
        'lifted',
        lifted,
        `The block until ${lifted.toISOString()} counts no more: the next run sends again. ${MIND}`,
      )
    const until = await readBlock(session, account)
    if (until === null || until.getTime() <= at)
      return result('none', null, 'Nothing is blocked: runs send as usual.')
    const text = `Blocked by Pipedrive's gateway until ${until.toISOString()}: no run sends anything before. Runs go on by themselves after it; resume --now ends the wait.`
    return result('blocked', until, text)
  })
}
