import { access, constants, mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { SyncError } from '../../errors.ts'
import { embeddedBinaries, type PostgresBinaries } from './binaries.ts'
import { embeddedServerError } from './error.ts'
import { launcherFor, type Launch } from './launcher.ts'
import { giveTo, serverUserFor, type ServerUser } from './server-user.ts'

/** Where a server lives, and the means to run its programs there. */
export interface Place {
  readonly dataDir: string
  readonly cluster: string
  readonly log: string
  readonly lock: string
  readonly binaries: PostgresBinaries
  readonly user: ServerUser | undefined
  readonly launch: Launch
}

export function pathsIn(dataDir: string): Pick<Place, 'dataDir' | 'cluster' | 'log' | 'lock'> {
  const path = (name: string) => join(dataDir, name)
  return { dataDir, cluster: path('postgres'), log: path('server.log'), lock: path('lock') }
}

/** pg_ctl hands the path to a shell, in double quotes. */
const OF_THE_SHELL = /["$`\\\n]/

/** Throws `E_DATABASE` where the directory can be neither used nor made; changes nothing. */
export async function assertPlace(directory: string): Promise<void> {
  const path = resolve(directory)
  if (process.platform !== 'win32' && OF_THE_SHELL.test(path))
    throw unusable(path, 'its path holds a character that PostgreSQL would give to the shell')
  try {
    await access(await nearestExisting(path), constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(path, cause)
  }
}

/** The path itself, or its nearest parent that is there. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return nearestExisting(dirname(path))
  }
}

/** Makes the directory when there is none. */
export async function preparePlace(directory: string): Promise<Place> {
  await assertPlace(directory)
  const binaries = await embeddedBinaries()
  const user = await serverUserFor(join(resolve(directory), 'postgres'))
  await makeDirectory(directory, user)
  // PostgreSQL and /proc speak of real paths; two names for one directory must not look like two servers.
  const paths = pathsIn(await realpath(directory))
  return { ...paths, binaries, user, launch: await launcherFor(user, [binaries.directory, paths.dataDir]) }
}

async function makeDirectory(directory: string, user: ServerUser | undefined): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o755 })
    if (made !== undefined) await giveTo(user, directory)
    await access(directory, constants.W_OK)
    const ignore = join(directory, '.gitignore')
    await access(ignore).catch(async () => {
      await writeFile(ignore, '*\n')
      await giveTo(user, ignore)
    })
  } catch (cause) {
    throw unusable(resolve(directory), cause)
  }
}

function unusable(path: string, why: unknown): SyncError {
  return embeddedServerError(
    `The database cannot be kept in ${path}: ${why instanceof Error ? why.message : String(why)}.`,
    'Name another directory with PIPEDRIVE_WAREHOUSE_DIR, run the program as the user who owns that one, or set DATABASE_URL.',
    why,
  )
}
