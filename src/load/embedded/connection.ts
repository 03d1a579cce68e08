import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { embeddedServerError } from './error.ts'
import { giveTo, type ServerUser } from './server-user.ts'

/** The server's address and key. They stay the same from start to start, so that BI tools keep their settings. */
export interface ConnectionSettings {
  readonly port: number
  readonly password: string
}

export const ROLE = 'warehouse'
export const DATABASE = 'warehouse'

const Stored = z.object({ port: z.int().min(1).max(65535), password: z.string().min(1) })

export function newConnection(): ConnectionSettings {
  return { port: anyPort(), password: randomBytes(24).toString('base64url') }
}

/** Below every system's range of ephemeral ports, so that no outgoing connection takes it while we are stopped. */
export function anyPort(): number {
  return randomInt(20_000, 32_768)
}

/** With what the server does not have, so that no PGSSLMODE of the environment asks for it. */
export function urlOf({ port, password }: ConnectionSettings): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}?sslmode=disable`
}

/** Undefined when there is none, or none that can be understood. */
export async function readConnection(dataDir: string): Promise<ConnectionSettings | undefined> {
  const file = join(dataDir, 'connection.json')
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    const remedy = 'Run the program as the user who started it first, or set DATABASE_URL.'
    throw embeddedServerError(`The password of the database cannot be read from ${file}.`, remedy, cause)
  })
  try {
    return Stored.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export async function saveConnection(
  dataDir: string,
  user: ServerUser | undefined,
  settings: ConnectionSettings,
): Promise<void> {
  const draft = join(dataDir, `connection.json.${randomUUID()}`)
  await writeFile(draft, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600, flush: true })
  await giveTo(user, draft)
  await rename(draft, join(dataDir, 'connection.json'))
}
