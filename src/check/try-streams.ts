import type { Ledger } from '../extract/ledger.ts'
import type { AskedParent } from '../extract/child-pages.ts'
import { childProbesOf, probe, probesOf } from '../extract/probe.ts'
import type { Send } from '../extract/request.ts'
import { outcomeOf } from '../outcome.ts'
import type { StreamStatus } from '../load/run-log.ts'
import type { Stream } from '../streams/stream.ts'
import { endsAll } from './ends-all.ts'
import { tryChildren } from './try-children.ts'

export interface StreamCheck {
  readonly stream: string
  /** `untried`: it is read for each of some parents, and there was none. Else what a run would say of it. */
  readonly status: 'readable' | 'untried' | Exclude<StreamStatus, 'done'>
  /** What trying it cost; what streams share is paid for by the first. */
  readonly tokens: number
  /** Why it cannot be read. */
  readonly error?: string
  /** Why it was not tried. */
  readonly reason?: string
}

/** What trying streams takes. */
export interface Trial {
  readonly send: Send
  readonly streams: readonly Stream[]
  readonly ledger: Ledger
  /** Ends the requests. */
  readonly stop: AbortController
  /** By the path of the children, the parent of theirs that the warehouse holds. */
  readonly held: ReadonlyMap<string, AskedParent>
  /** UTC, `YYYY-MM-DD`. */
  readonly today: string
}

/**
 * Asks for one record of each path of each stream. An error that would end a run ends the requests, and this; every
 * other is in what is returned.
 */
export async function tryStreams(trial: Trial): Promise<readonly StreamCheck[]> {
  const { streams, ledger, stop } = trial
  const tries = streams.map(async (stream) => {
    try {
      const found = await tryStream(trial, stream)
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

/** Each path of a stream: null where it can be read, else why it could not be tried. */
function pathsTried({ send, held, today }: Trial, stream: Stream): readonly Promise<string | null>[] {
  return [
    ...probesOf(stream).map((partition) => probe(send, stream, partition).then(() => null)),
    ...childProbesOf(stream).map((child) =>
      tryChildren({ send, stream, child, held: held.get(child.path), today }),
    ),
  ]
}

async function tryStream(trial: Trial, stream: Stream): Promise<Omit<StreamCheck, 'stream' | 'tokens'>> {
  const tried = await Promise.allSettled(pathsTried(trial, stream))
  const failures = tried.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error)
  const grave = failures.find(endsAll)
  if (grave !== undefined) throw grave
  const { status, error } = outcomeOf(failures[0] ?? null, false)
  if (status !== 'done') return { status, ...(error === null ? {} : { error }) }
  const reasons = tried.map((one) => (one.status === 'fulfilled' ? one.value : null))
  const reason = reasons.includes(null) ? null : reasons[0]
  return typeof reason === 'string' ? { status: 'untried', reason } : { status: 'readable' }
}
