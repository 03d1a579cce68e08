import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator/index.ts'
import type { BatchLimits } from '../../src/batches.ts'
import type { SourceConfig } from '../../src/config.ts'
import type { Reporter } from '../../src/reporter.ts'
import { run } from '../../src/run.ts'
import type { RunParts, RunReport, RunRequest } from '../../src/run-types.ts'
import { streams } from '../../src/streams/index.ts'
import type { Parents, ReadById, Stream } from '../../src/streams/stream.ts'
import { migratedDatabase, type TestDatabase } from './database.ts'
import { openTap, type Tap } from './tap.ts'
import { testClock, type TestClock } from './test-clock.ts'
import { WORK } from './work-streams.ts'

/** A company, a warehouse and the way between them, all of it real but the waiting. */
export interface World extends AsyncDisposable {
  readonly emulator: Emulator
  readonly db: TestDatabase
  readonly tap: Tap
  readonly clock: TestClock
  /** Warnings that runs have given. */
  readonly warnings: string[]
  /** When a checkpoint is due, where it is not as usual. */
  batch: BatchLimits | undefined
  readonly parts: (signal?: AbortSignal, source?: SourceConfig) => RunParts
  readonly run: (
    request?: Partial<RunRequest>,
    signal?: AbortSignal,
    source?: SourceConfig,
  ) => Promise<RunReport>
}

export const PASS = { mode: 'pass', since: null, until: null } as const
export const SWEEP = { mode: 'sweep', since: null, until: null } as const
export const BACKFILL = { mode: 'range', since: null, until: null } as const

/** Small, with something of everything; one custom field of each type. */
export const SMALL = {
  users: 5,
  pipelines: 5,
  organizations: 15,
  persons: 24,
  deals: 40,
  activities: 30,
  notes: 24,
  leads: 20,
  products: 12,
  files: 20,
  customFields: 16,
} as const

/** Limits that nobody meets; a test that is about limits sets its own. */
const WIDE = { burst: 1_000_000, daily: 1_000_000_000 } as const

/** Takes the control tables out of a world's database: as it is before the first run of all. */
export async function forgetSchemas({ db }: World): Promise<void> {
  await db.query('drop schema pipedrive, pipedrive_sync cascade')
}

export async function openWorld(options: EmulatorOptions = {}, clock = testClock()): Promise<World> {
  const emulator = await startEmulator({
    now: () => clock.now(),
    limits: WIDE,
    ...options,
    size: { ...SMALL, ...options.size },
  })
  const tap = await openTap(emulator.url)
  const db = await migratedDatabase()
  const warnings: string[] = []
  const reporter: Reporter = {
    info: () => undefined,
    warn: (message) => void warnings.push(message),
    progress: () => undefined,
    finished: () => undefined,
  }
  const world: World = {
    emulator,
    db,
    tap,
    clock,
    warnings,
    batch: undefined,
    parts: (signal = new AbortController().signal, source = { baseUrl: tap.url, token: emulator.token }) => ({
      warehouse: {
        databaseUrl: db.url,
        dataDir: '/nowhere',
        schemas: { data: 'pipedrive', control: 'pipedrive_sync' },
        account: 'pipedrive',
        labelledViews: true,
      },
      source,
      clock,
      signal,
      reporter,
    }),
    run: (request = {}, signal, source) =>
      run(world.parts(signal, source), {
        command: 'test',
        streams: WORK,
        plan: PASS,
        allowance: { share: 1 },
        maxShare: 0.05,
        // Requests come in one order, whatever the machine's mood.
        walkers: 0,
        ...(world.batch === undefined ? {} : { batch: world.batch }),
        ...request,
      }),
    [Symbol.asyncDispose]: async () => {
      await tap[Symbol.asyncDispose]()
      await emulator.stop()
    },
  }
  return world
}

function fewerIds(way: ReadById, most: number): ReadById {
  return way.kind === 'many' ? { ...way, most: Math.min(way.most, most) } : way
}

/** The stream with pages so small that a small company has several of them. */
function fewerAtOnce(parents: Parents, most: number): Parents {
  const { ask } = parents
  return ask === undefined ? parents : { ...parents, ask: { ...ask, most: Math.min(ask.most, most) } }
}

export function inPagesOf(pageSize: number, stream: Stream): Stream {
  const partitions = stream.partitions.map((partition) => ({
    ...partition,
    pageSize,
    ...(partition.parents === undefined ? {} : { parents: fewerAtOnce(partition.parents, pageSize) }),
  }))
  const { readById: way } = stream
  return { ...stream, partitions, ...(way === undefined ? {} : { readById: fewerIds(way, pageSize) }) }
}

/** From now on each page is a checkpoint of its own. */
export function checkpointEveryPage(world: World): void {
  world.batch = { batchRows: 1, batchMs: 2000 }
}

export function streamNamed(name: string): Stream {
  const stream = streams.find((each) => each.name === name)
  if (stream === undefined) throw new Error(`No stream "${name}"`)
  return stream
}
