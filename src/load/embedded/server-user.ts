import { chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { embeddedServerError } from './error.ts'
import { execute } from './execute.ts'

/** The account that runs the server when we are root, because PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Undefined when we are not root: the server then runs as ourselves. Otherwise whoever owns the directory or
 * its nearest existing parent (so that `sudo` and the owner share one server), else `postgres`, else `nobody`.
 */
export async function serverUserFor(directory: string): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined
  const owner = await ownerOf(directory)
  for (const candidate of [...(owner === 0 ? [] : [String(owner)]), 'postgres', 'nobody']) {
    const user = await account(candidate)
    if (user !== undefined) return user
  }
  throw embeddedServerError(
    'PostgreSQL refuses to run as root, and this machine has neither a user "postgres" nor "nobody".',
    'Run the program as an ordinary user, or set DATABASE_URL.',
  )
}

export async function giveTo(user: ServerUser | undefined, path: string): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid)
}

async function ownerOf(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined)
  return facts === undefined ? ownerOf(dirname(path)) : facts.uid
}

/** By name or number. initdb needs an account with a name, which the owner of a container's volume may not have. */
async function account(nameOrUid: string): Promise<ServerUser | undefined> {
  try {
    const [name, uid, gid] = await Promise.all(
      ['-un', '-u', '-g'].map((flag) => execute('id', [flag, nameOrUid])),
    )
    return { name: String(name).trim(), uid: Number(uid), gid: Number(gid) }
  } catch {
    return undefined
  }
}
