import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { clusterExists } from './embedded/cluster.ts'
import { readConnection, urlOf } from './embedded/connection.ts'
import { enterRunning, findOrStart } from './embedded/find-or-start.ts'
import { withLock } from './embedded/lock.ts'
import { pathsIn, preparePlace } from './embedded/place.ts'
import { stop } from './embedded/postmaster.ts'
import type { Client, Presence } from './embedded/presence.ts'

export interface EmbeddedServer {
  /** Role, password, loopback address and database: `postgres://…@127.0.0.1:port/warehouse?sslmode=disable`. */
  readonly url: string
  readonly version: string
  /** True when this call started it, false when it found it running. */
  readonly started: boolean
  /** Leaves the server. The last to leave stops it, unless someone else (psql, a BI tool) is still connected. */
  release(): Promise<void>
}

export type EmbeddedServerDescription =
  | { readonly state: 'absent' }
  | { readonly state: 'stopped'; readonly url: string; readonly version: string }
  | {
      readonly state: 'running'
      readonly url: string
      readonly version: string
      readonly clients: readonly Client[]
    }

/**
 * A PostgreSQL of our own in `dataDir`, made at the first call, shared by every process that opens the same
 * directory. Close your connections before `release()`: one that stays open keeps the server running.
 *
 * @throws E_DATABASE with what to do about it, when the directory or the installed PostgreSQL cannot be used
 */
export async function openEmbeddedServer(dataDir: string): Promise<EmbeddedServer> {
  const place = await preparePlace(dataDir)
  const { presence, settings, started } = await withLock(place.lock, () => findOrStart(place))
  let released: Promise<void> | undefined
  const leave = async () => {
    const last = await isLast(presence)
    await presence.end()
    if (last) await stop(place)
  }
  return {
    url: urlOf(settings),
    version: presence.version,
    started,
    release: () => (released ??= withLock(place.lock, leave)),
  }
}

const POLL_MS = 25
/** A connection that was just closed stays on the server's list for a moment. */
const GRACE_MS = { process: 200, connection: 1_000 }

async function isLast(presence: Presence): Promise<boolean> {
  const since = systemClock.now()
  for (;;) {
    const others = await presence.others()
    if (others === undefined) return false
    if (others.length === 0) return true
    const process = others.some(({ processId }) => processId !== undefined)
    if (systemClock.now() - since > (process ? GRACE_MS.process : GRACE_MS.connection)) return false
    await systemClock.sleep(POLL_MS)
  }
}

/** Facts for a person, without making or starting anything. */
export async function describeEmbeddedServer(dataDir: string): Promise<EmbeddedServerDescription> {
  const paths = pathsIn(await realpath(dataDir).catch(() => dataDir))
  const settings = await readConnection(paths.dataDir)
  if (settings === undefined || !(await clusterExists(paths.cluster))) return { state: 'absent' }
  const url = urlOf(settings)
  const presence = await enterRunning(paths, settings)
  if (presence === undefined) {
    const version = (await readFile(join(paths.cluster, 'PG_VERSION'), 'utf8')).trim()
    return { state: 'stopped', url, version }
  }
  const clients = (await presence.others()) ?? []
  await presence.end()
  return { state: 'running', url, version: presence.version, clients }
}
