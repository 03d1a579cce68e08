import pg from 'pg'
import { systemClock } from '../../clock.ts'
import { assertVersion, clusterExists, createCluster, resetPassword } from './cluster.ts'
import { anyPort, newConnection, readConnection, saveConnection } from './connection.ts'
import type { ConnectionSettings } from './connection.ts'
import { embeddedServerError } from './error.ts'
import type { Place } from './place.ts'
import { disownPidFile, postmasterPid, start, stop, type StartFailure } from './postmaster.ts'
import { enter, type Presence } from './presence.ts'

const POLL_MS = 50
/** How long a server that neither answers nor ends may keep us. One in recovery answers, and may take its time. */
const PATIENCE_MS = 60_000

/** What PostgreSQL says while it starts, recovers from a crash or stops. */
const CANNOT_CONNECT_NOW = '57P03'
/** Another PostgreSQL has our port: it does not know our role, password or database. */
const STRANGER = ['28P01', '28000', '3D000']

export interface Entered {
  readonly presence: Presence
  readonly settings: ConnectionSettings
  readonly started: boolean
}

/** To be called under the place's lock. */
export async function findOrStart(place: Place): Promise<Entered> {
  let settings = await prepareCluster(place)
  const deadline = systemClock.now() + PATIENCE_MS
  for (;;) {
    const found = await enterRunning(place, settings)
    if (found !== undefined) return { presence: found, settings, started: false }
    await assertVersion(place)
    const failure = await start(place, settings)
    if (failure === undefined)
      return { presence: await enterStarted(place, settings), settings, started: true }
    settings = await remedy(failure, place, settings)
    if (systemClock.now() > deadline) throw unreachable(place, failure)
  }
}

/** The server's settings, with a cluster that agrees with them. */
async function prepareCluster(place: Place): Promise<ConnectionSettings> {
  const stored = await readConnection(place.dataDir)
  const settings = stored ?? newConnection()
  const exists = await clusterExists(place.cluster)
  if (exists && stored === undefined) {
    await endUnknown(place)
    await resetPassword(place, settings)
  }
  // Before the cluster: a cluster whose password nobody knows would be one too many.
  if (stored === undefined) await saveConnection(place.dataDir, place.user, settings)
  if (!exists) await createCluster(place, settings)
  return settings
}

/** Ends a server that runs with a password that nobody knows any more, and whatever stands in its pid file. */
async function endUnknown(place: Place): Promise<void> {
  if ((await postmasterPid(place.cluster)) !== undefined && !(await disownPidFile(place))) await stop(place)
}

/** Undefined when no server of ours runs; waits for one that is starting or stopping. */
export async function enterRunning(
  { cluster }: Pick<Place, 'cluster'>,
  settings: ConnectionSettings,
): Promise<Presence | undefined> {
  while ((await postmasterPid(cluster)) !== undefined) {
    try {
      return await enter(settings)
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined
      if (code === undefined || STRANGER.includes(code)) return undefined
      if (code !== CANNOT_CONNECT_NOW) throw error
    }
    await systemClock.sleep(POLL_MS)
  }
  return undefined
}

/** Nobody else would stop a server that lets nobody in. */
async function enterStarted(place: Place, settings: ConnectionSettings): Promise<Presence> {
  try {
    return await enter(settings)
  } catch (cause) {
    await stop(place)
    throw embeddedServerError(
      `The database server in ${place.dataDir} does not let us in: ${cause instanceof Error ? cause.message : String(cause)}.`,
      `What it says is in ${place.log}; DATABASE_URL names another server to use.`,
      cause,
    )
  }
}

async function remedy(
  failure: StartFailure,
  place: Place,
  settings: ConnectionSettings,
): Promise<ConnectionSettings> {
  if (failure === 'port-taken') {
    const moved = { ...settings, port: anyPort() }
    await saveConnection(place.dataDir, place.user, moved)
    return moved
  }
  if (failure === 'still-stopping' || !(await disownPidFile(place))) await systemClock.sleep(POLL_MS)
  return settings
}

function unreachable(place: Place, failure: StartFailure) {
  return embeddedServerError(
    `The database server in ${place.dataDir} neither answers nor lets another one start (${failure}).`,
    `What it says is in ${place.log}. End its processes and try again.`,
  )
}
