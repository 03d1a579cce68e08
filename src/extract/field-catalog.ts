import { z } from 'zod'
import { SyncError } from '../errors.ts'
import type { FetchedCatalog, FetchedField, FetchedOption } from '../streams/field.ts'
import type { CatalogSource, CatalogSpec } from '../streams/stream.ts'
import { openV1, openV2, recordsOf } from './envelope.ts'
import { pageLoop } from './page.ts'
import type { ApiRequest, Send } from './request.ts'

const option = z
  .object({ id: z.union([z.number(), z.string()]), label: z.string(), color: z.string().nullish() })
  .transform(({ id, label, color }): FetchedOption => ({ id: String(id), label, color: color ?? null }))

const options = z
  .array(option)
  .nullish()
  .transform((list) => list ?? [])

const v2Field = z
  .object({
    field_code: z.string(),
    field_name: z.string(),
    field_type: z.string(),
    description: z.string().nullish(),
    is_custom_field: z.boolean(),
    options,
  })
  .transform((field): FetchedField => ({
    code: field.field_code,
    label: field.field_name,
    type: field.field_type,
    description: field.description ?? null,
    isCustom: field.is_custom_field,
    options: field.options,
  }))

/** v1 marks custom fields by `edit_flag` and by a key of forty hexadecimal digits. */
const v1Field = z
  .object({ key: z.string(), name: z.string(), field_type: z.string(), options })
  .transform((field): FetchedField => ({
    code: field.key,
    label: field.name,
    type: field.field_type,
    description: null,
    isCustom: /^[0-9a-f]{40}$/.test(field.key),
    options: field.options,
  }))

function parseFields(request: ApiRequest, shape: z.ZodType<FetchedField>, records: readonly unknown[]) {
  return records.map((record) => {
    const result = shape.safeParse(record)
    if (result.success) return result.data
    throw new SyncError({
      code: 'E_SCHEMA',
      recovery: 'skip-stream',
      message: `${request.stream}: a field from ${request.path} cannot be read (at "${result.error.issues[0]?.path.join('.') ?? ''}"), so its column is not known. The stream was left as it is.`,
    })
  })
}

async function readV2(send: Send, base: ApiRequest): Promise<FetchedField[]> {
  const fields: FetchedField[] = []
  const seen = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const request: ApiRequest = { ...base, params: { ...base.params, ...(cursor === '' ? {} : { cursor }) } }
    const { records, nextToken } = openV2(request, (await send(request)).body)
    fields.push(...parseFields(request, v2Field, recordsOf(request, records)))
    if (nextToken !== null && seen.has(nextToken)) throw pageLoop(request, 'brought a page token twice')
    if (nextToken !== null) seen.add(nextToken)
    cursor = nextToken
  }
  return fields
}

async function readV1(send: Send, base: ApiRequest): Promise<FetchedField[]> {
  const fields: FetchedField[] = []
  for (let more = true; more;) {
    const request: ApiRequest = { ...base, params: { ...base.params, start: String(fields.length) } }
    const page = openV1(request, (await send(request)).body)
    const brought = parseFields(request, v1Field, recordsOf(request, page.records))
    if (page.more && brought.every(({ code }) => fields.some((field) => field.code === code)))
      throw pageLoop(request, 'says there is more but brings nothing new')
    fields.push(...brought)
    more = page.more
  }
  return fields
}

/** Pipedrive has fields of its own everywhere: a list of none would mark every field as removed. */
function notEmpty({ stream, path }: ApiRequest, fields: FetchedField[]): FetchedField[] {
  if (fields.length > 0) return fields
  throw new SyncError({
    code: 'E_ENVELOPE',
    recovery: 'skip-stream',
    message: `${stream}: GET ${path} was answered with a list of no fields at all, which cannot be. The stream was left as it is; try again later.`,
  })
}

async function readSource(send: Send, stream: string, source: CatalogSource): Promise<FetchedField[]> {
  const { path, cost, pageSize } = source
  const request: ApiRequest = { stream, path, cost, params: { limit: String(pageSize) } }
  const read = source.paging === 'page-token' ? readV2 : readV1
  return notEmpty(request, await read(send, request))
}

/** The present time, in a form in which the later of two sorts last. */
export type Now = () => Promise<string>

/** Reads field catalogs, each endpoint once in its life: streams that share one share the answer. */
export interface CatalogReader {
  read(stream: string, spec: CatalogSpec, now: Now): Promise<FetchedCatalog>
}

export function createCatalogReader(send: Send): CatalogReader {
  const answers = new Map<string, Promise<FetchedCatalog>>()
  const fetchOnce = (stream: string, source: CatalogSource, now: Now): Promise<FetchedCatalog> => {
    const own = async (): Promise<FetchedCatalog> => {
      const askedAt = await now()
      return { askedAt, fields: await readSource(send, stream, source) }
    }
    // A failure names the stream that asked, and may have passed: whoever comes next asks for itself.
    const answer = answers.get(source.path)?.catch(own) ?? own()
    answers.set(source.path, answer)
    return answer
  }
  return {
    async read(stream, spec, now) {
      const fields = new Map<string, FetchedField>()
      const asked: string[] = []
      for (const source of spec.sources) {
        const answer = await fetchOnce(stream, source, now)
        asked.push(answer.askedAt)
        for (const field of answer.fields) {
          if (source.customOnly === true && !field.isCustom) continue
          if (!fields.has(field.code)) fields.set(field.code, field)
        }
      }
      return { fields: [...fields.values()], askedAt: asked.toSorted()[0] ?? '' }
    },
  }
}
