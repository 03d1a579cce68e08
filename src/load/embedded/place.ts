import { access, constants, mkdir, realpath, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
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

/** Makes the directory when there is none. */
export async function preparePlace(directory: string): Promise<Place> {
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
    throw embeddedServerError(
      `The database cannot be kept in ${resolve(directory)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Run the program where it may write, as the user who owns that directory, or set DATABASE_URL.',
      cause,
    )
  }
}
