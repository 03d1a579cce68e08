import { readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { erasureOf } from '../src/erasure.ts'
import type { Session } from '../src/load/connection.ts'
import { eraseRecord, planErasure, type Erased } from '../src/load/erase.ts'
import { readErased } from '../src/load/erased.ts'
import { migrate } from '../src/load/migrate.ts'
import { kindOf, readRecord } from '../src/streams/erasable.ts'
import { inWarehouse, type JobContext, type JobResult } from './job.ts'
import { recordTable } from './text-table.ts'

export interface EraseFlags {
  readonly dryRun?: boolean
  readonly list?: boolean
}

function headline(what: string, dryRun: boolean, since: Date | null): string {
  if (dryRun) return `Nothing was changed. To erase ${what} would do this:`
  return since === null
    ? `${what} is erased, and no run brings it back. Pipedrive is not told: delete it there too.`
    : `${what} was erased at ${since.toISOString()} already, and is kept out; what came of it since is gone.`
}

function describe(what: string, dryRun: boolean, { since, tables }: Erased): string {
  const nothing = `The warehouse holds nothing of it${dryRun ? '' : '; should it come, it is kept out'}.`
  const stays = tables.some((table) => table.stays > 0)
    ? [
        '',
        'What stays are records of their own, which name it by its id. Those that are about it are to be deleted at Pipedrive, and erased too.',
      ]
    : []
  const shown = tables.length === 0 ? nothing : recordTable(['table', 'removed', 'emptied', 'stays'], tables)
  return [headline(what, dryRun, since), '', shown, ...stays].join('\n')
}

async function list(context: JobContext, account: string): Promise<JobResult> {
  const records = await inWarehouse(context, 'erase', (session) => readErased(session, account))
  const rows = records.map(({ stream, key, erased_at }) => ({ kind: kindOf(stream), id: key, erased_at }))
  const text = rows.length === 0 ? 'Nothing was erased.' : recordTable(['kind', 'id', 'erased_at'], rows)
  return { json: rows, text, exit: 0, verbatim: true }
}

/** Removes a record for good and keeps it out; or counts what would go; or lists what was erased. */
export async function erase(
  context: JobContext,
  kind: string | undefined,
  id: string | undefined,
  { dryRun = false, list: asList = false }: EraseFlags,
): Promise<JobResult> {
  const { account } = readWarehouse(context.environment)
  if (asList && (kind !== undefined || dryRun)) throw configError('--list goes with nothing else.')
  if (asList) return list(context, account)
  if (kind === undefined || id === undefined)
    throw configError('What is to be erased? Say its kind and its id, as in: erase person 123.')
  const record = readRecord(kind, id)
  const erasure = erasureOf(account, record)
  const work = async (session: Session): Promise<Erased> => {
    if (dryRun) return planErasure(session, erasure)
    await migrate(session)
    return eraseRecord(session, erasure)
  }
  const erased = await inWarehouse(context, 'erase', work)
  const { since, tables } = erased
  const json = { kind, id: record.key, dry_run: dryRun, erased_before: since !== null, tables }
  return { json, text: describe(`${kind} ${record.key}`, dryRun, erased), exit: 0, verbatim: true }
}
