import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commandOfProcess } from './running-process.ts'
import type { ConnectionSettings } from './connection.ts'
import { embeddedServerError } from './error.ts'
import type { Place } from './place.ts'
import { giveTo } from './server-user.ts'

/** Why a server did not start, when there is something to be done about it. */
export type StartFailure = 'port-taken' | 'still-stopping' | 'pid-file'

const SYMPTOMS: readonly (readonly [RegExp, StartFailure])[] = [
  [/could not create any TCP\/IP sockets/, 'port-taken'],
  // Processes of a killed server that are still finishing their work.
  [/pre-existing shared memory block/, 'still-stopping'],
  [/lock file "postmaster.pid" already exists/, 'pid-file'],
]

/** Starts the server and waits until it accepts connections, after crash recovery where that is due. */
export async function start(place: Place, { port }: ConnectionSettings): Promise<StartFailure | undefined> {
  await writeFile(place.log, '', { mode: 0o600 })
  await giveTo(place.user, place.log)
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`
  const args = ['start', '-w', '-t', '3600', '-D', place.cluster, '-l', place.log, '-o', options]
  try {
    await place.launch(place.binaries.pgCtl, args)
    return undefined
  } catch (cause) {
    const log = await readFile(place.log, 'utf8')
    const failure = SYMPTOMS.find(([symptom]) => symptom.test(log))?.[1]
    if (failure !== undefined) return failure
    throw embeddedServerError(
      `The database server in ${place.dataDir} did not start: ${lastLines(log)}`,
      `All it said is in ${place.log}; DATABASE_URL names another server to use.`,
      cause,
    )
  }
}

/** Stops the server, ending what others are doing on it; nothing committed is lost. */
export async function stop(place: Place): Promise<void> {
  try {
    await place.launch(place.binaries.pgCtl, ['stop', '-w', '-t', '600', '-m', 'fast', '-D', place.cluster])
  } catch (cause) {
    if ((await postmasterPid(place.cluster)) === undefined) return
    throw embeddedServerError(
      `The database server in ${place.dataDir} did not stop.`,
      `What it says is in ${place.log}.`,
      cause,
    )
  }
}

/** The process that runs, or ran, the cluster: the file stays behind when the server is killed. */
export async function postmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number.parseInt(text, 10)
}

/**
 * PostgreSQL takes any process of its user under a killed server's old pid for that server, and refuses to start.
 * The file must not go, because it also names the shared memory that tells whether a process of the killed server
 * is left. It gets our own pid instead: the server ignores its grandparent's.
 *
 * @returns whether the pid was such a stranger's
 */
export async function disownPidFile({ cluster }: Place): Promise<boolean> {
  const pid = await postmasterPid(cluster)
  if (pid === undefined || (await commandOfProcess(pid))?.includes(cluster) === true) return false
  const file = join(cluster, 'postmaster.pid')
  const [, ...rest] = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, [process.pid, ...rest].join('\n'))
  return true
}

function lastLines(log: string): string {
  return log.trim().split('\n').slice(-5).join(' / ')
}
