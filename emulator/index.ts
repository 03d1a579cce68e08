import type { AddressInfo } from 'node:net'
import { prerender } from './api/prerender.ts'
import { routes } from './api/routes.ts'
import { logRoutes } from './api/log-routes.ts'
import { ownRoutes } from './api/own-routes.ts'
import { createCompany, type Company } from './company/company.ts'
import { createFaults, type Fault } from './http/faults.ts'
import { createLimits, type LimitOptions, type Limits } from './http/limits.ts'
import { createRouter } from './http/router.ts'
import { listen, type RequestLogEntry } from './http/server.ts'
import { checkSize, defaultSize, type CompanySize } from './seed/world.ts'
import { defaultSwitches, type Switches } from './switches.ts'

export type { Company, CompanySize, Fault, LimitOptions, Limits, RequestLogEntry, Switches }
export type { EntityName } from './company/entities.ts'
export type { Table } from './company/table.ts'
export type { Json, Row } from './json.ts'
export { defaultSize, defaultSwitches }

export interface EmulatorOptions {
  /** Same seed, size and start time: the same bytes. Default 1. */
  readonly seed?: number
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number
  readonly token?: string
  /** The emulator's clock in ms: history ends where it stands at the start. Default Date.now. */
  readonly now?: () => number
  readonly size?: Partial<CompanySize>
  readonly switches?: Partial<Switches>
  readonly limits?: LimitOptions
  /** How many of the last requests are remembered. Default all. */
  readonly keepRequests?: number
}

export interface Emulator {
  /** Requests go to `${url}/api/v2/…` and `${url}/v1/…`; what only Pipedrive can do, to `${url}/_emulator/…`. */
  readonly url: string
  readonly token: string
  readonly company: Company
  readonly switches: Switches
  readonly limits: Limits
  readonly faults: { add(fault: Fault): void; clear(): void }
  readonly requests: readonly RequestLogEntry[]
  /** Makes every page of a v2 list ahead, `/api/v2/deals?limit=500`: served from memory from then on. */
  prerender(path: string): void
  clearRequests(): void
  stop(): Promise<void>
}

export const DEFAULT_TOKEN = 'emulator-token'

/** A Pipedrive on 127.0.0.1 that a program cannot tell from the real one, as far as that is documented. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { seed = 1, port = 0, token = DEFAULT_TOKEN, now = Date.now, keepRequests = Infinity } = options
  const switches: Switches = { ...defaultSwitches, ...options.switches }
  const size = { ...defaultSize, ...options.size }
  checkSize(size)
  const company = createCompany({ seed, size, now, switches })
  const limits = createLimits(options.limits ?? {}, switches, now)
  const faults = createFaults()
  const requests: RequestLogEntry[] = []
  const router = createRouter([...routes, ...ownRoutes, ...logRoutes(requests)])
  const context = { company, switches }
  const server = await listen(
    {
      router,
      limits,
      faults,
      token,
      now,
      log: (entry) => {
        requests.push(entry)
        if (requests.length > keepRequests) requests.shift()
      },
      context,
    },
    port,
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    company,
    switches,
    limits,
    faults,
    requests,
    prerender: (path) => prerender(router, context, path),
    clearRequests: () => void (requests.length = 0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
