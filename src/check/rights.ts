import { SyncError } from '../errors.ts'
import type { Identity } from '../extract/identity.ts'
import { PERMISSION_SETS_COST, readPermissionSets } from '../extract/permission-sets.ts'
import { RIGHTS_COST, readHiddenPipelines, readLacking, readRoleSettings } from '../extract/rights.ts'
import type { Send } from '../extract/request.ts'
import { hiddenFrom } from './visibility.ts'

/** What tells what the token's user may see. */
export interface Rights {
  /** Names of permission sets by id. */
  readonly sets: ReadonlyMap<string, string>
  /** Permissions that the user lacks. */
  readonly lacking: readonly string[]
  /** Levels of visibility that are set for the user's role. */
  readonly roleSettings: Readonly<Record<string, unknown>>
  /** Ids of pipelines that the user's role does not see. */
  readonly hiddenPipelines: readonly number[]
  /** What was not shown of this. */
  readonly refused: readonly string[]
}

/** Tokens that `readRights` costs: who is admin of everything sees everything. */
export function costOfRights(identity: Identity): number {
  return PERMISSION_SETS_COST + (hiddenFrom(identity).length === 0 ? 0 : RIGHTS_COST)
}

/** Asks what the token's user may see. Only admins are sure to be shown that. */
export async function readRights(send: Send, identity: Identity): Promise<Rights> {
  const { userId, roleId } = identity
  const refused: string[] = []
  const ask = async <Answer>(what: string, none: Answer, read: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof SyncError) || error.recovery !== 'skip-stream') throw error
      refused.push(what)
      return none
    }
  }
  const sets = await ask('permission sets', new Map<string, string>(), () => readPermissionSets(send))
  const rights: Rights = { sets, lacking: [], roleSettings: {}, hiddenPipelines: [], refused }
  if (hiddenFrom(identity).length === 0) return rights
  return {
    ...rights,
    lacking: await ask('permissions', [], () => readLacking(send, userId)),
    roleSettings: await ask('settings of the role', {}, () => readRoleSettings(send, userId)),
    hiddenPipelines:
      roleId === null ? [] : await ask('pipelines of the role', [], () => readHiddenPipelines(send, roleId)),
  }
}
