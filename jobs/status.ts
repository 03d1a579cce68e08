import { readReserve, readWarehouse, withoutPassword } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { databaseExists } from '../src/load/database.ts'
import type { Allowance } from '../src/extract/allowance.ts'
import { describeEmbeddedServer } from '../src/load/embedded-server.ts'
import { readState, type WarehouseState } from '../src/load/status.ts'
import { selectStreams, streams } from '../src/streams/index.ts'
import { driftText } from './drift-text.ts'
import { inDatabase, untilStopped, withWarehouse, type JobContext, type JobResult } from './job.ts'
import { plannedText } from './plan-progress-text.ts'
import { reserveText } from './spent-text.ts'
import { cellText, recordTable } from './text-table.ts'

interface DatabaseState {
  readonly embedded: boolean
  readonly state: 'absent' | 'stopped' | 'running'
  /** How to connect. Of a given server it is without the password, which its owner knows. */
  readonly url: string | null
}

const EMPTY = 'Nothing has been synced into it yet: run backfill, or demo.'
const STREAM_COLUMNS = [
  'stream',
  'rows',
  'deleted',
  'bookmark',
  'last_status',
  'last_run_at',
  'error',
] as const
const RUN_COLUMNS = [
  'id',
  'command',
  'status',
  'started_at',
  'finished_at',
  'requests',
  'tokens',
  'error',
] as const

async function describeDatabase({ environment }: JobContext): Promise<DatabaseState> {
  const { databaseUrl, dataDir } = readWarehouse(environment)
  if (databaseUrl !== null) return { embedded: false, state: 'running', url: withoutPassword(databaseUrl) }
  const server = await describeEmbeddedServer(dataDir)
  return { embedded: true, state: server.state, url: server.state === 'absent' ? null : server.url }
}

function connecting({ embedded, state, url }: DatabaseState, dataDir: string): string {
  if (url === null) return `Warehouse: none yet. The first backfill makes one in ${dataDir}.`
  const lines = [`Warehouse: ${url}`, `Connect:   psql "${url}"`]
  if (embedded)
    lines.push(
      state === 'running'
        ? 'The embedded server is running. A command that leaves stops it, unless somebody else is still connected.'
        : 'The embedded server is not running; status --hold keeps it up for psql or a BI tool.',
    )
  return lines.join('\n')
}

function numbers(state: WarehouseState, reserve: Allowance): string {
  const { tokens_today, daily_limit, daily_remaining, blocked_until } = state
  const left =
    daily_limit === null
      ? ''
      : `; of the company's ${daily_limit} a day ${daily_remaining} were left at the last look`
  const others = reserveText(reserve)
  const kept = others === null ? '' : `; ${others}`
  const blocked =
    blocked_until === null
      ? ''
      : `\nBlocked by Pipedrive's gateway until ${blocked_until}; resume --now ends the wait.`
  return `Tokens spent today: ${tokens_today}${left}${kept}.${blocked}`
}

/** They begin with the name of their stream. */
function warnings({ streams }: WarehouseState): readonly string[] {
  const told = streams.flatMap(({ warning }) => (warning === null ? [] : [`WARNING: ${cellText(warning)}`]))
  return told.length === 0 ? [] : ['', ...told]
}

/** The last plan, where there is one. */
function planned({ plan }: WarehouseState): readonly string[] {
  return plan === null ? [] : ['', `Last plan (${plan.command}, ${plan.made_at}): ${plannedText(plan)}`]
}

function describe(
  database: DatabaseState,
  state: WarehouseState | null,
  dataDir: string,
  reserve: Allowance,
): string {
  const how = connecting(database, dataDir)
  if (state === null) return [how, ...(database.url === null ? [] : [EMPTY])].join('\n')
  return [
    how,
    `Company:   ${state.company}`,
    '',
    recordTable(STREAM_COLUMNS, state.streams),
    ...warnings(state),
    '',
    ...driftText(state.drift),
    recordTable(RUN_COLUMNS, state.runs),
    ...planned(state),
    '',
    numbers(state, reserve),
  ].join('\n')
}

/** Leaves out what nobody has asked for yet. */
function withoutUnread(state: WarehouseState | null): WarehouseState | null {
  const usual = new Set(selectStreams([]).map(({ name }) => name))
  const shown = state?.streams.filter(({ stream, last_status }) => usual.has(stream) || last_status !== null)
  return state === null || shown === undefined ? null : { ...state, streams: shown }
}

/** What the warehouse holds, how its last runs went and how to connect to it. */
export async function status(context: JobContext): Promise<JobResult> {
  const warehouse = readWarehouse(context.environment)
  const database = await describeDatabase(context)
  const state = (await databaseExists(warehouse))
    ? await withWarehouse(context, 'status', (session) =>
        readState(session, warehouse.account, streams, context.clock.now()).then(withoutUnread),
      )
    : null
  const reserve = readReserve(context.environment)
  const text = describe(database, state, warehouse.dataDir, reserve)
  return { json: { database, ...state, token_reserve: reserve }, text, exit: 0 }
}

/** Keeps the embedded server up until the signal aborts. */
export async function hold(context: JobContext): Promise<JobResult> {
  if (readWarehouse(context.environment).databaseUrl !== null)
    throw configError('--hold keeps the embedded server up; the server of DATABASE_URL stays up by itself.')
  return inDatabase(context, 'hold', async (_session, { url }) => {
    context.reporter.info(`psql "${url}"  (Ctrl-C ends it)`)
    await untilStopped(context.signal)
    return { json: { url }, text: 'Released.', exit: 0 }
  })
}
