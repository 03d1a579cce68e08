import { z } from 'zod'
import { SyncError } from '../errors.ts'
import { openOne } from './envelope.ts'
import type { ApiRequest, Send } from './request.ts'

/** What the user is in one app of the account: `sales`, `global`, `projects` and others (openapi v1, UserAccess). */
export interface AppAccess {
  readonly app: string
  readonly admin: boolean
  readonly permissionSetId: string | null
}

/** Whose token it is: the user and the company that the API shows it. */
export interface Identity {
  readonly userId: number
  readonly userName: string
  /** Global admin. */
  readonly isAdmin: boolean
  readonly access: readonly AppAccess[]
  /** Null where it is not told. */
  readonly roleId: number | null
  readonly companyId: number
  readonly companyName: string
  readonly companyDomain: string
}

const me = z.object({
  id: z.number(),
  name: z.string().nullish(),
  is_admin: z.union([z.number(), z.boolean()]).nullish(),
  access: z
    .array(z.object({ app: z.string(), admin: z.boolean(), permission_set_id: z.string().nullish() }))
    .nullish(),
  role_id: z.number().nullish().catch(null),
  company_id: z.number(),
  company_name: z.string().nullish(),
  company_domain: z.string().nullish(),
})

/** The first request of every run (2 tokens): a wrong token ends the run here, with one error. */
export async function readIdentity(send: Send): Promise<Identity> {
  const request: ApiRequest = { stream: 'account', path: '/v1/users/me', cost: 2, params: {} }
  const result = me.safeParse(openOne(request, (await send(request)).body))
  if (!result.success)
    throw new SyncError({
      code: 'E_ENVELOPE',
      recovery: 'abort-run',
      message:
        'The answer of /v1/users/me does not say which company the token belongs to. Check PIPEDRIVE_BASE_URL.',
    })
  const { data } = result
  const access = (data.access ?? []).map(({ app, admin, permission_set_id: set }) => ({
    app,
    admin,
    permissionSetId: set ?? null,
  }))
  return {
    userId: data.id,
    userName: data.name ?? '',
    isAdmin: Boolean(data.is_admin) || access.some(({ app, admin }) => app === 'global' && admin),
    access,
    roleId: data.role_id ?? null,
    companyId: data.company_id,
    companyName: data.company_name ?? '',
    companyDomain: data.company_domain ?? '',
  }
}
