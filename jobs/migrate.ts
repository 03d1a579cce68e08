import { readWarehouse } from '../src/config.ts'
import { migrate as bringUpToDate, printMigrations } from '../src/load/migrate.ts'
import { assertPrivileges } from '../src/load/privileges.ts'
import { withWarehouse, type JobContext, type JobResult } from './job.ts'

/** Makes or updates the control tables; with `printSql` only says how. */
export async function migrate(
  context: JobContext,
  flags: { readonly printSql?: boolean },
): Promise<JobResult> {
  if (flags.printSql === true) {
    const sql = await printMigrations(readWarehouse(context.environment).schemas)
    return { json: { sql }, text: sql.trimEnd(), exit: 0, verbatim: true }
  }
  const applied = await withWarehouse(context, 'migrate', async (session) => {
    await assertPrivileges(session)
    return bringUpToDate(session)
  })
  const text = applied.length === 0 ? 'Everything is up to date.' : `Applied: ${applied.join(', ')}.`
  return { json: { applied }, text, exit: 0, verbatim: true }
}
