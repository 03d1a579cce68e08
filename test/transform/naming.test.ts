import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldColumns } from '../../src/transform/custom-fields.ts'
import { MAX_IDENTIFIER, nameField, snakeCase } from '../../src/transform/naming.ts'

const nothing: ReadonlySet<string> = new Set()

describe('a label in snake case', () => {
  test.each([
    ['Estonian', 'Möödumine (päevades)', 'moodumine_paevades'],
    ['Polish', 'Źródło leada', 'zrodlo_leada'],
    ['German', 'Straße & Größe', 'strasse_grosse'],
    ['Turkish', 'İLÇE', 'ilce'],
    ['Vietnamese', 'Ngày ký hợp đồng', 'ngay_ky_hop_dong'],
    ['Russian', 'Сумма сделки', 'summa_sdelki'],
    ['Greek', 'Ημερομηνία', 'imerominia'],
    ['decomposed accents as composed ones', 'Cafe\u0301', 'cafe'],
    ['an apostrophe', "Customer's rep", 'customers_rep'],
    ['signs and spaces', '  #1 -- deal / value  ', '1_deal_value'],
    ['an emoji', '🦆', 'duck'],
    ['nothing', '', ''],
    ['signs alone', ' -- ', ''],
  ])('%s', (_what, label, name) => {
    expect(snakeCase(label)).toBe(name)
  })

  test.each([
    '合同编号',
    '契約番号',
    '계약 번호',
    'رقم العقد',
    'หมายเลขสัญญา',
    'מספר חוזה',
    'ხელშეკრულება',
    'अनुबंध',
  ])('%s is written in ASCII letters', (label) => {
    expect(snakeCase(label)).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
  })
})

describe('a column name', () => {
  test.each([
    ['a label', 'Deal size', [''], [], 'cf_deal_size'],
    ['an empty label', '', [''], [], 'cf_field'],
    ['a second empty label', ' ', [''], ['cf_field'], 'cf_field_2'],
    ['a label that is taken', 'Size', [''], ['cf_size'], 'cf_size_2'],
    ['a label that is taken twice', 'Size', [''], ['cf_size', 'cf_size_2'], 'cf_size_3'],
    [
      'a label whose derived column is taken',
      'Budget',
      ['', '_currency'],
      ['cf_budget_currency'],
      'cf_budget_2',
    ],
    [
      'a label that is another one’s derived column',
      'Budget currency',
      [''],
      ['cf_budget_currency'],
      'cf_budget_currency_2',
    ],
    ['a native column, which cf_ keeps clear', 'Title', [''], ['title'], 'cf_title'],
    ['a reference, by its only column', 'Account', ['_id'], ['cf_account'], 'cf_account'],
    ['a long label', 'x'.repeat(100), [''], [], `cf_${'x'.repeat(60)}`],
    ['a long label with a long suffix', 'x'.repeat(100), ['', '_currency'], [], `cf_${'x'.repeat(51)}`],
    ['a long label that is taken', 'x'.repeat(100), [''], [`cf_${'x'.repeat(60)}`], `cf_${'x'.repeat(58)}_2`],
    ['a cut that falls on an underscore', `${'x'.repeat(59)} yz`, [''], [], `cf_${'x'.repeat(59)}`],
  ] as const)('for %s', (_what, label, suffixes, taken, name) => {
    expect(nameField(label, suffixes, new Set<string>(taken))).toBe(name)
  })

  const type = fc.constantFrom(
    'varchar',
    'monetary',
    'daterange',
    'timerange',
    'enum',
    'set',
    'user',
    'address',
    'new',
  )
  const label = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.constantFrom(
      '',
      'Size',
      'Size currency',
      'Size until',
      'Size id',
      'x'.repeat(70),
      `${'x'.repeat(70)}y`,
      '合同',
    ),
  )

  test('is unique with all its derived columns, an identifier PostgreSQL does not cut, and the same every time', () => {
    const fields = fc.array(fc.tuple(label, type), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fields, (all) => {
        const taken = new Set<string>(['id', 'title'])
        for (const [text, kind] of all) {
          const suffixes = fieldColumns(kind).map(({ suffix }) => suffix)
          const name = nameField(text, suffixes, taken)
          expect(nameField(text, suffixes, taken)).toBe(name)
          for (const column of suffixes.map((suffix) => name + suffix)) {
            expect(taken).not.toContain(column)
            expect(column).toMatch(/^cf_[a-z0-9]+(_[a-z0-9]+)*$/)
            expect(Buffer.byteLength(column)).toBeLessThanOrEqual(MAX_IDENTIFIER)
            taken.add(column)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('does not depend on what is taken elsewhere', () => {
    expect(nameField('Size', [''], nothing)).toBe(nameField('Size', [''], new Set(['cf_other'])))
  })
})
