import type { Field } from '../../emulator/company/catalog.ts'
import type { Emulator, EntityName, Json, Row } from '../../emulator/index.ts'
import { asId } from './company-truth.ts'
import { asFlat, TYPES, valueFor } from './field-values.ts'
import { oneOf, percent, type Draw } from './random.ts'
import { send } from './send.ts'

/** What fields are of, and the path of their catalog. Leads have those of deals. */
export const OWNERS = {
  deals: 'dealFields',
  persons: 'personFields',
  organizations: 'organizationFields',
  products: 'productFields',
  projects: 'projectFields',
} as const
export type Owner = keyof typeof OWNERS
export const owners = Object.keys(OWNERS) as Owner[]

const NAMES = [
  ...['Budget', 'budget', 'Budget currency', 'Größe', 'Grosse', 'title', 'id', 'Region'],
  ...['合同编号', '🦆', 'שם', 'select', '"; drop table deals; --', "Rep's"],
  ...['x'.repeat(255), `${'x'.repeat(254)}y`, 'Café', 'Cafe\u0301'],
] as const

/** What is known of the year beyond the company: what a round may do depends on it. */
export interface Story {
  readonly emulator: Emulator
  readonly draw: Draw
  /** Options that were there at the last sync: nobody can know the label of one that came and went. */
  known: ReadonlySet<Json>
  /** Fields that were given values since then: nobody has read them. */
  readonly filled: Set<string>
  /** When a field was given another type: records that are older have been read in the one before. */
  readonly retyped: Map<string, number>
}

export function openStory(emulator: Emulator, draw: Draw): Story {
  return { emulator, draw, known: new Set(), filled: new Set(), retyped: new Map() }
}

interface Place extends Story {
  readonly owner: Owner
  /** `path` of the one field, and the field. */
  readonly path: string
  readonly field: Field
}

const isOpen = (row: Row): boolean =>
  row['is_archived'] !== true && row['is_deleted'] !== true && row['status'] !== 'deleted'

/** Some of the records that can be edited. */
function some({ emulator, draw }: Story, name: EntityName): string[] {
  const open = emulator.company.list(name).filter(isOpen)
  return open.filter(() => percent(draw, 20)).map(({ id }) => asId(id))
}

/** Projects are edited by the emulator's own call: it takes no other. */
async function fill(place: Place): Promise<void> {
  const { emulator, draw, owner, field, filled } = place
  filled.add(keyOf(owner, field))
  const base = owner === 'projects' ? '_emulator/records' : 'api/v2'
  const value = (): Json => valueFor(draw, field, emulator.company)
  for (const id of some(place, owner))
    await send(emulator, 'PATCH', `${base}/${owner}/${id}`, { custom_fields: { [field.code]: value() } })
  if (owner !== 'deals') return
  for (const id of some(place, 'leads'))
    await send(emulator, 'PATCH', `v1/leads/${id}`, asFlat(field, value()))
}

const label = (draw: Draw): string => `${oneOf(draw, NAMES).slice(0, 250)} ${draw(50)}`
const labels = (draw: Draw) => [{ label: label(draw) }, { label: 'No' }]
const hasOptions = (type: string): boolean => type === 'enum' || type === 'set'

export const keyOf = (owner: string, { code }: Pick<Field, 'code'>): string => `${owner} ${code}`
/** What Pipedrive adds to its records one day. */
export const nativeOf = (owner: Owner): string => `${owner}_score`

const gone = ({ emulator, owner }: Place): readonly Field[] => emulator.company.catalog.gone(owner)
const hasNative = ({ emulator, owner }: Place): boolean =>
  emulator.company.catalog.find(owner, nativeOf(owner)) !== undefined

/** Makes a field of any type, and gives it values where it is to have some. */
export async function addField(story: Story & { readonly owner: Owner }, isFilled: boolean): Promise<void> {
  const { emulator, draw, owner } = story
  const type = oneOf(draw, TYPES)
  const options = hasOptions(type) ? { options: labels(draw) } : {}
  const body = { field_name: oneOf(draw, NAMES), field_type: type, ...options }
  const { field_code: code } = await send(emulator, 'POST', `api/v2/${OWNERS[owner]}`, body)
  const field = emulator.company.catalog.custom(owner).find((each) => each.code === code)
  if (isFilled && field !== undefined) await fill({ ...story, field, path: '' })
}

