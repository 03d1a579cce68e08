import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FetchedField } from '../../src/streams/field.ts'
import { fieldId, mergeCatalog, type CatalogField } from '../../src/transform/catalog.ts'
import { fieldColumns } from '../../src/transform/custom-fields.ts'
import { MAX_IDENTIFIER } from '../../src/transform/naming.ts'

const NATIVE = ['id', 'title', 'value', 'currency', 'update_time', '_deleted_at', '_extra', '_synced_at']
const TYPES = [
  'varchar',
  'monetary',
  'daterange',
  'timerange',
  'enum',
  'set',
  'user',
  'lead',
  'address',
  'new',
]
/** Those that want the same names, one way or another. */
const ALIKE = [
  ...['', ' ', 'Budget', 'budget', 'BUDGET!', 'Bùdget', 'Budget 2', 'Budget currency', 'Budget until'],
  ...['Budget id', 'Budget ids', 'Budget value', 'field', 'Field 2', 'id', 'ID', 'Title', 'x'.repeat(255)],
  ...[
    `${'x'.repeat(254)}y`,
    `${'x'.repeat(60)} 2`,
    '合同',
    '合同'.repeat(100),
    '🦆',
    'duck',
    '"; drop table deals; --',
  ],
] as const

const label = fc.oneof(
  fc.constantFrom(...ALIKE),
  fc.string({ unit: 'grapheme', maxLength: 255 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
)

function field(code: string, label: string, type: string): FetchedField {
  return { code, label, type, description: null, isCustom: true, options: [] }
}

/** Fields that may be made, and looks at some of them in some order, whatever each is called and made into by then. */
const history = fc
  .array(fc.tuple(label, fc.constantFrom(...TYPES)), { minLength: 1, maxLength: 30 })
  .map((made) => made.map(([text, type], index) => field(`code${index}`, text, type)))
  .chain((fields) =>
    fc.record({
      fields: fc.constant(fields),
      looks: fc.array(
        fc.shuffledSubarray(fields).chain((seen) =>
          fc
            .array(fc.tuple(label, fc.option(fc.constantFrom(...TYPES), { freq: 5 })), {
              minLength: seen.length,
              maxLength: seen.length,
            })
            .map((changes) =>
              seen.map((one, index) => {
                const [text = '', type = null] = changes[index] ?? []
                return { ...one, label: text, type: type ?? one.type }
              }),
            ),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      again: fc.shuffledSubarray(fields, { minLength: fields.length }),
    }),
  )

function names(catalog: readonly CatalogField[]): ReadonlyMap<string, string | null> {
  return new Map(catalog.map((field) => [fieldId(field), field.columnName]))
}

function columns(catalog: readonly CatalogField[]): string[] {
  return catalog.flatMap(({ columnName, type }) =>
    columnName === null ? [] : fieldColumns(type).map(({ suffix }) => columnName + suffix),
  )
}

function look(known: readonly CatalogField[], seen: readonly FetchedField[]): readonly CatalogField[] {
  return mergeCatalog(NATIVE, known, seen)
}

test('whatever fields are called and in whatever order they come: each has columns of its own that a person can type', () => {
  fc.assert(
    fc.property(history, ({ fields, looks }) => {
      const all = columns([...looks, fields].reduce<readonly CatalogField[]>(look, []))
      expect(new Set([...NATIVE, ...all]).size).toBe(NATIVE.length + all.length)
      expect(all.length).toBeGreaterThanOrEqual(fields.length)
      for (const column of all) {
        expect(column).toMatch(/^cf(_{1,2}[a-z0-9]+)+$/)
        expect(Buffer.byteLength(column)).toBeLessThanOrEqual(MAX_IDENTIFIER)
      }
    }),
    { numRuns: 200 },
  )
})

test('a field never changes its name, whatever it or others are called later', () => {
  fc.assert(
    fc.property(history, ({ fields, looks }) => {
      const pinned = new Map<string, string | null>()
      let known: readonly CatalogField[] = []
      for (const seen of [...looks, fields]) {
        known = look(known, seen)
        for (const [id, name] of names(known)) {
          expect(name).toBe(pinned.get(id) ?? name)
          pinned.set(id, name)
        }
      }
      expect(pinned.size).toBeGreaterThanOrEqual(fields.length)
    }),
    { numRuns: 200 },
  )
})

test('a second look in another order pins what the first did', () => {
  fc.assert(
    fc.property(history, ({ fields, again }) => {
      const first = look([], fields)
      expect(names(look(first, again))).toEqual(
        new Map(again.map((field) => [fieldId(field), names(first).get(fieldId(field))])),
      )
    }),
    { numRuns: 200 },
  )
})
