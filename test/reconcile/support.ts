import { expect } from 'vitest'
import {
  verify,
  type StreamVerdict,
  type VerifyReport,
  type VerifyRequest,
} from '../../src/reconcile/verify.ts'
import { streams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { BACKFILL, streamNamed, type World } from '../support/world.ts'

/** The streams whose records they hang on, and theirs, in front of a stream. */
function withParents(stream: Stream): readonly Stream[] {
  const parents = stream.partitions.flatMap(({ parents }) => parents?.of ?? [])
  return [...parents.flatMap(withParents), stream]
}

/** Reads one stream, and what it hangs on. */
export async function fillOne(world: World, name: string): Promise<readonly Stream[]> {
  const stream = streamNamed(name)
  const report = await world.run({ streams: [...new Set(withParents(stream))], plan: BACKFILL })
  expect(report.status).toBe('done')
  return [stream]
}

/** Reads everything, and says which streams that were. */
export async function fill(world: World): Promise<readonly Stream[]> {
  const { streams: reports } = await world.run({ streams, plan: BACKFILL })
  const read = new Set(reports.filter(({ status }) => status === 'done').map(({ stream }) => stream))
  return streams.filter(({ name }) => read.has(name))
}

/** Verifies streams, with every record in the sample. */
export function verifyWorld(world: World, request: Partial<VerifyRequest> = {}): Promise<VerifyReport> {
  return verify(world.parts(), {
    streams: [],
    allowance: { share: 1 },
    maxShare: 0.05,
    sample: null,
    seed: 'a seed',
    repair: false,
    ...request,
  })
}

/** What was found of one stream. */
export function verdictOf({ streams }: VerifyReport, name: string): StreamVerdict {
  const found = streams.find(({ stream }) => stream === name)
  if (found === undefined) throw new Error(`No verdict of ${name}`)
  return found
}

/** `stream key kind columns` of all differences. */
export function told({ streams }: VerifyReport, what: 'differences' | 'mended' = 'differences'): string[] {
  return streams.flatMap((verdict) =>
    verdict[what].map(({ key, kind, columns }) => [verdict.stream, key, kind, ...columns].join(' ')),
  )
}