interface Kind {
  readonly may?: (place: Place) => boolean
  readonly make: (place: Place) => Promise<unknown>
}

const ofOptions = ({ field }: Place): boolean => (field.options?.length ?? 0) > 0
/** More would make the tests longer and nothing else. */
const MOST_FIELDS = 30

const kinds: Readonly<Record<string, Kind>> = {
  add: {
    may: ({ emulator, owner }) => emulator.company.catalog.custom(owner).length < MOST_FIELDS,
    make: (place) => addField(place, percent(place.draw, 50)),
  },
  rename: {
    make: ({ emulator, draw, path }) =>
      send(emulator, 'PATCH', `api/v2/${path}`, { field_name: oneOf(draw, NAMES) }),
  },
  remove: {
    may: ({ draw, filled, owner, field }) => !filled.has(keyOf(owner, field)) && percent(draw, 40),
    make: ({ emulator, path }) => send(emulator, 'DELETE', `api/v2/${path}`),
  },
  'bring back': {
    may: (place) => gone(place).length > 0,
    async make(place) {
      const { emulator, owner, retyped } = place
      const back = oneOf(place.draw, gone(place))
      await send(emulator, 'PUT', `_emulator/fields/${owner}/${back.code}`, {})
      // A record that was last read while it was gone may have never been read in its type.
      if (retyped.has(keyOf(owner, back))) retyped.set(keyOf(owner, back), emulator.company.now())
    },
  },
  retype: {
    may: ({ draw }) => percent(draw, 50),
    async make({ emulator, draw, owner, field, retyped }) {
      const type = oneOf(
        draw,
        TYPES.filter((each) => each !== field.type),
      )
      const body = { field_type: type, options: labels(draw) }
      await send(emulator, 'PUT', `_emulator/fields/${owner}/${field.code}`, body)
      retyped.set(keyOf(owner, field), emulator.company.now())
    },
  },
  'add an option': {
    may: ofOptions,
    make: ({ emulator, draw, path }) =>
      send(emulator, 'POST', `api/v2/${path}/options`, [{ label: label(draw) }]),
  },
  'rename an option': {
    may: ofOptions,
    make: ({ emulator, draw, path, field }) =>
      send(emulator, 'PATCH', `api/v2/${path}/options`, [
        { id: oneOf(draw, field.options ?? []).id, label: label(draw) },
      ]),
  },
  'remove an option': {
    may: ({ field, known }) => (field.options ?? []).filter(({ id }) => known.has(id)).length > 1,
    make({ emulator, draw, path, field, known }) {
      const options = (field.options ?? []).filter(({ id }) => known.has(id))
      return send(emulator, 'DELETE', `api/v2/${path}/options`, [{ id: oneOf(draw, options).id }])
    },
  },
  fill: { make: fill },
  'add a key of Pipedrive’s own': {
    may: (place) => !hasNative(place),
    make: ({ emulator, owner }) =>
      send(emulator, 'PUT', `_emulator/fields/${owner}/${nativeOf(owner)}`, {
        field_name: 'Score',
        field_type: 'int',
      }),
  },
  'fill a key of Pipedrive’s own': {
    may: hasNative,
    async make(place) {
      const { emulator, draw, owner } = place
      for (const id of some(place, owner))
        await send(emulator, 'PATCH', `_emulator/records/${owner}/${id}`, { [nativeOf(owner)]: draw(100) })
    },
  },
}

/** One random change of a company's fields or of the values in them, over HTTP. Says what it was. */
export async function changeFields(story: Story, owner = oneOf(story.draw, owners)): Promise<string> {
  const field = oneOf(story.draw, story.emulator.company.catalog.custom(owner))
  const place: Place = { ...story, owner, field, path: `${OWNERS[owner]}/${field.code}` }
  const [what, kind] = oneOf(
    story.draw,
    Object.entries(kinds).filter(([, { may }]) => may?.(place) !== false),
  )
  await kind.make(place)
  return `${what}: ${owner} ${field.code.slice(0, 6)} ${field.name.slice(0, 20)}`
}

/** To be called when the company has been synced. */
export function noteSynced(story: Story): void {
  const { catalog } = story.emulator.company
  const fields = owners.flatMap((owner) => catalog.custom(owner))
  story.known = new Set(fields.flatMap(({ options }) => (options ?? []).map(({ id }) => id)))
  story.filled.clear()
}
