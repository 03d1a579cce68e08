import type { Partition } from '../../src/streams/stream.ts'
import { firstPage } from '../emulator.ts'
import type { Measured, PieceInput } from '../piece.ts'
import { STREAMS } from '../work.ts'

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
export async function* pagesOf({ emulatorUrl, emulatorToken }: PieceInput, partition: Partition) {
  const url = new URL(emulatorUrl + firstPage(partition))
  for (;;) {
    const page = await fetchPage(url.href, emulatorToken)
    yield page.data
    const next = page.additional_data?.next_cursor ?? null
    if (next === null) return
    url.searchParams.set('cursor', next)
  }
}

async function walkAll(input: PieceInput, partitions: readonly Partition[]): Promise<number> {
  let records = 0
  for (const partition of partitions)
    for await (const page of pagesOf(input, partition)) records += page.length
  return records
}

/** The floor of reading: the same pages, both streams at once, parsed and dropped. */
export async function fetchPages(input: PieceInput): Promise<Measured> {
  const began = performance.now()
  const counts = await Promise.all(STREAMS.map(({ partitions }) => walkAll(input, partitions)))
  const seconds = (performance.now() - began) / 1000
  return { seconds, records: counts.reduce((sum, count) => sum + count, 0) }
}
