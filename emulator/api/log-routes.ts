import { json } from '../http/answer.ts'
import type { Route } from '../http/router.ts'
import type { RequestLogEntry } from '../http/server.ts'

/** What was asked, of those that look from another process: told with GET, forgotten with DELETE. */
export function logRoutes(requests: RequestLogEntry[]): readonly Route[] {
  const common = { version: 'emulator', path: '/requests', cost: 0 } as const
  const told = () => json(200, { success: true, data: requests.map((entry) => ({ ...entry })) })
  return [
    { ...common, method: 'GET', handle: told },
    {
      ...common,
      method: 'DELETE',
      handle() {
        requests.length = 0
        return told()
      },
    },
  ]
}
