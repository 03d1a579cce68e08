import { check as tryConfiguration } from '../src/check.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'

/** Says whether database and token are right, for 2 tokens. */
export async function check(context: JobContext): Promise<JobResult> {
  const { database, identity, balance } = await tryConfiguration(runParts(context))
  const { userName, companyName, companyDomain, isAdmin } = identity
  const lines = [
    `Database:  ${database ?? 'the embedded PostgreSQL, made by the first backfill'}`,
    `Pipedrive: ${companyName} (${companyDomain}), as ${userName}`,
    ...(balance === null ? [] : [`Budget:    ${balance.remaining} of ${balance.limit} tokens left today`]),
    ...(isAdmin
      ? []
      : [
          'Note:      this user is no global admin; records and fields hidden from the user stay out of the warehouse',
        ]),
    'Ready: run backfill.',
  ]
  return { json: { database, ...identity, balance }, text: lines.join('\n'), exit: 0 }
}
