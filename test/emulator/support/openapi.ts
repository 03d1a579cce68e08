import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'

/** Pipedrive's own documents and recordings. They are not part of this repository; the tests that need them are skipped. */
export const documents = join(import.meta.dirname, '../../../../shared/pipedrive')
export const haveDocuments = existsSync(join(documents, 'openapi-v2.yaml'))

type Schema = Record<string, unknown>

export interface Operation {
  readonly version: 'v1' | 'v2'
  readonly path: string
  readonly method: string
  readonly cost: number
  readonly schemas: ReadonlyMap<string, Schema>
}

interface RawOperation {
  'x-token-cost'?: number
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}

function operationsIn(version: 'v1' | 'v2', file: string): Operation[] {
  const text = readFileSync(join(documents, file), 'utf8')
  const { paths } = parse(text, { maxAliasCount: -1 }) as {
    paths: Record<string, Record<string, RawOperation>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      version,
      path,
      method: method.toUpperCase(),
      cost: operation['x-token-cost'] ?? 0,
      schemas: new Map(
        Object.entries(operation.responses).flatMap(([status, { content }]) => {
          const schema = content?.['application/json']?.schema
          return schema ? [[status, schema] as const] : []
        }),
      ),
    })),
  )
}

/** Every operation of the current documents, and the ones of v1 that have been taken out of them since. */
export function readOperations(): Operation[] {
  return [
    ...operationsIn('v2', 'openapi-v2.yaml'),
    ...operationsIn('v1', 'openapi-v1.yaml'),
    ...operationsIn('v1', 'openapi-v1-2026-01.yaml'),
  ]
}

export interface Deviation {
  /** Null on live answers although the document does not say so. */
  readonly nullable?: readonly string[]
  /** Seen live although the document does not name them. */
  readonly extra?: readonly string[]
  /** Named with one type by the schema and shown with another by the example. */
  readonly either?: readonly string[]
  /** The document names only some of the keys. */
  readonly open?: boolean
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `allOf` made one object, so that keys which no part names can be refused. */
function flattened(schema: Schema): Schema {
  const { allOf, ...own } = schema
  if (!Array.isArray(allOf)) return schema
  const parts = [own, ...(allOf as Schema[]).map(flattened)]
  if (!parts.some((part) => 'properties' in part)) return Object.assign({}, ...parts) as Schema
  const properties = Object.assign({}, ...parts.map((part) => part['properties'] ?? {})) as Schema
  return { ...Object.assign({}, ...parts), type: 'object', properties } as Schema
}

function properties(schema: Schema, deviation: Deviation): Schema {
  const { nullable = [], extra = [], either = [] } = deviation
  const named = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
  const strict = named.map(([key, value]) => {
    const made = either.includes(key) ? {} : strictly(value, deviation)
    return [key, nullable.includes(key) ? { anyOf: [made, { type: 'null' }] } : made]
  })
  return { ...Object.fromEntries(extra.map((key) => [key, {}])), ...Object.fromEntries(strict) } as Schema
}

/** An OpenAPI 3.0 schema as JSON Schema that refuses what the document does not name. */
export function strictly(given: Schema, deviation: Deviation): Schema {
  const { nullable, example: _, examples: __, required: ___, format: ____, ...schema } = flattened(given)
  const made: Schema = { ...schema }
  for (const key of ['oneOf', 'anyOf']) {
    const list = made[key]
    if (Array.isArray(list)) made[key] = (list as Schema[]).map((one) => strictly(one, deviation))
  }
  if (isSchema(made['items'])) made['items'] = strictly(made['items'], deviation)
  if (isSchema(made['properties'])) {
    made['properties'] = properties(made, deviation)
    if (deviation.open !== true) made['additionalProperties'] = false
  }
  return nullable === true ? { anyOf: [made, { type: 'null' }] } : made
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })

export const validator = (schema: Schema, deviation: Deviation = {}): ValidateFunction =>
  ajv.compile(strictly(schema, deviation))
