import { z } from 'zod'
import { SyncError } from '../errors.ts'
import type { Stream } from '../streams/stream.ts'
import type { Body } from './body.ts'
import { openV1, recordsOf } from './envelope.ts'
import { cursorOf } from './page.ts'
import type { ApiRequest, Send } from './request.ts'
import { v1Timestamp } from './timestamps.ts'

/** A change that `/v1/recents` tells of. */
export interface Told {
  readonly stream: string
  readonly id: string
  /** Epoch milliseconds of the record's cursor field; null where nothing of the record is shown. */
  readonly time: number | null
  /** The record may be deleted: it is marked so, or not shown. */
  readonly gone: boolean
}

export interface GateAnswer {
  readonly told: readonly Told[]
  /** The latest time on any page, epoch milliseconds, and not later than the clock; null where none was told. */
  readonly latest: number | null
  /** There was more than is asked for. */
  readonly muchMore: boolean
}

/** Who pays for it in the ledger. */
export const GATE = 'change_gate'
const PAGE_SIZE = 500
/** What lies behind them costs more to be told than a pass does to be read. */
const MOST_PAGES = 5
/** The time is required; one of more than a month ago is moved up without a word (changelog, 2024-12-01). */
const AS_FAR_AS_IT_REACHES = Date.UTC(2000, 0)

const item = z.object({ item: z.string(), id: z.union([z.number(), z.string()]), data: z.unknown() })
/** Marks of a deleted record, kind by kind (openapi v1). */
const deleted = z.union([
  z.null(),
  z.object({ active_flag: z.literal(false) }),
  z.object({ deleted: z.literal(true) }),
  z.object({ status: z.literal('deleted') }),
  z.object({ is_deleted: z.literal(true) }),
])
const page = z.object({ additional_data: z.object({ last_timestamp_on_page: z.string().nullish() }) })

/** The streams that `/v1/recents` has a word for. */
export function inRecents(streams: readonly Stream[]): readonly Stream[] {
  return streams.filter(({ recentsItem }) => recentsItem !== undefined)
}

/** The words for them, as they are asked about. */
export function itemsOf(streams: readonly Stream[]): string {
  return inRecents(streams)
    .flatMap(({ recentsItem }) => recentsItem ?? [])
    .toSorted()
    .join()
}

/** The data of a user come in a list of one (seen in practice). */
function readItem(request: ApiRequest, streams: ReadonlyMap<string, Stream>, record: unknown): Told[] {
  const { success, data: row } = item.safeParse(record)
  if (!success)
    throw new SyncError({
      code: 'E_ENVELOPE',
      recovery: 'skip-stream',
      message: `${request.path} was answered with something that is no change. Nothing was read; try again later.`,
    })
  const stream = streams.get(row.item)
  if (stream === undefined) return []
  const data: unknown = Array.isArray(row.data) ? row.data[0] : row.data
  const time = cursorOf(stream, data)
  return [{ stream: stream.name, id: String(row.id), time, gone: deleted.safeParse(data ?? null).success }]
}

function lastTime({ envelope }: Body): number | null {
  const told = page.safeParse(envelope).data?.additional_data.last_timestamp_on_page ?? ''
  const time = Date.parse(`${told.replace(' ', 'T')}Z`)
  return Number.isNaN(time) ? null : time
}

/**
 * Asks what has changed since a time (epoch milliseconds, inclusive; null: as far back as it reaches), 20 tokens a page.
 * `now`: a record dated ahead of the clock is told, but its time is not the latest.
 */
export async function askGate(
  send: Send,
  streams: readonly Stream[],
  since: number | null,
  now: number,
): Promise<GateAnswer> {
  const byItem = new Map(inRecents(streams).map((stream) => [stream.recentsItem ?? '', stream]))
  const params = {
    items: itemsOf(streams),
    since_timestamp: v1Timestamp(since ?? AS_FAR_AS_IT_REACHES),
    limit: String(PAGE_SIZE),
  }
  const told: Told[] = []
  const times: (number | null)[] = []
  let [muchMore, start] = [true, 0]
  for (let pages = 0; muchMore && pages < MOST_PAGES; pages++) {
    const request = {
      stream: GATE,
      path: '/v1/recents',
      cost: 20,
      params: { ...params, start: String(start) },
    }
    const { body } = await send(request)
    const { records, more } = openV1(request, body)
    const rows = recordsOf(request, records)
    told.push(...rows.flatMap((row) => readItem(request, byItem, row)))
    times.push(lastTime(body))
    start += rows.length
    muchMore = more
  }
  return { told, latest: latestOf([...times, ...told.map(({ time }) => time)], now), muchMore }
}

function latestOf(times: readonly (number | null)[], now: number): number | null {
  const past = times.filter((time): time is number => time !== null && time <= now)
  return past.length === 0 ? null : past.reduce((one, other) => Math.max(one, other))
}
