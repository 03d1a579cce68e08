import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator/index.ts'
import { BUNDLED } from './bundled-program.ts'

/** The program as it is published: bundled before the tests. */
export const PROGRAM = resolve(BUNDLED, 'cli.js')

export type Environment = Readonly<Record<string, string>>

export interface Place {
  /** Variables besides PATH, HOME and one that only saves time: what the machine that tests has set must not matter. */
  readonly env?: Environment
  /** Default: an empty directory. */
  readonly cwd?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly pid: number
  /** The first line of either stream that matches; fails when the process ends without one. */
  seen(pattern: RegExp): Promise<string>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/** A new directory that goes when the test passes or fails. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pipedrive-warehouse-cli-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Starts the real program in a process of its own, which never outlives the test. */
export async function start(args: readonly string[], { env = {}, cwd }: Place = {}): Promise<Command> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: cwd ?? (await emptyDirectory()),
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
      child.emit('said')
    })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
  return {
    pid: child.pid ?? 0,
    ended,
    signal: (name) => void child.kill(name),
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = [said.stdout, said.stderr]
            .flatMap((text) => text.split('\n').slice(0, -1))
            .find((one) => pattern.test(one))
          if (line !== undefined) resolve(line)
        }
        child.on('said', look)
        look()
        void ended.then(() => reject(new Error(`It ended without ${pattern}:\n${said.stdout}${said.stderr}`)))
      }),
  }
}

/** Runs the program to its end. */
export async function cli(args: readonly string[], place: Place = {}): Promise<Ended> {
  return (await start(args, place)).ended
}

/** What `--json` left on stdout: one line, and nothing but it. */
export function jsonOf({ stdout }: Pick<Ended, 'stdout'>): unknown {
  expect(stdout.trimEnd().split('\n'), 'lines on stdout').toHaveLength(1)
  return JSON.parse(stdout)
}

/** Runs a command with `--json`, expects its exit code and gives its result. */
export async function jsonFrom(args: readonly string[], place: Place, code = 0): Promise<unknown> {
  const ended = await cli([...args, '--json'], place)
  expect(ended, ended.stderr).toMatchObject({ code })
  return jsonOf(ended)
}

/** Expects a failure that is told in one sentence of its own line, without a stack, and gives the sentence. */
export function sentenceOf({ code, stdout, stderr }: Ended, exit = 2): string {
  expect({ code, stdout, stderr }).toMatchObject({ code: exit, stdout: '' })
  expect(stderr.trimEnd().split('\n'), 'lines on stderr').toHaveLength(1)
  expect(stderr).not.toMatch(/\n\s+at |Error:|nobody foresaw/)
  return stderr.trimEnd()
}

export const TINY = {
  users: 3,
  pipelines: 2,
  organizations: 12,
  persons: 20,
  deals: 40,
  activities: 40,
  notes: 20,
  leads: 12,
  products: 10,
  files: 5,
  customFields: 16,
} as const

export const TOKEN = 'a-token-that-nobody-may-see'

/** A small company behind an emulator that stops with the test; its token is one that would be found anywhere. */
export async function smallCompany({ size, limits, ...rest }: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    token: TOKEN,
    size: { ...TINY, ...size },
    limits: { burst: 100_000, ...limits },
    ...rest,
  })
  onTestFinished(() => emulator.stop())
  return emulator
}

/** The variables that lead to a company, and to a database where one is given. */
export function variables(source: { readonly url: string }, databaseUrl?: string): Environment {
  return {
    PIPEDRIVE_BASE_URL: source.url,
    PIPEDRIVE_API_TOKEN: TOKEN,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
}
