import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Stream } from '../../src/streams/stream.ts'
import { SCHEMAS, type Measured, type PieceInput } from '../piece.ts'
import { STREAMS } from '../work.ts'

const FLOOR = 'floor'

interface EncodedTable {
  readonly name: string
  readonly chunks: readonly Buffer[]
}

interface EncodedStream {
  readonly client: pg.Client
  readonly tables: readonly EncodedTable[]
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function gather(source: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return chunks
}

/** Makes an empty table like the one that ours has filled, and takes that one's rows as COPY writes them. */
async function encodeTable(client: pg.Client, name: string): Promise<EncodedTable> {
  await client.query(`create table ${FLOOR}.${name} (like ${SCHEMAS.data}.${name} including all)`)
  return { name, chunks: await gather(client.query(copyTo(`copy ${SCHEMAS.data}.${name} to stdout`))) }
}

async function encodeStream(url: string, { name, exploded = [] }: Stream): Promise<EncodedStream> {
  const client = await connect(url)
  const tables: EncodedTable[] = []
  for (const table of [name, ...exploded.map((child) => child.table)])
    tables.push(await encodeTable(client, table))
  return { client, tables }
}

/** How many rows the stream's own table took. */
async function load({ client, tables }: EncodedStream): Promise<number> {
  const counts: number[] = []
  for (const { name, chunks } of tables) {
    const sink = client.query(copyFrom(`copy ${FLOOR}.${name} from stdin`))
    await pipeline(Readable.from(chunks), sink)
    counts.push(sink.rowCount)
  }
  await client.end()
  return counts[0] ?? 0
}

async function makeSchema(url: string): Promise<void> {
  const client = await connect(url)
  await client.query(`drop schema if exists ${FLOOR} cascade`)
  await client.query(`create schema ${FLOOR}`)
  await client.end()
}

/** The floor of writing: the same rows, encoded and in memory beforehand, by one COPY a table, both streams at once. */
export async function copyRows({ databaseUrl }: PieceInput): Promise<Measured> {
  await makeSchema(databaseUrl)
  const encoded = await Promise.all(STREAMS.map((stream) => encodeStream(databaseUrl, stream)))
  const began = performance.now()
  const counts = await Promise.all(encoded.map(load))
  const seconds = (performance.now() - began) / 1000
  return { seconds, records: counts.reduce((sum, count) => sum + count, 0) }
}
