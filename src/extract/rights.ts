import { z } from 'zod'
import { openOne } from './envelope.ts'
import type { ApiRequest, Send } from './request.ts'

const PERMISSIONS_COST = 10
const ROLE_SETTINGS_COST = 10
const ROLE_PIPELINES_COST = 20
/** Tokens for all that tells what somebody may see. */
export const RIGHTS_COST = PERMISSIONS_COST + ROLE_SETTINGS_COST + ROLE_PIPELINES_COST

const switches = z.record(z.string(), z.unknown())
const pipelines = z.object({ pipeline_ids: z.array(z.number()) }).catch({ pipeline_ids: [] })

async function ask(send: Send, path: string, cost: number, params = {}): Promise<Record<string, unknown>> {
  const request: ApiRequest = { stream: 'account', path, cost, params }
  return switches.parse(openOne(request, (await send(request)).body))
}

/** The permissions that a user lacks, by their names, over all permission sets (openapi v1). */
export async function readLacking(send: Send, userId: number): Promise<readonly string[]> {
  const held = await ask(send, `/v1/users/${userId}/permissions`, PERMISSIONS_COST)
  return Object.keys(held).filter((name) => held[name] === false)
}

/** The levels of visibility that are set for the role of a user (openapi v1): `deal_default_visibility` and others. */
export function readRoleSettings(send: Send, userId: number): Promise<Readonly<Record<string, unknown>>> {
  return ask(send, `/v1/users/${userId}/roleSettings`, ROLE_SETTINGS_COST)
}

/** Pipelines that users of a role do not see (openapi v1). */
export async function readHiddenPipelines(send: Send, roleId: number): Promise<readonly number[]> {
  const path = `/v1/roles/${roleId}/pipelines`
  return pipelines.parse(await ask(send, path, ROLE_PIPELINES_COST, { visible: 'false' })).pipeline_ids
}
