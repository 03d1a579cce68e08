import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Partition } from '../../src/streams/stream.ts'

/** The published OpenAPI documents and the recorded answers; they are read where they are, never copied. */
export const published = join(import.meta.dirname, '../../../shared/pipedrive')

export const hasOpenApi = existsSync(join(published, 'openapi-v2.yaml'))
export const hasRecorded = existsSync(join(published, 'recorded'))

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
}

interface Parameter {
  readonly name: string
  readonly schema?: Schema
}

interface Example {
  readonly data?: unknown
}

export interface Operation {
  readonly 'x-token-cost': number
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<
    Record<string, { content?: Record<string, { schema: Schema; example?: Example }> }>
  >
}

interface Document {
  readonly paths: Readonly<Record<string, { get?: Operation }>>
}

const documents = new Map<string, Document>()

/** The document that describes a path: `/collection` is in the older one of v1 only. */
function versionOf(path: string): string {
  if (path.startsWith('/api/v2/')) return 'v2'
  return path.endsWith('/collection') ? 'v1-2026-01' : 'v1'
}

function documentOf(version: string): Document {
  const known = documents.get(version)
  if (known !== undefined) return known
  const text = readFileSync(join(published, `openapi-${version}.yaml`), 'utf8')
  const document = parse(text, { maxAliasCount: -1 }) as Document
  documents.set(version, document)
  return document
}

/** The published description of `GET` on a path of the registry. */
export function operationOf(path: string): Operation {
  const operation = documentOf(versionOf(path)).paths[path.replace(/^(\/api\/v2|\/v1)/, '')]?.get
  if (operation === undefined) throw new Error(`${path} is not described`)
  return operation
}

function resolve(path: string, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  let at: unknown = documentOf(versionOf(path))
  for (const step of schema.$ref.split('/').slice(1)) at = (at as Record<string, unknown>)[step]
  return resolve(path, at as Schema)
}

function propertiesOf(path: string, schema: Schema): Map<string, Schema> {
  const whole = resolve(path, schema)
  const parts = [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])]
  return new Map([
    ...parts.flatMap((part) => [...propertiesOf(path, part)]),
    ...Object.entries(whole.properties ?? {}),
  ])
}

/** Properties of one record of the list: `id`, and `value.amount` for what is nested one step. */
export function recordProperties(
  path: string,
  { records, recordIn }: Partition,
): ReadonlyMap<string, readonly string[]> {
  if (records?.kind === 'values') return new Map([[records.name, []]])
  if (records?.kind === 'members') return new Map([records.name, records.value].map((key) => [key, []]))
  const content = operationOf(path).responses['200']?.content?.['application/json']
  const answered = resolve(path, propertiesOf(path, content?.schema ?? {}).get('data') ?? {})
  const data = records?.kind === 'member' ? (propertiesOf(path, answered).get(records.name) ?? {}) : answered
  const element = records?.kind === 'one' ? data : (data.items ?? {})
  const record = propertiesOf(
    path,
    recordIn === undefined ? element : (propertiesOf(path, element).get(recordIn) ?? {}),
  )
  if (record.size === 0) return new Map(exampleKeys(content?.example).map((key) => [key, []]))
  return new Map(
    [...record].map(([name, schema]) => {
      const { items } = resolve(path, schema)
      return [name, [...propertiesOf(path, items ?? schema).keys()]]
    }),
  )
}

/** Where the schema names no properties: the keys that the records of its example have. */
function exampleKeys(example: Example | undefined): string[] {
  const records = Array.isArray(example?.data) ? (example.data as object[]) : []
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}

/** Values that a comma-separated parameter may hold. */
export function choices(path: string, parameter: string): readonly string[] {
  const schema = operationOf(path).parameters?.find(({ name }) => name === parameter)?.schema
  return schema?.enum ?? schema?.items?.enum ?? []
}

export function parameterNames(path: string): readonly string[] {
  return (operationOf(path).parameters ?? []).map(({ name }) => name)
}

/** The types that Pipedrive's fields may have. */
export function fieldTypes(path: string): readonly string[] {
  const content = operationOf(path).responses['200']?.content?.['application/json']
  const fields = propertiesOf(path, content?.schema ?? {}).get('data')
  return propertiesOf(path, fields?.items ?? {}).get('field_type')?.enum ?? []
}
