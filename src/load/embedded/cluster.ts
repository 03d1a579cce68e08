import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DATABASE, ROLE, type ConnectionSettings } from './connection.ts'
import { embeddedServerError } from './error.ts'
import type { Place } from './place.ts'
import { giveTo } from './server-user.ts'

/** Written once into postgresql.conf, where a person may change them. For a small machine, durable as by default. */
const SETTINGS = {
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  // Nobody replicates from this server, so COPY into a new table need not be logged for one.
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  jit: 'off',
  // A command that was killed in the middle of a long query must not seem connected until the query ends.
  client_connection_check_interval: '2s',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
const HBA = 'host all all 127.0.0.1/32 scram-sha-256\n'
const UNFINISHED = '.new-'

/** Makes the cluster under another name first: what has its own name is whole, whatever killed us. */
export async function createCluster(place: Place, { password }: ConnectionSettings): Promise<void> {
  await removeUnfinished(place)
  const draft = `${place.cluster}${UNFINISHED}${randomUUID()}`
  await mkdir(draft, { mode: 0o700 })
  await giveTo(place.user, draft)
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  try {
    await place.launch(place.binaries.initdb, [
      ...['-D', draft, '--username=postgres', '--auth=trust', ...LOCALE, ...settings],
    ])
    await writeFile(join(draft, 'pg_hba.conf'), HBA)
    await runAlone(place, draft, [
      `CREATE ROLE ${ROLE} LOGIN CREATEROLE CREATEDB PASSWORD '${password}' IN ROLE pg_monitor`,
      `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`,
    ])
    await rename(draft, place.cluster)
  } catch (cause) {
    throw embeddedServerError(
      `PostgreSQL could not make its files in ${place.dataDir}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Look at the reason above, or set DATABASE_URL to a PostgreSQL of your own.',
      cause,
    )
  }
}

/** Sets the role's password on a cluster that does not run: for when the file that held it is gone. */
export async function resetPassword(place: Place, { password }: ConnectionSettings): Promise<void> {
  await runAlone(place, place.cluster, [`ALTER ROLE ${ROLE} PASSWORD '${password}'`])
}

/** One statement a line, by a server process without a network: no password travels in anybody's argument list. */
async function runAlone(place: Place, cluster: string, statements: readonly string[]): Promise<void> {
  const args = ['--single', '-D', cluster, '-c', 'exit_on_error=on', 'postgres']
  await place.launch(place.binaries.postgres, args, `${statements.join('\n')}\n`)
}

/** @throws E_DATABASE when that cannot be seen */
export async function clusterExists(cluster: string): Promise<boolean> {
  try {
    await stat(join(cluster, 'PG_VERSION'))
    return true
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    throw embeddedServerError(
      `Whether there is a database in ${dirname(cluster)} cannot be seen: ${message}.`,
      'Run the program as the user who started it first, or set DATABASE_URL.',
      cause,
    )
  }
}

/** @throws E_DATABASE when another major version of PostgreSQL wrote the cluster: their files are not compatible */
export async function assertVersion(place: Place): Promise<void> {
  const written = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8')).trim()
  const shipped = /(\d+)\./.exec(await place.launch(place.binaries.postgres, ['--version']))?.[1]
  if (written === shipped) return
  throw embeddedServerError(
    `The database in ${place.cluster} was written by PostgreSQL ${written}, and this program brings ${shipped}.`,
    `Move ${place.dataDir} away and read everything from Pipedrive again, or carry the data over with ` +
      `pg_dump from the release of this program that wrote it, or set DATABASE_URL.`,
  )
}

/** The initdb of a killed process may still be writing; it fails by itself once its files go. */
async function removeUnfinished({ dataDir, cluster }: Place): Promise<void> {
  const entries = await readdir(dataDir)
  for (const entry of entries.filter((name) => name.startsWith(basename(cluster) + UNFINISHED))) {
    await rm(join(dataDir, entry), { recursive: true, force: true, maxRetries: 5 })
  }
}
