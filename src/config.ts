import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { configError } from './errors.ts'

/** Where the data is kept. */
export interface WarehouseConfig {
  /** Null: the embedded server in `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly schemas: { readonly data: string; readonly control: string }
  /** Names this company in the control tables: the data schema's name, so that each company has a schema of its own. */
  readonly account: string
}

/** Where the data comes from. */
export interface SourceConfig {
  /** Without a slash at its end; requests go to `<baseUrl>/api/v2/…` and `<baseUrl>/v1/…`. */
  readonly baseUrl: string
  readonly token: string
}

export interface LogConfig {
  readonly level: string
  /** What no line of output may show. */
  readonly secrets: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The process's environment over what `.env` in the working directory says. The only reader of process.env. */
export function readEnvironment(): Environment {
  let file: Environment = {}
  try {
    file = parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { ...file, ...process.env }
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

/** `acme`, `acme.pipedrive.com` and `https://acme.pipedrive.com/` all name the company acme. */
function companyOf(domain: string): string {
  return domain
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\.pipedrive\.com\/?$/, '')
}

const schemaName = z
  .string()
  .refine(
    (name) => Buffer.byteLength(name) <= 63 && !name.startsWith('pg_') && !/["\0]/.test(name),
    'must be the name of a schema: at most 63 bytes, no quotes, not beginning with pg_',
  )

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
    .refine((text) => isUrl(text, ['http:', 'https:']), 'must be a URL that begins with https:// or http://')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (text) => isUrl(text, ['postgres:', 'postgresql:']),
      'must be a URL like postgres://user:password@host:5432/database',
    )
    .optional(),
  PIPEDRIVE_WAREHOUSE_DIR: z.string().default('.pipedrive-warehouse'),
  PIPEDRIVE_SCHEMA: schemaName.default('pipedrive'),
  PIPEDRIVE_SYNC_SCHEMA: schemaName.default('pipedrive_sync'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
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
  if (data === control) throw configError('PIPEDRIVE_SCHEMA and PIPEDRIVE_SYNC_SCHEMA must differ.')
  return Object.freeze({
    databaseUrl: read(environment, 'DATABASE_URL') ?? null,
    dataDir: resolve(read(environment, 'PIPEDRIVE_WAREHOUSE_DIR')),
    schemas: { data, control },
    account: data,
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
  return Object.freeze({ token, baseUrl })
}

/** What no output may show. Never throws: a secret is to be hidden even where the rest is wrong. */
export function readSecrets(environment: Environment): readonly string[] {
  const { PIPEDRIVE_API_TOKEN: token = '', DATABASE_URL: url = '' } = environment
  const password = URL.canParse(url) ? new URL(url).password : ''
  return [...new Set([token.trim(), password, decode(password)])].filter((secret) => secret !== '')
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
