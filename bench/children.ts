import { startEmulator, type Emulator, type EntityName } from '../emulator/index.ts'
import type { ReadPlan } from '../src/extract/windows.ts'
import type { StreamReport } from '../src/load/run-log.ts'
import { run } from '../src/run.ts'
import { streams } from '../src/streams/index.ts'
import type { Stream } from '../src/streams/stream.ts'
import { connected, type BenchServer } from './database.ts'
import { LIMITS } from './emulator.ts'
import { partsOf } from './pieces/backfill.ts'
import { childrenIn, ofThem, type Way } from './ways.ts'
import { WHOLE } from './work.ts'

/** What reading one stream's children took. */
export interface ChildCost {
  readonly stream: string
  /** All of them, whether they have children or not. */
  readonly parents: number
  readonly rows: number
  readonly requests: number
  readonly tokens: number
  /** A pass after one parent in a hundred has changed. */
  readonly laterRequests: number
  readonly laterTokens: number
}

const PASS: ReadPlan = { mode: 'pass', since: null, until: null }
/** One parent in so many changes. */
const ONE_IN = 100

async function read(emulator: Emulator, server: BenchServer, read: readonly Stream[], plan: ReadPlan) {
  const source = { emulatorUrl: emulator.url, emulatorToken: emulator.token }
  const report = await run(partsOf({ ...source, databaseUrl: server.databaseUrl }), {
    command: 'bench',
    streams: read,
    plan,
    allowance: { tokens: Number.MAX_SAFE_INTEGER },
    maxShare: 1,
  })
  if (report.status !== 'done') throw new Error(`The run ended as ${report.status}: ${report.error}`)
  return new Map(report.streams.map((each) => [each.stream, each]))
}

function countLive({ databaseUrl }: BenchServer, table: string): Promise<number> {
  return connected(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count from pipedrive.${table} where _deleted_at is null`,
    )
    return Number(rows[0]?.count ?? 0)
  })
}

/** Touches one record in a hundred of every kind, and at least one. */
function changeSome({ company }: Emulator, kinds: readonly Stream[]): void {
  for (const { name } of kinds) {
    const { [name as EntityName]: table, collections } = company
    const held = collections[name as EntityName]
    for (const [index, slot] of [...held.slots()].entries())
      if (index % ONE_IN === 0) table.update(held.idAt(slot), {})
  }
}

function costOf(
  stream: string,
  parents: number,
  first: StreamReport | undefined,
  later: StreamReport | undefined,
): ChildCost {
  const { inserted: rows = 0, requests = 0, tokens = 0 } = first ?? {}
  const { requests: laterRequests = 0, tokens: laterTokens = 0 } = later ?? {}
  return { stream, parents, rows, requests, tokens, laterRequests, laterTokens }
}

/** Reads the demo company's children in one way into an empty database, then again when a few parents have changed. */
export async function measureChildren(server: BenchServer, way: Way): Promise<readonly ChildCost[]> {
  const emulator = await startEmulator({ limits: LIMITS })
  try {
    await server.renew()
    const children = childrenIn(way)
    const kinds = new Set(children.flatMap(ofThem))
    const inOrder = streams.filter((stream) => kinds.has(stream))
    const families = [...inOrder, ...children]
    const first = await read(emulator, server, families, WHOLE)
    changeSome(emulator, inOrder)
    const later = await read(emulator, server, families, PASS)
    const costs: ChildCost[] = []
    for (const stream of children) {
      const counts = await Promise.all(ofThem(stream).map(({ name }) => countLive(server, name)))
      const parents = counts.reduce((sum, count) => sum + count, 0)
      costs.push(costOf(stream.name, parents, first.get(stream.name), later.get(stream.name)))
    }
    return costs
  } finally {
    await emulator.stop()
  }
}
