import { SyncError } from '../errors.ts'
import type { Ledger } from '../extract/budget.ts'
import { probe, probesOf } from '../extract/probe.ts'
import type { Send } from '../extract/request.ts'
import { outcomeOf } from '../outcome.ts'
import type { StreamStatus } from '../load/run-log.ts'
import type { Stream } from '../streams/stream.ts'

export interface StreamCheck {
  readonly stream: string
  /** `untried`: it is read for each of some parents and in no other way. Else what a run would say of it. */
  readonly status: 'readable' | 'untried' | Exclude<StreamStatus, 'done'>
  /** What trying it cost; a path that streams share is paid for by the first. */
  readonly tokens: number
  /** Why it cannot be read. */
  readonly error?: string
}

/**
 * Asks for one record of each path of each stream. `stop` ends the requests, and this, for an error that would end a
 * run; every other is in what is returned.
 */
export async function tryStreams(
  send: Send,
  streams: readonly Stream[],
  ledger: Ledger,
  stop: AbortController,
): Promise<readonly StreamCheck[]> {
  const tries = streams.map(async (stream) => {
    try {
      const found = await tryStream(send, stream)
      return { stream: stream.name, tokens: ledger.of(stream.name).tokens, ...found }
    } catch (error) {
      stop.abort(error)
      throw error
    }
  })
  // Nothing may be on its way when this ends, however it ends.
  await Promise.allSettled(tries)
  return Promise.all(tries)
}

/** What nobody foresaw, what a person has to mend first, and a block, after which nothing may be sent. */
function endsAll(error: unknown): boolean {
  return !(error instanceof SyncError) || error.recovery === 'abort-run' || error.code === 'E_BLOCKED'
}

async function tryStream(send: Send, stream: Stream): Promise<Pick<StreamCheck, 'status' | 'error'>> {
  const probes = probesOf(stream)
  const tried = await Promise.allSettled(probes.map((partition) => probe(send, stream, partition)))
  const failures = tried.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error)
  const grave = failures.find(endsAll)
  if (grave !== undefined) throw grave
  const { status, error } = outcomeOf(failures[0] ?? null, false)
  if (status !== 'done') return { status, ...(error === null ? {} : { error }) }
  return { status: probes.length === 0 ? 'untried' : 'readable' }
}
