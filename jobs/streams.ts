import { readApi, readNames } from '../src/flags.ts'
import { configError } from '../src/errors.ts'
import { modeOf, type Mode } from '../src/streams/describe.ts'
import { throughDoor } from '../src/streams/door.ts'
import { selectStreams, streams } from '../src/streams/index.ts'
import type { Stream } from '../src/streams/stream.ts'
import type { JobResult } from './job.ts'
import { streamsPage } from './streams-page.ts'
import { recordTable } from './text-table.ts'

interface StreamLine {
  readonly stream: string
  readonly table: string
  readonly endpoints: readonly string[]
  /** Tokens for the first page of everything that is asked for: the least that a look costs. */
  readonly cost: number
  readonly mode: Mode
  /** Whether a run reads it that is not told what to read. */
  readonly default: boolean
}

const COLUMNS = ['stream', 'table', 'mode', 'default', 'cost', 'endpoints'] as const

function sum(costs: readonly number[]): number {
  return costs.reduce((total, cost) => total + cost, 0)
}

function linesOf(stream: Stream): StreamLine[] {
  const { name, partitions, catalogs, exploded = [], onDemand } = stream
  const catalogSources = catalogs.flatMap((catalog) => catalog.sources)
  const byPath = new Map(catalogSources.map((source) => [source.path, source]))
  const asked = partitions.length > 0 ? partitions : [...byPath.values()]
  const reading = {
    stream: name,
    table: name,
    endpoints: [...new Set(asked.map(({ path }) => path))],
    cost: sum(asked.map(({ cost }) => cost)),
    mode: modeOf(stream),
    default: onDemand === undefined,
  } as const
  const others = partitions.length > 0 ? exploded.map(({ table }) => table) : ['field_options']
  return [
    reading,
    ...others.map((table) => ({ ...reading, table, endpoints: [], cost: 0, mode: 'exploded' as const })),
  ]
}

export interface StreamsFlags {
  readonly stream?: string
  readonly api?: string
  readonly markdown?: boolean
}

function page({ stream, api = 'v2' }: StreamsFlags): JobResult {
  if (stream !== undefined) throw configError('--markdown is the page about all tables: leave --stream out.')
  if (api !== 'v2')
    throw configError('--markdown is the page about all tables as v2 fills them: leave --api out.')
  const text = streamsPage()
  return { json: { page: text }, text, exit: 0, verbatim: true }
}

/**
 * Lists the registry: each table, where it comes from through the API asked for, what a request costs. Throws
 * `E_CONFIG`.
 */
export function listStreams(flags: StreamsFlags): JobResult {
  const api = readApi('--api', flags.api)
  if (flags.markdown === true) return page(flags)
  const listed = flags.stream === undefined ? streams : selectStreams(readNames(flags.stream))
  const lines = listed.flatMap((stream) => linesOf(throughDoor(stream, api)))
  const rows = lines.map((line) => ({ ...line, endpoints: line.endpoints.join(' ') }))
  return { json: lines, text: recordTable(COLUMNS, rows), exit: 0, verbatim: true }
}
