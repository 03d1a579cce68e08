import { walkParams } from '../../src/extract/paging.ts'
import { planWindow } from '../../src/extract/windows.ts'
import type { Partition } from '../../src/streams/stream.ts'
import type { Measured, PieceInput } from '../piece.ts'
import { STREAMS, WHOLE } from '../work.ts'

interface PageBody {
  readonly data: readonly unknown[]
  readonly additional_data?: { readonly next_cursor?: string | null }
}

async function fetchPage(url: string, token: string): Promise<PageBody> {
  const response = await fetch(url, { headers: { 'x-api-token': token } })
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`)
  return (await response.json()) as PageBody
}

/** A page can be asked for only with the token at the end of the page before it. */
async function walk({ emulatorUrl, emulatorToken }: PieceInput, partition: Partition): Promise<number> {
  const window = planWindow(partition, null, WHOLE, 0, Date.now())
  const query = new URLSearchParams({
    ...walkParams(partition, window),
    limit: String(partition.pageSize),
  })
  let records = 0
  for (;;) {
    const page = await fetchPage(`${emulatorUrl}${partition.path}?${query.toString()}`, emulatorToken)
    records += page.data.length
    const next = page.additional_data?.next_cursor ?? null
    if (next === null) return records
    query.set('cursor', next)
  }
}

async function walkAll(input: PieceInput, partitions: readonly Partition[]): Promise<number> {
  let records = 0
  for (const partition of partitions) records += await walk(input, partition)
  return records
}

/** The floor of reading: the same pages, both streams at once, parsed and dropped. */
export async function fetchPages(input: PieceInput): Promise<Measured> {
  const began = performance.now()
  const counts = await Promise.all(STREAMS.map(({ partitions }) => walkAll(input, partitions)))
  const seconds = (performance.now() - began) / 1000
  return { seconds, records: counts.reduce((sum, count) => sum + count, 0) }
}
