import { z } from 'zod'
import { openSingle, recordsOf } from './envelope.ts'
import type { ApiRequest, Send } from './request.ts'

export const PERMISSION_SETS_COST = 20

const named = z.array(z.object({ id: z.string(), name: z.string() })).catch([])

/** The names of the company's permission sets by id; `access` of a user refers to them (openapi v1). */
export async function readPermissionSets(send: Send): Promise<ReadonlyMap<string, string>> {
  const request: ApiRequest = {
    stream: 'account',
    path: '/v1/permissionSets',
    cost: PERMISSION_SETS_COST,
    params: {},
  }
  const page = openSingle(request, (await send(request)).body, { kind: 'list-or-null' })
  return new Map(named.parse(recordsOf(request, page)).map(({ id, name }) => [id, name]))
}
