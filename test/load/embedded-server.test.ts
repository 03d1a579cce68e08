import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs'
import {
  chmod,
  lstat,
  mkdtemp,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { assertCanBeMade, databaseExists } from '../../src/load/database.ts'
import { describeEmbeddedServer, openEmbeddedServer } from '../../src/load/embedded-server.ts'
import { embeddedBinaries, runnableBinaries } from '../../src/load/embedded/binaries.ts'
import { launcherFor } from '../../src/load/embedded/launcher.ts'
import { withLock } from '../../src/load/embedded/lock.ts'
import { serverUserFor } from '../../src/load/embedded/server-user.ts'

const root = process.geteuid?.() === 0
let madeDataDir: string

beforeAll(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'embedded-server-'))
  await chmod(parent, 0o755)
  madeDataDir = join(parent, 'data')
  await (await openEmbeddedServer(madeDataDir)).release()
  return () => rm(parent, { recursive: true, force: true })
})

describe('one command', () => {
  test('makes a PostgreSQL 18 on loopback that only its own password opens, and stops it when it leaves', async () => {
    const dataDir = await emptyDataDir()
    expect(await describeEmbeddedServer(dataDir)).toEqual({ state: 'absent' })

    const server = await openEmbeddedServer(dataDir)
    expect(server).toMatchObject({ started: true, version: expect.stringMatching(/^18\./) as string })
    expect(new URL(server.url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/warehouse' })
    await expect(query(withPassword(server.url, 'wrong'), 'SELECT 1')).rejects.toThrow(
      'password authentication',
    )
    const [setting] = await query(
      server.url,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
              current_setting('server_encoding') AS encoding, lower('ÄÉ') AS lower, 'b' < 'Z' AS human_order`,
    )
    expect(setting).toEqual({
      addresses: '127.0.0.1',
      fsync: 'on',
      encoding: 'UTF8',
      lower: 'äé',
      human_order: false,
    })
    expect((await stat(join(dataDir, 'connection.json'))).mode & 0o777).toBe(0o600)

    await server.release()
    expect(await describeEmbeddedServer(dataDir)).toEqual({
      state: 'stopped',
      url: server.url,
      version: '18',
    })
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  })

  test('may create schemas, tables, views, and roles that read them', async () => {
    const server = await openEmbeddedServer(await usedDataDir())
    await query(server.url, 'CREATE SCHEMA pipedrive')
    await query(server.url, 'CREATE TABLE pipedrive.deals AS SELECT 1 AS id')
    await query(server.url, "CREATE ROLE analyst LOGIN PASSWORD 'x'")
    await query(server.url, 'GRANT USAGE ON SCHEMA pipedrive TO analyst')
    await query(server.url, 'GRANT SELECT ON pipedrive.deals TO analyst')
    const url = Object.assign(new URL(server.url), { username: 'analyst', password: 'x' }).href
    expect(await query(url, 'SELECT id FROM pipedrive.deals')).toEqual([{ id: 1 }])
    await server.release()
  })

  test('finds what an earlier one committed, at the same address', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.release()

    const second = await openEmbeddedServer(dataDir)
    expect(second).toMatchObject({ started: true, url: first.url })
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.release()
  })

  test('does not hand its own environment, with the API token in it, to the server', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir, { PIPEDRIVE_API_TOKEN: 'a-secret' })
    if (process.platform === 'linux') {
      const environment = await readFile(`/proc/${postmasterOf(dataDir)}/environ`, 'utf8')
      expect(environment).toContain('PATH=')
      expect(environment).not.toContain('a-secret')
    }
    await command.release()
  })

  test('leaves a running server behind when Ctrl-C ends its whole process group', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir)
    process.kill(-command.pid, 'SIGINT')
    await command.ended
    const next = await openEmbeddedServer(dataDir)
    expect(next.started).toBe(false)
    await next.release()
  })
})

describe('several commands', () => {
  test('share one server: the one that started it leaves first, the last one stops it', async () => {
    const dataDir = await usedDataDir()
    const starter = await startCommand(dataDir)
    const second = await startCommand(dataDir)
    expect([starter.opened.started, second.opened.started]).toEqual([true, false])
    expect(second.opened.url).toBe(starter.opened.url)
    const description = await describeEmbeddedServer(dataDir)
    const processes =
      description.state === 'running' ? description.clients.map((client) => client.processId) : []
    expect(processes).toEqual([starter.pid, second.pid])

    await starter.release()
    expect(await query(second.opened.url, 'SELECT 1 AS works')).toEqual([{ works: 1 }])
    await second.release()
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('that make the very first start at the same time make one server, and all work', async () => {
    const dataDir = await emptyDataDir()
    const commands = await Promise.all([1, 2, 3].map(() => startCommand(dataDir)))
    expect(commands.filter(({ opened }) => opened.started)).toHaveLength(1)
    expect(new Set(commands.map(({ opened }) => opened.url)).size).toBe(1)
    await Promise.all(commands.map((command) => command.release()))
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('keep their server through the crash of one of its processes', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir)
    const victim = new pg.Client(command.opened.url)
    victim.on('error', () => undefined)
    await victim.connect()
    const lost = new Promise((resolve) => victim.once('end', resolve))
    const { rows } = await victim.query<{ pid: number; mine: boolean }>(
      `SELECT pid, pid = pg_backend_pid() AS mine FROM pg_stat_activity WHERE backend_type = 'client backend'`,
    )
    expect(rows.length).toBeGreaterThan(1)
    process.kill(rows.find(({ mine }) => mine)?.pid ?? 0, 'SIGKILL')
    await lost
    // The victim is gone before the server has ended the others: theirs of before the crash do not count.
    await until(async () => {
      const hasCrashed = !rows.some(({ pid }) => isRunning(pid))
      return (await processesOn(dataDir)).includes(command.pid) && hasCrashed
    })

    const passing = await openEmbeddedServer(dataDir)
    expect(passing.started).toBe(false)
    await passing.release()
    expect(await query(command.opened.url, 'SELECT 1 AS works')).toEqual([{ works: 1 }])
    await command.release()
  })
})

describe('someone who is not ours', () => {
  test('keeps the server running while connected, and the next command finds it and stops it', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    const analyst = new pg.Client(first.url)
    await analyst.connect()
    await first.release()
    expect((await analyst.query('SELECT 1 AS works')).rows).toEqual([{ works: 1 }])

    const second = await openEmbeddedServer(dataDir)
    expect(second.started).toBe(false)
    await analyst.end()
    await second.release()
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('who has our port makes the server move to another one, for good', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    await first.release()
    const squatter = createServer((socket) => socket.destroy()).listen(
      Number(new URL(first.url).port),
      '127.0.0.1',
    )
    await once(squatter, 'listening')

    const second = await openEmbeddedServer(dataDir)
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port)
    await second.release()
    squatter.close()
    const third = await openEmbeddedServer(dataDir)
    expect(third.url).toBe(second.url)
    await third.release()
  })
})

describe('kill -9', () => {
  test('of a command does not make the others wait for it: the last of them stops the server', async () => {
    const dataDir = await usedDataDir()
    const killed = await startCommand(dataDir)
    const other = await startCommand(dataDir)
    await killed.kill()
    await other.release()
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('of the only command leaves a server that the next one finds, uses and stops', async () => {
    const dataDir = await usedDataDir()
    await (await startCommand(dataDir)).kill()
    const next = await openEmbeddedServer(dataDir)
    expect(next.started).toBe(false)
    await next.release()
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('of the server loses nothing that was committed', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    process.kill(postmasterOf(dataDir), 'SIGKILL')

    const next = await openEmbeddedServer(dataDir)
    expect(next.started).toBe(true)
    expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await Promise.all([first.release(), next.release()])
    expect((await describeEmbeddedServer(dataDir)).state).toBe('stopped')
  })

  test('of everything at once loses nothing that was committed', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir)
    await query(command.opened.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const servers = await query(
      command.opened.url,
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    )
    expect(servers.length).toBeGreaterThan(1)
    for (const pid of [postmasterOf(dataDir), ...servers.map(({ pid }) => Number(pid))])
      process.kill(pid, 'SIGKILL')
    await command.kill()

    const next = await openEmbeddedServer(dataDir)
    expect(next.started).toBe(true)
    expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await next.release()
  })

  test('of the server does not confuse the next start when its pid now belongs to another process', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const killed = postmasterOf(dataDir)
    process.kill(killed, 'SIGKILL')
    const { uid, gid } = statSync(join(dataDir, 'postgres'))
    const stranger = spawn('sleep', ['1000'], root ? { uid, gid } : {})
    onTestFinished(() => void stranger.kill())
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(String(killed), String(stranger.pid)))

    const next = await openEmbeddedServer(dataDir)
    expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await Promise.all([first.release(), next.release()])
    expect(stranger.exitCode).toBe(null)
  })

  test('in the middle of the very first start leaves nothing that the next one stumbles over', async () => {
    const dataDir = await emptyDataDir()
    mkdirSync(dataDir)
    if (root) chmodSync(dataDir, 0o777)
    const halfMade = new Promise((resolve) => {
      const watcher = watch(dataDir, (_event, name) => {
        if (name?.startsWith('postgres.new-')) resolve(watcher.close())
      })
    })
    const command = launchCommand(dataDir)
    await halfMade
    await command.kill()
    expect(await readdir(dataDir)).toEqual(expect.arrayContaining(['lock', expect.stringContaining('.new-')]))

    const next = await openEmbeddedServer(dataDir)
    expect(await query(next.url, 'SELECT 1 AS works')).toEqual([{ works: 1 }])
    await next.release()
    const left = await readdir(dataDir)
    expect(left.toSorted()).toEqual(['.gitignore', 'connection.json', 'postgres', 'server.log'])
  })
})

describe('trouble', () => {
  test('with a database of another major version is told, with what to do about it', async () => {
    const dataDir = await usedDataDir()
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    await expect(openEmbeddedServer(dataDir)).rejects.toMatchObject({
      code: 'E_DATABASE',
      message: expect.stringMatching(
        /written by PostgreSQL 17, and this program brings 18.*DATABASE_URL/,
      ) as string,
    })
  })

  test('with a directory that cannot be made is told, with its path', async () => {
    const file = join(dirname(await emptyDataDir()), 'file')
    await writeFile(file, '')
    await expect(openEmbeddedServer(join(file, 'data'))).rejects.toMatchObject({
      code: 'E_DATABASE',
      message: expect.stringContaining(join(file, 'data')) as string,
    })
  })

  test('with a server that does not start is told in its own words, and does not block the next attempt', async () => {
    const dataDir = await usedDataDir()
    const settings = join(dataDir, 'postgres', 'postgresql.conf')
    const good = await readFile(settings, 'utf8')
    await writeFile(settings, `${good}\nshared_buffers = 'plenty'\n`)
    await expect(openEmbeddedServer(dataDir)).rejects.toThrow(/shared_buffers.*plenty/)
    await writeFile(settings, good)
    const server = await openEmbeddedServer(dataDir)
    await server.release()
    expect(server.started).toBe(true)
  })

  test('with a lost connection.json ends with a new password and the old data', async () => {
    const dataDir = await usedDataDir()
    const first = await openEmbeddedServer(dataDir)
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.release()
    await rm(join(dataDir, 'connection.json'))
    const second = await openEmbeddedServer(dataDir)
    expect(second.url).not.toBe(first.url)
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.release()
  })

  test('with a lost connection.json while the server runs ends that one, and is no trouble', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir)
    await query(command.opened.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await command.kill()
    const forgotten = postmasterOf(dataDir)
    await rm(join(dataDir, 'connection.json'))
    const next = await openEmbeddedServer(dataDir)
    expect(postmasterOf(dataDir)).not.toBe(forgotten)
    expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await next.release()
  })

  test("with a lost connection.json does not end the process that has a killed server's pid by now", async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir)
    const killed = postmasterOf(dataDir)
    process.kill(killed, 'SIGKILL')
    await command.kill()
    const { uid, gid } = statSync(join(dataDir, 'postgres'))
    const stranger = spawn('sleep', ['1000'], root ? { uid, gid } : {})
    onTestFinished(() => void stranger.kill())
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(String(killed), String(stranger.pid)))
    await rm(join(dataDir, 'connection.json'))
    await (await openEmbeddedServer(dataDir)).release()
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null])
  })

  test('with a server that lets nobody in is told, and leaves no server running', async () => {
    const dataDir = await usedDataDir()
    await writeFile(join(dataDir, 'postgres', 'pg_hba.conf'), 'host all all 127.0.0.1/32 reject\n')
    await expect(openEmbeddedServer(dataDir)).rejects.toMatchObject({
      code: 'E_DATABASE',
      message: expect.stringMatching(/does not let us in: pg_hba\.conf rejects/) as string,
    })
    expect(() => postmasterOf(dataDir)).toThrow('ENOENT')
  })

  test('with an environment that asks for what only other servers have is none', async () => {
    const dataDir = await usedDataDir()
    const command = await startCommand(dataDir, { PGSSLMODE: 'require' })
    expect(await query(command.opened.url, 'SELECT 1 AS works')).toEqual([{ works: 1 }])
    await command.release()
  })

  test.each(['a "b"', 'a$b', 'a`b`', 'a\\b'])(
    'with a path like %s is told before anything is made',
    async (name) => {
      const dataDir = join(dirname(await emptyDataDir()), name)
      await expect(openEmbeddedServer(dataDir)).rejects.toMatchObject({
        code: 'E_DATABASE',
        message: expect.stringContaining('a character that PostgreSQL would give to the shell') as string,
      })
      expect(await readdir(dirname(dataDir))).toEqual([])
    },
  )

  test("with a path like it's here is none", async () => {
    const dataDir = join(dirname(await emptyDataDir()), "it's here, 100 %")
    await once(spawn('cp', ['-a', madeDataDir, dataDir]), 'exit')
    const server = await openEmbeddedServer(dataDir)
    expect(await query(server.url, 'SELECT 1 AS works')).toEqual([{ works: 1 }])
    await server.release()
  })

  test('with a directory in which nothing can be seen is not taken for none', async () => {
    const loop = join(dirname(await emptyDataDir()), 'loop')
    await symlink(loop, loop)
    const options = { databaseUrl: null, dataDir: loop, schemas: { data: 'a', control: 'b' } }
    for (const ask of [databaseExists, assertCanBeMade])
      await expect(ask(options)).rejects.toMatchObject({
        code: 'E_DATABASE',
        message: expect.stringMatching(/ELOOP/) as string,
      })
  })

  test('with an installation without symlinks and executable bits is repaired', async () => {
    const directory = dirname(await emptyDataDir())
    const [bin, lib] = [join(directory, 'native', 'bin'), join(directory, 'native', 'lib')]
    await Promise.all([bin, lib].map((path) => mkdir(path, { recursive: true })))
    for (const program of ['initdb', 'pg_ctl', 'postgres'])
      await writeFile(join(bin, program), '', { mode: 0o644 })
    await writeFile(join(lib, 'libpq.so.5.18'), 'library')
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
    await writeFile(join(directory, 'native', 'pg-symlinks.json'), JSON.stringify(links))

    const { initdb } = await runnableBinaries(directory)
    expect((await stat(initdb)).mode & 0o111).toBe(0o111)
    expect((await lstat(join(lib, 'libpq.so.5'))).isSymbolicLink()).toBe(true)
    expect(await readFile(join(lib, 'libpq.so.5'), 'utf8')).toBe('library')
  })

  test('with an installation that is incomplete is told, with how to reinstall', async () => {
    const directory = dirname(await emptyDataDir())
    await expect(runnableBinaries(directory)).rejects.toThrow(/incomplete.*npm ci/)
  })

  test.runIf(root)(
    'with a checkout that only root may enter is none: the server of another user works there',
    async () => {
      const dataDir = await emptyDataDir()
      await chmod(dirname(dataDir), 0o700)
      const server = await openEmbeddedServer(dataDir)
      await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
      expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0)
      await server.release()
      const again = await openEmbeddedServer(dataDir)
      expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
      await again.release()
    },
  )
})

test.runIf(root)('the programs themselves may lie where only root may enter', async () => {
  const directory = dirname(await emptyDataDir())
  await chmod(directory, 0o700)
  const installed = dirname((await embeddedBinaries()).directory)
  await once(spawn('cp', ['-a', installed, join(directory, 'native')]), 'exit')
  const { initdb } = await runnableBinaries(directory)
  const launch = await launcherFor(await serverUserFor(directory), [dirname(initdb)])
  expect(await launch('id', ['-u'])).not.toBe('0\n')
  expect(await launch(initdb, ['--version'])).toMatch(/^initdb \(PostgreSQL\) 18\.\d+\n$/)
})

describe('the lock', () => {
  test.each([
    ['that a dead process holds', JSON.stringify({ id: 'dead', pid: 2 ** 22 + 1, started: '1' })],
    ['whose pid another process has by now', JSON.stringify({ id: 'dead', pid: process.pid, started: '1' })],
    ['that lost its content with the power', ''],
  ])(
    '%s is broken by one of many who wait for it, and then held by one at a time',
    async (_case, content) => {
      const path = join(dirname(await emptyDataDir()), 'lock')
      await writeFile(path, content)
      let inside = 0
      const seen = await Promise.all(
        Array.from({ length: 12 }, () =>
          withLock(path, async () => {
            inside += 1
            await stat(tmpdir())
            return inside--
          }),
        ),
      )
      expect(seen).toEqual(Array.from({ length: 12 }, () => 1))
      expect(await readdir(dirname(path))).toEqual([])
    },
  )
})

/** A path for a data directory, not made yet, that the server's user can reach; everything there goes with the test. */
async function emptyDataDir(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'embedded-server-'))
  await chmod(parent, 0o755)
  const dataDir = join(parent, 'data')
  onTestFinished(async () => {
    try {
      process.kill(postmasterOf(dataDir), 'SIGQUIT')
    } catch {
      // Stopped, as it should be.
    }
    await rm(parent, { recursive: true, force: true, maxRetries: 10 })
  })
  return dataDir
}

/** The copy of a data directory whose server has been started and stopped once before. */
async function usedDataDir(): Promise<string> {
  const dataDir = await emptyDataDir()
  await once(spawn('cp', ['-a', madeDataDir, dataDir]), 'exit')
  return dataDir
}

interface Command {
  readonly pid: number
  readonly ended: Promise<unknown>
  kill(): Promise<void>
}

interface OpenCommand extends Command {
  readonly opened: { readonly url: string; readonly started: boolean }
  release(): Promise<void>
}

const MODULE = new URL('../../src/load/embedded-server.ts', import.meta.url).href
const COMMAND = `
  import { once } from 'node:events'
  import { openEmbeddedServer } from ${JSON.stringify(MODULE)}
  const server = await openEmbeddedServer(process.argv[1])
  console.log(JSON.stringify({ url: server.url, started: server.started }))
  await once(process.stdin, 'data')
  await server.release()
  process.exit(0)`

/** Another process that opens the server; `release` asks it to leave and waits for its end. */
async function startCommand(dataDir: string, environment: Record<string, string> = {}): Promise<OpenCommand> {
  const command = launchCommand(dataDir, environment)
  const [line] = (await Promise.race([once(command.lines, 'line'), command.ended])) as [string]
  return {
    ...command,
    opened: JSON.parse(line) as OpenCommand['opened'],
    release: async () => {
      command.child.stdin?.write('release\n')
      expect(await command.ended).toEqual([0, null])
    },
  }
}

function launchCommand(dataDir: string, environment: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', COMMAND, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, ...environment },
  })
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  return { child, lines, ended, kill, pid: child.pid ?? 0 }
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

async function processesOn(dataDir: string): Promise<readonly (number | undefined)[]> {
  const description = await describeEmbeddedServer(dataDir)
  return description.state === 'running' ? description.clients.map(({ processId }) => processId) : []
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not happen within 15 seconds.')
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  return (await client.query<Record<string, unknown>>(sql).finally(() => client.end())).rows
}

const withPassword = (url: string, password: string) => Object.assign(new URL(url), { password }).href
