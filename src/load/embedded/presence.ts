import { Socket } from 'node:net'
import pg from 'pg'
import { systemClock } from '../../clock.ts'
import { urlOf, type ConnectionSettings } from './connection.ts'

/**
 * A process that uses the server holds one idle connection under a name of its own. The list of its users is then
 * the server's list of connections, and the system itself strikes off whoever is killed.
 */
const NAME = 'pipedrive-warehouse process '

const RECONNECT_MS = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600]

export interface Presence {
  readonly version: string
  /** Who else is connected; undefined when the server does not answer. */
  others(): Promise<readonly Client[] | undefined>
  end(): Promise<void>
}

/** One connection to the server. */
export interface Client {
  readonly application: string
  readonly since: Date
  /** Set for a process of this program; undefined for psql, a BI tool, or a connection of a process's pool. */
  readonly processId: number | undefined
}

/** @throws pg's error when the server does not let us in */
export async function enter(settings: ConnectionSettings): Promise<Presence> {
  const ended = new AbortController()
  let line = await connect(settings)
  const version = await line.client.query<{ server_version: string }>('SHOW server_version')
  const watch = () => {
    line.client.once('end', () => void reconnect())
    // Whoever forgets to release the server must still be able to end.
    line.socket.unref()
  }
  // After the crash of one of its processes the server drops every connection and goes on.
  const reconnect = async () => {
    for (const delay of RECONNECT_MS) {
      await systemClock.sleep(delay, ended.signal).catch(() => undefined)
      if (ended.signal.aborted) return
      const again = await connect(settings).catch(() => undefined)
      if (again !== undefined) return adopt(again)
    }
  }
  const adopt = (again: Line) => {
    line = again
    if (ended.signal.aborted) void line.client.end()
    else watch()
  }
  watch()
  return {
    version: version.rows[0]?.server_version ?? '',
    others: () => {
      line.socket.ref()
      return clientsBesides(line.client)
    },
    end: async () => {
      ended.abort()
      line.socket.ref()
      await line.client.end().catch(() => undefined)
    },
  }
}

interface Line {
  readonly client: pg.Client
  readonly socket: Socket
}

async function connect(settings: ConnectionSettings): Promise<Line> {
  const socket = new Socket()
  const client = new pg.Client({
    connectionString: urlOf(settings),
    application_name: `${NAME}${process.pid}`,
    connectionTimeoutMillis: 5_000,
    stream: () => socket,
  })
  // Without a listener a lost connection would end the process; 'end' follows and is acted upon.
  client.on('error', () => undefined)
  await client.connect()
  return { client, socket }
}

const OTHERS = `
  SELECT application_name, backend_start FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY backend_start`

async function clientsBesides(client: pg.Client): Promise<readonly Client[] | undefined> {
  const answer = await client
    .query<{ application_name: string; backend_start: Date }>(OTHERS)
    .catch(() => undefined)
  return answer?.rows.map(({ application_name: application, backend_start: since }) => ({
    application,
    since,
    processId: application.startsWith(NAME) ? Number(application.slice(NAME.length)) : undefined,
  }))
}
