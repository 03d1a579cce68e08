import pg from 'pg'
import { configError } from '../errors.ts'
import type { Session } from './connection.ts'

export interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

const { builtins, getTypeParser } = pg.types

/** A JavaScript number where it holds the value exactly, else its text. */
function exactNumber(text: string): number | string {
  const value = Number(text)
  return Number.isFinite(value) && (Number.isSafeInteger(value) || String(value) === text) ? value : text
}

type Parser = (text: string) => unknown

function parserOf(oid: number): Parser {
  return getTypeParser(oid) as Parser
}

function exactNumbers(oid: number): Parser {
  const parse = parserOf(oid)
  return (text) => {
    const items = parse(text)
    if (!Array.isArray(items)) return items
    return items.map((item: unknown) => (typeof item === 'string' ? exactNumber(item) : item))
  }
}

const asText = (text: string): string => text
const INT8_ARRAY = 1016
const NUMERIC_ARRAY = 1231

/** A date has no time zone, so it stays text instead of becoming a moment. */
const PARSERS = new Map<number, Parser>([
  [builtins.INT8, exactNumber],
  [builtins.NUMERIC, exactNumber],
  [builtins.DATE, asText],
  [builtins.TIMESTAMP, asText],
  [builtins.INTERVAL, asText],
  [INT8_ARRAY, exactNumbers(INT8_ARRAY)],
  [NUMERIC_ARRAY, exactNumbers(NUMERIC_ARRAY)],
])

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
    const { fields, rows } = await client.query<Record<string, unknown>>({
      text: sql,
      values: [],
      queryMode: 'extended',
      types,
    } as pg.QueryConfig)
    return { columns: fields.map(({ name }) => name), rows }
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw configError(`The query failed: ${error.message}.`)
    throw error
  } finally {
    await client.query('rollback')
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
