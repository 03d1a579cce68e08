import type { Company } from '../company/company.ts'
import type { Json } from '../json.ts'
import type { Switches } from '../switches.ts'
import type { Answer } from './answer.ts'

export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Json | undefined
  readonly company: Company
  readonly switches: Switches
}

export type Handler = (request: ApiRequest) => Answer

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** One operation: `path` without its base, `:name` for a parameter; `cost` in tokens (openapi, x-token-cost). */
export interface Route {
  readonly method: Method
  readonly version: 'v1' | 'v2' | 'emulator'
  readonly path: string
  readonly cost: number
  /** What the account's plan must include, by the name of `Switches.lockedFeatures`. */
  readonly feature?: string
  readonly handle: Handler
}

export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

export type Router = (method: string, path: string) => Match | undefined

/** What stands before the paths that are the emulator's own and none of Pipedrive's. */
export const OWN_BASE = '/_emulator/'

/** `/v2/…` also answers (seen live); `/api/v1/…` is the company host's form of `/v1/…`. */
const BASE = /^(?:(?:\/api)?\/(v1|v2)|\/_(emulator))\//

export function createRouter(routes: readonly Route[]): Router {
  const shelves = new Map<string, { route: Route; segments: string[] }[]>()
  for (const route of routes) {
    const segments = route.path.split('/').slice(1)
    const key = shelfKey(route.method, route.version, segments)
    const shelf = shelves.get(key) ?? []
    shelf.push({ route, segments })
    // A literal segment wins over a parameter: /deals/archived before /deals/:id.
    shelf.sort((a, b) => wildness(a.segments) - wildness(b.segments))
    shelves.set(key, shelf)
  }
  return (method, path) => {
    const base = BASE.exec(path)
    if (!base) return undefined
    const segments = decoded(path.slice(base[0].length).split('/'))
    for (const { route, segments: wanted } of shelves.get(
      shelfKey(method, base[1] ?? base[2] ?? '', segments),
    ) ?? []) {
      const params = match(wanted, segments)
      if (params) return { route, params }
    }
    return undefined
  }
}

function decoded(segments: readonly string[]): string[] {
  try {
    return segments.map(decodeURIComponent)
  } catch {
    return []
  }
}

const shelfKey = (method: string, version: string, segments: readonly string[]): string =>
  `${method} ${version} ${segments.length} ${segments[0] ?? ''}`

const wildness = (segments: readonly string[]): number => segments.filter((one) => one.startsWith(':')).length

function match(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [i, segment] of wanted.entries()) {
    const value = given[i] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = value
    else if (segment !== value) return undefined
  }
  return params
}
