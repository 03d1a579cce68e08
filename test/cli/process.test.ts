import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  cli,
  emptyDirectory,
  jsonFrom,
  jsonOf,
  PROGRAM,
  sentenceOf,
  smallCompany,
  start,
  TOKEN,
  variables,
} from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'
import { openOldPostgres } from '../support/old-postgres.ts'
import { openTap } from '../support/tap.ts'

const PASSWORD = 'a-password-that-nobody-may-see'

function withPassword(url: string, user?: string): string {
  const given = new URL(url)
  given.password = PASSWORD
  if (user !== undefined) given.username = user
  return given.href
}

/** A name of its own, because roles belong to the whole server. */
async function plainUser(database: Awaited<ReturnType<typeof testDatabase>>): Promise<string> {
  const name = new URL(database.url).pathname.slice(1).replace('test_', 'user_')
  await database.query(`create role ${name} login`)
  return name
}

const schemas = (database: Awaited<ReturnType<typeof testDatabase>>) =>
  database.query(`select nspname from pg_namespace where nspname like 'pipedrive%'`)

describe('refused before the first request, in one sentence, with exit 2 and nothing written', () => {
  test('a flag', async () => {
    const emulator = await smallCompany()
    const cwd = await emptyDirectory()
    const env = variables(emulator)
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['sync', '--stream', 'deals,dealz'], /^There is no stream "dealz"\. The streams are: users, /],
      [['sync', '--stream', 'dealz', '--stream', 'deals'], /^There is no stream "dealz"/],
      [['backfill', '--stream', 'nothing'], /^There is no stream "nothing"/],
      [['schedule', '--stream', 'nothing'], /^There is no stream "nothing"/],
      [['streams', '--stream', 'nothing'], /^There is no stream "nothing"/],
      [['fields', '--stream', 'nothing'], /^There is no stream "nothing"/],
      [['reset', 'nothing'], /^There is no stream "nothing"/],
      [['reset', 'fields'], /^fields has no bookmark/],
      [['sync', '--stream', ''], /^--stream takes names/],
      [['backfill', '--since', 'yesterday'], /^--since takes a date like 2026-01-31/],
      [['backfill', '--until', '2026-02-30'], /^--until takes a date like 2026-01-31/],
      [['backfill', '--since', '+012026-01-01'], /^--since takes a date like 2026-01-31/],
      [
        ['backfill', '--since', '2026-02-01', '--until', '2026-01-01'],
        /^--since must be earlier than --until\.$/,
      ],
      [['sync', '--budget', 'much'], /^--budget takes/],
      [['check', '--budget', 'much'], /^--budget takes/],
      [['check', '--stream', 'nothing'], /^There is no stream "nothing"/],
      [['schedule', '--budget', 'much'], /^--budget takes/],
      [['sync', '--max-share', '7'], /^--max-share takes/],
      [['sync', '--tick', '--sweep'], /^--tick and --sweep exclude/],
      [['sync', '--tick', '--stream', 'leads,goals'], /^A tick cannot tell whether leads, goals has changed/],
      [['schedule', '--tick', 'never'], /^--tick takes an expression like/],
      [['schedule', '--pass', '61 * * * *'], /^--pass takes an expression like/],
      [['schedule', '--sweep', '0 0 30 2 *'], /^--sweep takes an expression like/],
      [['schedule', '--timezone', 'Mars/Olympus'], /^--timezone takes a name like Europe\/Tallinn/],
      [['demo', '--deals', 'many'], /^--deals takes a number/],
      [['query', 'select 1'], /^There is no warehouse here yet: run backfill, or demo, first\.$/],
      [['fields'], /^There is no warehouse here yet/],
      [['reset', 'deals'], /^There is no warehouse here yet/],
      [['status', '--hold'], /^There is no warehouse here yet/],
    ]
    for (const half of [wrong.slice(0, 13), wrong.slice(13)])
      await Promise.all(
        half.map(async ([args, sentence]) =>
          expect(sentenceOf(await cli(args, { env, cwd }))).toMatch(sentence),
        ),
      )
    expect(emulator.requests).toEqual([])
    expect(await readdir(cwd)).toEqual([])
  })

  test('a command line that is none', async () => {
    const cwd = await emptyDirectory()
    const wrong = [['sink'], ['query'], ['sync', '--fast'], ['reset'], ['sync', '--stream'], ['status', 'x']]
    await Promise.all(
      wrong.map(async (args) => {
        const { code, stdout, stderr } = await cli(args, { cwd })
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
        expect(stderr).toMatch(/^error: .+\n(\(Did you mean .+\?\)\n)?\(--help shows what there is\)\n$/)
      }),
    )
    const told = await jsonFrom(['sync', '--fast'], { cwd }, 2)
    expect(told).toEqual({ status: 'failed', code: 'E_CONFIG', error: "unknown option '--fast'" })
    const token = await cli(['sync', `--token=${TOKEN}`], { cwd })
    expect(token.stderr).toMatch(/^error: unknown option '--token'\n/)
    const env = variables({ url: 'http://127.0.0.1:1' })
    for (const command of ['sync', 'backfill', 'schedule', 'check', 'streams'])
      expect(await jsonFrom([command, '--api', 'v3'], { cwd, env }, 2)).toMatchObject({
        code: 'E_CONFIG',
        error: '--api takes v2 or v1-collection, not "v3".',
      })
    for (const args of [[TOKEN], ['sync', TOKEN], ['sync', `--${TOKEN}`], ['sync', `--token='${TOKEN}'`]])
      for (const more of [[], ['--json']]) {
        const { code, stdout, stderr } = await cli([...args, ...more], { cwd, env })
        expect(code).toBe(2)
        expect(stdout + stderr).not.toContain(TOKEN)
      }
    expect(await cli(['--help'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect((await cli(['--version'], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('a variable, each by its name', async () => {
    const emulator = await smallCompany()
    const cwd = await emptyDirectory()
    const file = join(await emptyDirectory(), 'file')
    await writeFile(file, '')
    const wrong = {
      PIPEDRIVE_API_TOKEN: `${TOKEN} ${TOKEN}`,
      PIPEDRIVE_COMPANY_DOMAIN: 'acme.example.com',
      PIPEDRIVE_BASE_URL: `ftp://acme`,
      DATABASE_URL: `mysql://user:${PASSWORD}@127.0.0.1/d`,
      PIPEDRIVE_WAREHOUSE_DIR: file,
      PIPEDRIVE_SCHEMA: 'pg_mine',
      PIPEDRIVE_SYNC_SCHEMA: 'pipedrive',
      LOG_LEVEL: 'loud',
    }
    await Promise.all(
      Object.entries(wrong).flatMap(([name, value]) =>
        [value, ''].map(async (one) => {
          const env = { ...variables(emulator), [name]: one }
          if (one === '' && !['PIPEDRIVE_API_TOKEN', 'PIPEDRIVE_BASE_URL'].includes(name)) return
          const sentence = sentenceOf(await cli(['sync'], { env, cwd }))
          expect(sentence.split(' ')[0]).toBe(one === '' ? name.replace('BASE_URL', 'COMPANY_DOMAIN') : name)
          for (const secret of [TOKEN, PASSWORD]) expect(sentence).not.toContain(secret)
        }),
      ),
    )
    expect(emulator.requests).toEqual([])
    expect(await readdir(cwd)).toEqual([])
  })

  test('a .env that cannot be read', async () => {
    const cwd = await emptyDirectory()
    await mkdir(join(cwd, '.env'))
    expect(sentenceOf(await cli(['status'], { cwd }))).toMatch(/^The file \.env cannot be read \(EISDIR\)/)
  })

  test('a database that is not there, lets nobody in, is too old or gives no room', async () => {
    const emulator = await smallCompany()
    const database = await testDatabase()
    await using old = await openOldPostgres()
    const user = await plainUser(database)
    const nowhere = `postgres://me:${PASSWORD}@127.0.0.1:1/warehouse`
    const wrong: readonly (readonly [string, RegExp])[] = [
      [
        nowhere,
        /^The database 127\.0\.0\.1:1\/warehouse does not let us in: .*ECONNREFUSED.* Check DATABASE_URL/,
      ],
      [
        withPassword(database.url).replace(/test_\w+$/, 'absent'),
        /does not let us in: database "absent" does not/,
      ],
      [
        withPassword(database.url, 'nobody_of_this_name'),
        /does not let us in: role "nobody_of_this_name" does/,
      ],
      [withPassword(old.url), /^The database .* is PostgreSQL 13; 14 or newer is needed\.$/],
      [
        withPassword(database.url, user),
        /^The user "user_\w+" may not create the schema "pipedrive" .* grant /,
      ],
    ]
    const commands = ['check', 'sync', 'backfill', 'schedule', 'migrate']
    for (const [url, sentence] of wrong)
      await Promise.all(
        commands.map(async (name) => {
          const said = sentenceOf(
            name === 'sync' || name === 'backfill'
              ? withoutEnding(await cli([name], { env: variables(emulator, url) }))
              : await cli([name], { env: variables(emulator, url) }),
          )
          expect(said).toMatch(sentence)
          expect(said).not.toContain(PASSWORD)
        }),
      )
    expect(emulator.requests).toEqual([])
    expect(await schemas(database)).toEqual([])
    await database.query(`drop role ${user}`)
  })
})

/** A run tells what it spent before it says why it failed. */
function withoutEnding(ended: Awaited<ReturnType<typeof cli>>): typeof ended {
  return { ...ended, stderr: ended.stderr.replace(/^failed: 0 requests, 0 tokens, \d+\.\d s\n/, '') }
}

describe('the token', () => {
  test.each(['check', 'sync', 'backfill', 'schedule'])(
    'when it is wrong, %s asks once, says what to do and writes nothing',
    async (name) => {
      const emulator = await smallCompany({ token: 'the-right-one' })
      const database = await testDatabase()
      const cwd = await emptyDirectory()
      for (const url of [undefined, withPassword(database.url)]) {
        emulator.clearRequests()
        const { code, stdout, stderr } = await cli([name], { env: variables(emulator, url), cwd })
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
        expect(stderr).toMatch(/token is wrong or expired: copy it .* into PIPEDRIVE_API_TOKEN\.\n$/)
        expect(stderr).not.toContain(TOKEN)
        expect(emulator.requests).toHaveLength(1)
      }
      expect(await readdir(cwd)).toEqual([])
      expect(await schemas(database)).toEqual([])
    },
  )

  test('as JSON the failure is one object on stdout', async () => {
    const emulator = await smallCompany({ token: 'the-right-one' })
    const told = await jsonFrom(['sync'], { env: variables(emulator) }, 2)
    expect(told).toMatchObject({ status: 'failed', code: 'E_AUTH', requests: 1, streams: [] })
    expect(await jsonFrom(['check'], { env: variables(emulator) }, 2)).toEqual({
      status: 'failed',
      code: 'E_AUTH',
      error: expect.stringContaining('PIPEDRIVE_API_TOKEN') as string,
    })
  })

  test('a server that sends it back in its errors finds it shown nowhere, nor the password', async () => {
    const emulator = await smallCompany()
    const database = await testDatabase()
    await using tap = await openTap(emulator.url)
    const cwd = await emptyDirectory()
    await writeFile(
      join(cwd, '.env'),
      `PIPEDRIVE_API_TOKEN=${TOKEN}\nPIPEDRIVE_BASE_URL=${tap.url}\nDATABASE_URL=${withPassword(database.url)}\n`,
    )
    const echo = (status: number) => ({
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ success: false, error: `not for ${TOKEN} or ${PASSWORD}` }),
    })
    const outputs: string[] = []
    const seeing = async (code: number, ...args: string[]): Promise<void> => {
      const ended = await cli(args, { cwd, env: { LOG_LEVEL: 'info' } })
      expect(ended, args.join(' ')).toMatchObject({ code })
      outputs.push(ended.stdout + ended.stderr)
    }
    for (const status of [401, 403, 400]) {
      tap.onAnswer = () => echo(status)
      await Promise.all([
        seeing(status === 401 ? 2 : 1, 'check'),
        seeing(status === 401 ? 2 : 1, 'sync', '--json'),
      ])
    }
    expect(outputs.join()).toContain('not for [secret] or [secret]')
    tap.onAnswer = ({ path }) => (path === '/api/v2/deals' ? echo(400) : undefined)
    await seeing(4, 'sync', '--stream', 'deals', '--json')
    await seeing(4, 'sync', '--stream', 'deals')
    await seeing(0, 'status')
    await seeing(0, 'status', '--json')
    await seeing(2, 'query', `select '${TOKEN}'::int`)
    expect(outputs.join()).not.toContain(TOKEN)
    expect(outputs.join()).not.toContain(PASSWORD)
  })

  test('a password that is an ordinary word leaves results whole and JSON valid', async () => {
    const database = await testDatabase()
    const url = Object.assign(new URL(database.url), { password: '1234' }).href
    const env = { DATABASE_URL: url }
    expect(await jsonFrom(['query', `select 1234 as n, 'no. 1234' as "1234"`], { env })).toEqual([
      { n: 1234, '1234': 'no. 1234' },
    ])
    const usual = { DATABASE_URL: Object.assign(new URL(database.url), { password: 'postgres' }).href }
    const state = z.object({ database: z.object({ url: z.string() }) })
    const shown = state.parse(await jsonFrom(['status'], { env: usual })).database.url
    expect(shown).toBe(database.url)
  })
})

describe('.env', () => {
  test('is read, byte order mark and all; the environment wins over it, and empty counts as absent', async () => {
    const cwd = await emptyDirectory()
    const emulator = await smallCompany()
    const token = z.object({ company_domain: z.string(), global_admin: z.boolean() })
    const company = z.object({ token, database: z.null() })
    await writeFile(
      join(cwd, '.env'),
      `\uFEFFPIPEDRIVE_API_TOKEN=wrong\nPIPEDRIVE_BASE_URL="${emulator.url}" # here\nLOG_LEVEL=loud\n`,
    )
    expect(sentenceOf(await cli(['check'], { cwd }))).toMatch(/^LOG_LEVEL /)
    const env = { LOG_LEVEL: '' }
    expect(sentenceOf(await cli(['check'], { cwd, env }))).toMatch(/PIPEDRIVE_API_TOKEN\.$/)
    const told = await jsonFrom(['check', '--quick'], {
      cwd,
      env: { ...env, PIPEDRIVE_API_TOKEN: TOKEN },
    })
    expect(company.parse(told)).toEqual({
      token: { company_domain: 'pohjala', global_admin: true },
      database: null,
    })
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200])
    expect(sentenceOf(await cli(['check'], { cwd, env: { ...env, PIPEDRIVE_API_TOKEN: '' } }))).toMatch(
      /^PIPEDRIVE_API_TOKEN is not set: /,
    )
  })
})

describe('the streams of the process', () => {
  test('what Node warns of is a line of the log, and LOG_LEVEL decides what is said', async () => {
    const emulator = await smallCompany()
    const database = await testDatabase()
    const warns = `data:text/javascript,setInterval(() => process.emitWarning('late'), 10).unref()`
    const env = {
      ...variables(emulator, database.url),
      NODE_OPTIONS: `--import="${warns.replaceAll(' ', '%20')}"`,
    }
    const { stderr } = await cli(['sync', '--stream', 'users'], { env })
    const messages = stderr
      .trimEnd()
      .split('\n')
      .map((line) => z.object({ level: z.string(), msg: z.string() }).parse(JSON.parse(line)))
    expect(messages).toContainEqual({ level: 'warn', msg: 'Warning: late' })
    expect(messages.map(({ level }) => level)).toContain('info')
    const warned = await cli(['sync', '--stream', 'users'], { env: { ...env, LOG_LEVEL: 'warn' } })
    expect(warned.stderr).toMatch(/^(\{"level":"warn",.*\n)+$/)
    const quiet = await cli(['sync', '--stream', 'users'], { env: { ...env, LOG_LEVEL: 'silent' } })
    expect(quiet).toMatchObject({ code: 0, stderr: '' })
  })

  test('a reader that stops reading is no failure', async () => {
    const database = await testDatabase()
    const child = spawn(process.execPath, [PROGRAM, 'query', 'select generate_series(1, 300000) as n'], {
      cwd: await emptyDirectory(),
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = (await once(child, 'exit')) as [number | null]
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('a statement that takes long is given up at a signal', async () => {
    const database = await testDatabase()
    const env = { DATABASE_URL: database.url }
    const running = await start(['query', 'select pg_sleep(50)'], { env })
    const busy = `select 1 from pg_stat_activity where query = 'select pg_sleep(50)' and state = 'active'
      and datname = current_database()`
    while ((await database.query(busy)).length === 0);
    running.signal('SIGINT')
    const ended = await running.ended
    expect(ended.code).toBe(130)
    expect(await database.query(busy)).toEqual([])
  })
})

describe('check', () => {
  test('with --quick costs 2 tokens, and nothing is written', async () => {
    const emulator = await smallCompany()
    const database = await testDatabase()
    const people = await cli(['check', '--quick'], { env: variables(emulator, database.url) })
    expect(people).toMatchObject({ code: 0, stderr: '' })
    expect(people.stdout).toMatch(
      /^Database {3}PostgreSQL \d+.*\nPipedrive {2}Põhjala Katused \(pohjala\), as /,
    )
    expect(people.stdout).toMatch(/\nStreams {4}not tried\n/)
    expect(emulator.limits.spent).toBe(2)
    expect(await schemas(database)).toEqual([])
  })

  test('takes the flags of a run', async () => {
    const emulator = await smallCompany()
    emulator.faults.add({ kind: 'forbidden', match: '/v1/leads/archived' })
    const flags = ['check', '--stream', 'users,leads', '--budget', '5000', '--json']
    const ended = await cli(flags, { env: variables(emulator) })
    expect(ended.code).toBe(4)
    expect(jsonOf(ended)).toMatchObject({
      status: 'partial',
      streams: [{ status: 'readable' }, { status: 'skipped' }],
    })
  })

  test('a server that is not Pipedrive is told apart', async () => {
    const emulator = await smallCompany()
    emulator.faults.add({ kind: 'html-body' })
    const ended = await cli(['check', '--json'], { env: variables(emulator) })
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({ status: 'failed', code: 'E_ENVELOPE' })
  })
})

test('a password that is a word of ours leaves what is all ours as it is', async () => {
  const env = { DATABASE_URL: 'postgres://me:pipedrive@127.0.0.1:1/crm' }
  const { stdout } = await cli(['migrate', '--print-sql'], { env })
  expect(stdout).toMatch(/^create schema if not exists "pipedrive_sync";\n/)
  const words = { DATABASE_URL: 'postgres://me:deals@127.0.0.1:1/crm' }
  expect((await cli(['streams'], { env: words })).stdout).toMatch(/^deals +deals +incremental/m)
})
