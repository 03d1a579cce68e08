import pg from 'pg'
import { configError } from '../errors.ts'
import type { Session } from './connection.ts'

export interface Answer {
  /** Their names, of which several may be the same. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const { builtins, getTypeParser } = pg.types

/** A JavaScript number where it holds the value exactly, else its text; `1.50` is 1.5. */
function exactNumber(text: string): number | string {
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  const shortest = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return Number.isSafeInteger(value) || String(value) === shortest ? value : text
}

type Parser = (text: string) => unknown

function parserOf(oid: number): Parser {
  return getTypeParser(oid) as Parser
}

const TEXT_ARRAY = 1009

/** An array of any depth, each of its elements parsed from its text. */
function arrayOf(parse: Parser): Parser {
  const parseElement = (item: unknown): unknown =>
    Array.isArray(item) ? item.map(parseElement) : typeof item === 'string' ? parse(item) : item
  return (text) => parseElement(parserOf(TEXT_ARRAY)(text))
}

const asText = (text: string): string => text

/** JSON has neither NaN nor infinity. */
function finiteNumber(text: string): number | string {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

/** `infinity` is no moment. */
function moment(text: string): unknown {
  const value = parserOf(builtins.TIMESTAMPTZ)(text)
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value : text
}

/** Types by their oid and that of their arrays. A date has no time zone, so it stays text instead of becoming a moment. */
const EXACT: readonly (readonly [number, number, Parser])[] = [
  [builtins.INT8, 1016, exactNumber],
  [builtins.NUMERIC, 1231, exactNumber],
  [builtins.FLOAT4, 1021, finiteNumber],
  [builtins.FLOAT8, 1022, finiteNumber],
  [builtins.DATE, 1182, asText],
  [builtins.TIMESTAMP, 1115, asText],
  [builtins.TIMESTAMPTZ, 1185, moment],
  [builtins.INTERVAL, 1187, asText],
]

const PARSERS = new Map(
  EXACT.flatMap(([oid, arrayOid, parse]): [number, Parser][] => [
    [oid, parse],
    [arrayOid, arrayOf(parse)],
  ]),
)

const types = {
  getTypeParser: (oid: number, format?: string): unknown =>
    format === 'binary' ? getTypeParser(oid, 'binary') : (PARSERS.get(oid) ?? parserOf(oid)),
} as pg.CustomTypesConfig

/**
 * Runs one statement that can only read, with the data schema first on the search path. Throws `E_CONFIG` with
 * PostgreSQL's own words when the statement is wrong.
 */
export async function query({ client, schemas }: Session, sql: string): Promise<Answer> {
  await client.query('begin read only')
  try {
    await client.query(`select set_config('search_path', $1, true)`, [
      `${quote(schemas.data)}, ${quote(schemas.control)}, public`,
    ])
    // With parameters the extended protocol is used, which takes one statement at a time.
    const { command, fields, rows } = await client.query<unknown[]>({
      text: sql,
      values: [],
      queryMode: 'extended',
      rowMode: 'array',
      types,
    } as pg.QueryArrayConfig)
    if (command === 'COPY') throw configError('The query failed: COPY answers with no rows; use a select.')
    return { columns: fields.map(({ name }) => name), rows }
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw configError(`The query failed: ${error.message}.`)
    throw error
  } finally {
    // The first error tells what happened; a rollback fails too when the connection is gone.
    await client.query('rollback').catch(() => undefined)
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
