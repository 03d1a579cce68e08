import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EntityName, RequestLogEntry } from '../emulator/index.ts'
import { walkParams } from '../src/extract/paging.ts'
import { planWindow } from '../src/extract/windows.ts'
import type { Partition } from '../src/streams/stream.ts'
import { BUILT } from './root.ts'
import { STREAMS, WHOLE } from './work.ts'

export interface BenchEmulator extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** The last thousand that Pipedrive was asked. */
  requests(): Promise<readonly RequestLogEntry[]>
  forgetRequests(): Promise<void>
  /** Puts the same keys into several records. */
  change(name: EntityName, ids: readonly number[], patch: Readonly<Record<string, unknown>>): Promise<void>
}

/** What the company has; of the rest, as much as usual. */
export interface EmulatorSize {
  readonly deals: number
  readonly persons?: number
  readonly 'custom-fields'?: number
}

export interface EmulatorConditions {
  /** Requests in two seconds; so many that they do not count when absent. */
  readonly burst?: number
  readonly latencyMs?: number
}

/** So high that neither the burst limit nor the day's budget is what is measured. */
export const LIMITS = { burst: 1_000_000, daily: 1_000_000_000 } as const

/** The address of a partition's first page, as a read of everything asks for it. */
export function firstPage(partition: Partition): string {
  const window = planWindow(partition, null, WHOLE, 0, Date.now())
  const limit = String(partition.pageSize)
  return `${partition.path}?${new URLSearchParams({ ...walkParams(partition, window), limit }).toString()}`
}

/** The pages are made beforehand: a company that is really there has its records, too. */
const AHEAD = STREAMS.flatMap(({ partitions }) => partitions).map(
  (partition) => `--prerender=${firstPage(partition)}`,
)

function flagsOf(size: EmulatorSize, { burst = LIMITS.burst, latencyMs }: EmulatorConditions): string[] {
  const latency = { kind: 'latency', ms: latencyMs }
  return [
    ...Object.entries({ ...size, ...LIMITS, burst }).map(([name, value]) => `--${name}=${value}`),
    // The other integration of a scenario goes on after a 429, as ours never does.
    '--switch=cloudflareAfter=1000000',
    ...(latencyMs === undefined ? [] : [`--fault=${JSON.stringify(latency)}`]),
  ]
}

function callsOf(url: string, token: string) {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { 'x-api-token': token, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${url}/_emulator/${path}`, { method, headers, ...sent })
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`)
    return ((await response.json()) as { data: unknown }).data
  }
  const calls: Pick<BenchEmulator, 'requests' | 'forgetRequests' | 'change'> = {
    requests: async () => (await call('GET', 'requests')) as readonly RequestLogEntry[],
    forgetRequests: async () => void (await call('DELETE', 'requests')),
    change: async (name, ids, patch) => void (await call('PATCH', `records/${name}`, { ids, patch })),
  }
  return calls
}

/** The emulator in a process of its own, so that its memory and time are not taken for ours. */
export async function startEmulatorProcess(
  size: EmulatorSize,
  conditions: EmulatorConditions = {},
): Promise<BenchEmulator> {
  const program = join(BUILT, 'bench', 'emulator.js')
  const args = [program, ...flagsOf(size, conditions), ...AHEAD]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) {
    const [, url, token] = /at (http:\S+) with token (\S+)/.exec(line) ?? []
    if (url === undefined || token === undefined) continue
    return {
      ...{ url, token, pid: child.pid ?? Number.NaN },
      ...callsOf(url, token),
      async [Symbol.asyncDispose]() {
        child.kill()
        await exited
      },
    }
  }
  throw new Error('The emulator ended before it said where it is.')
}
