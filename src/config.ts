import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import {
  companyOf,
  isBare,
  isDirectoryOrAbsent,
  isTakenByDriver,
  isUrl,
  schemaName,
} from './config-checks.ts'
import { configError } from './errors.ts'
import type { Allowance } from './extract/allowance.ts'
import { readTokens } from './flags.ts'
import type { Cadence } from './schedule/timetable.ts'

/** Where the data is kept. */
export interface WarehouseConfig {
  /** Null: the embedded server in `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly schemas: { readonly data: string; readonly control: string }
  /** Names this company in the control tables: the data schema's name, so that each company has a schema of its own. */
  readonly account: string
  /** Whether the tables have a view each that shows the labels of today. */
  readonly labelledViews: boolean
}

/** Where the data comes from. */
export interface SourceConfig {
  /** Without a slash at its end; requests go to `<baseUrl>/api/v2/…` and `<baseUrl>/v1/…`. */
  readonly baseUrl: string
  readonly token: string
  /** What of a day's tokens is left to the company's other integrations; nothing when absent. */
  readonly reserve?: Allowance
}

const LEVELS = ['info', 'warn', 'silent'] as const
export type LogLevel = (typeof LEVELS)[number]

export interface LogConfig {
  readonly level: LogLevel
  /** What no line of output may show. */
  readonly secrets: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The process's environment over what `.env` in the working directory says. The only reader of process.env. */
export function readEnvironment(): Environment {
  let file: Environment = {}
  try {
    // Some editors begin a file with a byte order mark.
    file = parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT')
      throw configError(`The file .env cannot be read (${code}): make it readable, or remove it.`)
  }
  return { ...file, ...process.env }
}

const variables = {
  PIPEDRIVE_API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be one word without spaces: copy it again')
    .optional(),
  PIPEDRIVE_COMPANY_DOMAIN: z
    .string()
    .transform(companyOf)
    .refine(
      (name) => /^[a-z0-9][a-z0-9-]*$/.test(name),
      'must be the company\'s part of its address: "acme" of acme.pipedrive.com',
    )
    .optional(),
  PIPEDRIVE_BASE_URL: z
    .string()
    .refine((text) => isUrl(text, ['http:', 'https:']), {
      error: 'must be a URL that begins with https:// or http://',
      abort: true,
    })
    .refine(isBare, 'must be a URL without user, password, ? and #: the token has a variable of its own')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  DATABASE_URL: z
    .string()
    .refine((text) => isUrl(text, ['postgres:', 'postgresql:']), {
      error: 'must be a URL like postgres://user:password@host:5432/database',
      abort: true,
    })
    .refine(
      isTakenByDriver,
      'names a certificate that cannot be read, or holds a % that stands for no character',
    )
    .optional(),
  PIPEDRIVE_WAREHOUSE_DIR: z
    .string()
    .default('.pipedrive-warehouse')
    .transform((path) => resolve(path)),
  PIPEDRIVE_SCHEMA: schemaName.default('pipedrive'),
  PIPEDRIVE_SYNC_SCHEMA: schemaName.default('pipedrive_sync'),
  STREAMS: z.string().optional(),
  SCHEDULE_TICK: z.string().default('*/5 * * * *'),
  SCHEDULE_PASS: z.string().default('0 * * * *'),
  SCHEDULE_SWEEP: z.string().default('30 2 * * *'),
  SCHEDULE_TIMEZONE: z.string().default('UTC'),
  TOKEN_RESERVE: z.string().default('0'),
  LABELLED_VIEWS: z.enum(['on', 'off'], 'must be on or off').default('on'),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
} as const

type Name = keyof typeof variables

/** One variable; an empty one counts as absent. Throws `E_CONFIG` that names it and never shows its value. */
function read<One extends Name>(environment: Environment, name: One): z.output<(typeof variables)[One]> {
  const text = environment[name]?.trim()
  const result = variables[name].safeParse(text === '' ? undefined : text)
  if (result.success) return result.data as z.output<(typeof variables)[One]>
  throw configError(`${name} ${result.error.issues[0]?.message ?? 'is wrong'}.`)
}

export function readWarehouse(environment: Environment): WarehouseConfig {
  const data = read(environment, 'PIPEDRIVE_SCHEMA')
  const control = read(environment, 'PIPEDRIVE_SYNC_SCHEMA')
  if (data === control) {
    const [one, other] = ['PIPEDRIVE_SYNC_SCHEMA', 'PIPEDRIVE_SCHEMA'] as const
    const given = (environment[one] ?? '') === '' ? [other, one] : [one, other]
    throw configError(`${given.join(' must differ from ')}, which is "${data}" too.`)
  }
  const databaseUrl = read(environment, 'DATABASE_URL') ?? null
  const dataDir = read(environment, 'PIPEDRIVE_WAREHOUSE_DIR')
  if (databaseUrl === null && !isDirectoryOrAbsent(dataDir))
    throw configError(`PIPEDRIVE_WAREHOUSE_DIR must be a directory: ${dataDir} is none.`)
  return Object.freeze({
    databaseUrl,
    dataDir,
    schemas: { data, control },
    account: data,
    labelledViews: read(environment, 'LABELLED_VIEWS') === 'on',
  })
}

export function readSource(environment: Environment): SourceConfig {
  const token = read(environment, 'PIPEDRIVE_API_TOKEN')
  const domain = read(environment, 'PIPEDRIVE_COMPANY_DOMAIN')
  const baseUrl =
    read(environment, 'PIPEDRIVE_BASE_URL') ??
    (domain === undefined ? undefined : `https://${domain}.pipedrive.com`)
  if (token === undefined)
    throw configError(
      'PIPEDRIVE_API_TOKEN is not set: copy your token from Pipedrive (Settings > Personal preferences > API) into it, or into a file .env.',
    )
  if (baseUrl === undefined)
    throw configError(
      'PIPEDRIVE_COMPANY_DOMAIN is not set: it is "acme" when you open Pipedrive at acme.pipedrive.com.',
    )
  return Object.freeze({ token, baseUrl, reserve: readReserve(environment) })
}

/** Tokens of the day, or a share of its limit, that no run of ours spends. */
export function readReserve(environment: Environment): Allowance {
  return readTokens('TOKEN_RESERVE', read(environment, 'TOKEN_RESERVE'))
}

/** The streams that a run reads where its flags do not say, as it was written. */
export function readStreams(environment: Environment): string | undefined {
  return read(environment, 'STREAMS')
}

/** When the scheduler does what where its flags do not say, as it was written. */
export function readSchedule(environment: Environment): Readonly<Record<Cadence | 'timezone', string>> {
  return {
    tick: read(environment, 'SCHEDULE_TICK'),
    pass: read(environment, 'SCHEDULE_PASS'),
    sweep: read(environment, 'SCHEDULE_SWEEP'),
    timezone: read(environment, 'SCHEDULE_TIMEZONE'),
  }
}

/** What no output may show. Never throws: a secret is to be hidden even where the rest is wrong. */
export function readSecrets(environment: Environment): readonly string[] {
  const { PIPEDRIVE_API_TOKEN: token = '', DATABASE_URL: url = '', PGPASSWORD: password = '' } = environment
  const secrets = [token.trim(), password, ...(URL.canParse(url) ? passwordsIn(new URL(url)) : [])]
  return [...new Set(secrets)].filter((secret) => secret !== '')
}

/** A database's URL as it may be shown. */
export function withoutPassword(url: string): string {
  const shown = new URL(url)
  shown.password = ''
  shown.searchParams.delete('password')
  return shown.href
}

/** As written and as meant. One that is the name of user or database too cannot be hidden without hiding those. */
function passwordsIn(url: URL): readonly string[] {
  const { href, password, searchParams } = url
  const shown = decode(withoutPassword(href))
  const words = [password, decode(password), ...searchParams.getAll('password')]
  return [...words.filter((one) => !shown.includes(one)), ...placesOf(url)]
}

/** The password with what stands around it in the URL: no ordinary word, however short the password is. */
function placesOf({ username, password, search }: URL): readonly string[] {
  const inQuery = search.slice(1).split('&')
  return [
    ...(password === '' ? [] : [`${username}:${password}@`]),
    ...inQuery.filter((part) => part.startsWith('password=')),
  ]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function readLog(environment: Environment): LogConfig {
  return { level: read(environment, 'LOG_LEVEL'), secrets: readSecrets(environment) }
}
