import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binariesIn } from '../../src/load/embedded/binaries.ts'
import { launcherFor } from '../../src/load/embedded/launcher.ts'
import { giveTo, serverUserFor } from '../../src/load/embedded/server-user.ts'

/** A throw-away server: it trusts everyone on this machine and forgets everything when it stops. */
export interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  max_wal_size: '128MB',
  timezone: 'UTC',
}

/** Enough for the databases of all workers and those of some tests that failed. */
const ENOUGH = 2 * 2 ** 30

/**
 * Where there is room for it, in memory: a new database is some 300 new files, and a disk can take longer to make them
 * than the test takes to run.
 */
async function place(): Promise<string> {
  const memory = '/dev/shm'
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > ENOUGH ? memory : tmpdir()
}

/** Ctrl-C ends a run without its teardown: the server and what it has in memory must not outlive it. Returns what calls it off. */
function endWithUs(directory: string, data: string): () => void {
  const pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10)
  const end = (): void => {
    process.kill(pid, 'SIGQUIT')
    rmSync(directory, { recursive: true, force: true, maxRetries: 9 })
  }
  process.once('exit', end)
  return () => void process.off('exit', end)
}

/** Starts a throw-away server with the programs in `binDir`, on a free port of loopback. */
export async function startServer(binDir: string): Promise<TestServer> {
  const { initdb, pgCtl } = binariesIn(binDir)
  const directory = await mkdtemp(join(await place(), 'pipedrive-warehouse-test-'))
  const user = await serverUserFor(directory)
  await giveTo(user, directory)
  const launch = await launcherFor(user, [binDir, directory])
  const data = join(directory, 'data')
  const log = join(directory, 'server.log')
  await launch(initdb, [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ])
  const port = await freePort()
  const options = Object.entries({ ...SETTINGS, port }).map(([name, value]) => `-c ${name}='${value}'`)
  await launch(pgCtl, ['start', '-w', '-D', data, '-l', log, '-o', options.join(' ')]).catch(
    async (cause: unknown) => {
      throw new Error(`The test server did not start: ${await readFile(log, 'utf8').catch(String)}`, {
        cause,
      })
    },
  )
  const callOff = endWithUs(directory, data)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      callOff()
      await launch(pgCtl, ['stop', '-w', '-m', 'immediate', '-D', data])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The program directories of the PostgreSQL versions that Debian installed here, for `startServer`. */
export async function olderPostgresBinDirs(): Promise<readonly string[]> {
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  return versions.toSorted((a, b) => Number(a) - Number(b)).map((version) => join(root, version, 'bin'))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
