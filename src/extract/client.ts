import { setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { type Allowance } from './allowance.ts'
import { RunLedger } from './budget.ts'
import type { Ledger } from './ledger.ts'
import { withBudget } from './with-budget.ts'
import { withGate } from './gate.ts'
import { createPageMemory } from './page-memory.ts'
import { observe } from './observe.ts'
import type { Page } from './page.ts'
import type { Send } from './request.ts'
import { withRetry } from './retry.ts'
import { createTransport } from './transport.ts'

export interface ClientOptions {
  readonly baseUrl: string
  readonly token: string
  readonly allowance: Allowance
  /** What stays of the day for the company's other integrations; nothing when absent. */
  readonly reserve?: Allowance
  /** Requests in flight at most. */
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Keeps a block where other processes find it; the request that met it fails when that is done. */
  readonly onBlock: (block: SyncError) => Promise<void>
}

export interface Client {
  readonly send: Send
  /** Says that nobody reads a page any more. */
  readonly giveBack: (page: Page) => void
  readonly ledger: Ledger
  /** Requests in two seconds, as an answer told; null as long as none has. */
  burstLimit(): number | null
}

const TIMEOUT_MS = 120_000
const RETRY = { attempts: 5, baseDelayMs: 500, maxDelayMs: 30_000, random: Math.random } as const

/** Whoever goes on sending after Cloudflare's block makes it longer: the first answer of that kind ends them all. */
function stopAtBlock(next: Send, block: AbortController, onBlock: (block: SyncError) => Promise<void>): Send {
  return async (request) => {
    try {
      return await next(request)
    } catch (error) {
      if (error instanceof SyncError && error.code === 'E_BLOCKED') {
        block.abort(error)
        await onBlock(error)
      }
      throw error
    }
  }
}

/**
 * The way of a request: retry, then gate, then budget, then the wire. Retry is outermost, so each attempt waits
 * its turn and pays; what the gate lets through is paid for and sent at once.
 */
export function createClient(options: ClientOptions): Client {
  const { clock, concurrency } = options
  const block = new AbortController()
  const signal = AbortSignal.any([options.signal, block.signal])
  // Every request listens to it.
  setMaxListeners(0, signal)
  const ledger = new RunLedger(options.allowance, clock, options.reserve)
  const memory = createPageMemory()
  const wire = createTransport({ ...options, signal, memory, timeoutMs: TIMEOUT_MS })
  const transport = stopAtBlock(wire, block, options.onBlock)
  const gated = withGate(withBudget(transport, ledger), { clock, signal, concurrency })
  const observer = observe(withRetry(gated, { clock, signal, ...RETRY }), clock)
  return { send: observer.send, giveBack: memory.giveBack, ledger, burstLimit: observer.burstLimit }
}
