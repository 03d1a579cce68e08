import type { Field } from '../../emulator/company/catalog.ts'
import type { Emulator, Json, Row } from '../../emulator/index.ts'
import { oneOf, percent, type Draw } from './random.ts'

/** What fields are of, and the path of their catalog. */
export const OWNERS = { deals: 'dealFields', persons: 'personFields' } as const
export type Owner = keyof typeof OWNERS

const NAMES = [
  ...[
    'Budget',
    'budget',
    'Budget currency',
    'Größe',
    'Grosse',
    'title',
    'id',
    'Region',
    '合同编号',
    '🦆',
    'שם',
  ],
  ...[
    'select',
    '"; drop table deals; --',
    'x'.repeat(255),
    `${'x'.repeat(254)}y`,
    'Café',
    'Cafe\u0301',
    "Rep's",
  ],
] as const

const TYPES = ['varchar', 'text', 'double', 'date', 'monetary', 'enum', 'set', 'daterange', 'time'] as const

const values: Readonly<Record<string, (draw: Draw, field: Field) => Json>> = {
  varchar: (draw) => `text ${draw(1000)}`,
  text: (draw) => `lines\n"${draw(1000)}"\t\\`,
  double: (draw) => draw(100_000) / 100,
  date: (draw) => `2026-0${1 + draw(9)}-1${draw(10)}`,
  monetary: (draw) => ({ value: draw(1000), currency: oneOf(draw, ['EUR', 'USD']) }),
  enum: (draw, { options }) => (options?.length ? oneOf(draw, options).id : null),
  set: (draw, { options }) => (options?.length ? [oneOf(draw, options).id] : null),
  daterange: (draw) => ({ value: `2026-01-1${draw(10)}`, until: `2026-02-1${draw(10)}` }),
  time: (draw) => ({ value: `1${draw(10)}:30:00`, timezone_id: 1, timezone_name: 'Europe/Tallinn' }),
}

/** Sends a change to the emulator as a person's program would; throws what is not taken. */
export async function send(emulator: Emulator, method: string, path: string, body?: unknown): Promise<Row> {
  const answer = await fetch(`${emulator.url}/api/v2/${path}`, {
    method,
    headers: { 'x-api-token': emulator.token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as Row
}

interface Place {
  readonly emulator: Emulator
  readonly draw: Draw
  readonly owner: Owner
  /** `path` of the one field, and the field, where there is one. */
  readonly path: string
  readonly field: Field
  /** Options that were there at the last sync: nobody can know the label of one that came and went. */
  readonly known: ReadonlySet<Json>
}

const isOpen = (row: Row): boolean => row['is_archived'] !== true && row['is_deleted'] !== true

const label = (draw: Draw): string => `${oneOf(draw, NAMES).slice(0, 250)} ${draw(50)}`

const kinds: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  add: ({ emulator, draw, owner }) => {
    const type = oneOf(draw, TYPES)
    const options = ['enum', 'set'].includes(type)
      ? { options: [{ label: label(draw) }, { label: 'No' }] }
      : {}
    const body = { field_name: oneOf(draw, NAMES), field_type: type, ...options }
    return send(emulator, 'POST', OWNERS[owner], body)
  },
  rename: ({ emulator, draw, path }) => send(emulator, 'PATCH', path, { field_name: oneOf(draw, NAMES) }),
  remove: ({ emulator, path }) => send(emulator, 'DELETE', path),
  'add an option': ({ emulator, draw, path }) =>
    send(emulator, 'POST', `${path}/options`, [{ label: label(draw) }]),
  'rename an option': ({ emulator, draw, path, field }) =>
    send(emulator, 'PATCH', `${path}/options`, [
      { id: oneOf(draw, field.options ?? []).id, label: label(draw) },
    ]),
  'remove an option': ({ emulator, draw, path, field, known }) => {
    const options = (field.options ?? []).filter(({ id }) => known.has(id))
    if (options.length < 2) return Promise.resolve()
    return send(emulator, 'DELETE', `${path}/options`, [{ id: oneOf(draw, options).id }])
  },
  fill: async ({ emulator, draw, owner, field }) => {
    const value = values[field.type]
    if (value === undefined) return
    for (const { id } of emulator.company.list(owner).filter(isOpen))
      if (percent(draw, 20))
        await send(emulator, 'PATCH', `${owner}/${Number(id)}`, {
          custom_fields: { [field.code]: value(draw, field) },
        })
  },
}
const OF_OPTIONS = new Set(['add an option', 'rename an option', 'remove an option'])
/** More would make the tests longer and nothing else. */
const MOST_FIELDS = 30

/** One random change of a company's fields or of the values in them, over HTTP. Says what it was. */
export async function changeFields(
  emulator: Emulator,
  draw: Draw,
  known: ReadonlySet<Json>,
): Promise<string> {
  const owner = oneOf(draw, Object.keys(OWNERS) as Owner[])
  const fields = emulator.company.catalog.custom(owner)
  const field = fields.length < 3 ? undefined : oneOf(draw, fields)
  const possible = Object.keys(kinds).filter(
    (kind) =>
      (kind !== 'add' || fields.length < MOST_FIELDS) &&
      (!OF_OPTIONS.has(kind) || (field?.options?.length ?? 0) > 0) &&
      (kind !== 'remove' || percent(draw, 30)),
  )
  const kind = field === undefined ? 'add' : oneOf(draw, possible)
  const path = `${OWNERS[owner]}/${field?.code ?? ''}`
  await kinds[kind]?.({ emulator, draw, owner, path, field: field as Field, known })
  return `${kind}: ${owner} ${field?.name.slice(0, 20) ?? ''}`
}

/** The options of all fields as they are now. */
export function optionsOf({ company }: Emulator): ReadonlySet<Json> {
  const fields = (Object.keys(OWNERS) as Owner[]).flatMap((owner) => company.catalog.custom(owner))
  return new Set(fields.flatMap(({ options }) => (options ?? []).map(({ id }) => id)))
}
