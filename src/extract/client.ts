import type { Clock } from '../clock.ts'
import { RunLedger, withBudget, type Allowance, type Ledger } from './budget.ts'
import { withGate } from './gate.ts'
import type { Send } from './request.ts'
import { withRetry } from './retry.ts'
import { createTransport } from './transport.ts'

export interface ClientOptions {
  readonly baseUrl: string
  readonly token: string
  readonly allowance: Allowance
  /** Requests in flight at most. */
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface Client {
  readonly send: Send
  readonly ledger: Ledger
}

const TIMEOUT_MS = 120_000
const RETRY = { attempts: 5, baseDelayMs: 500, maxDelayMs: 30_000, random: Math.random } as const

/**
 * The way of a request: retry, then budget, then gate, then the wire. Retry is outermost, so each attempt pays
 * and waits its turn; the gate is innermost, so what it lets through is sent at once.
 */
export function createClient(options: ClientOptions): Client {
  const { clock, signal, concurrency } = options
  const ledger = new RunLedger(options.allowance, clock)
  const transport = createTransport({ ...options, timeoutMs: TIMEOUT_MS })
  const gated = withGate(transport, { clock, signal, concurrency })
  const send = withRetry(withBudget(gated, ledger), { clock, signal, ...RETRY })
  return { send, ledger }
}
