import { describe, expect, test } from 'vitest'
import { planTable, quoteIdentifier, type ExistingTable } from '../../src/load/table-plan.ts'
import type { Column, TableLayout } from '../../src/transform/layout.ts'

function column(name: string, type: Column['type'] = 'text', comment: string | null = null): Column {
  return { name, type, comment }
}

function layoutOf(columns: readonly Column[], more: Partial<TableLayout> = {}): TableLayout {
  return { table: 'deals', comment: 'Deals', key: ['id'], cursor: null, columns, ...more }
}

function existing(
  columns: Readonly<Record<string, string | null>>,
  comment: string | null = 'Deals',
  wide = false,
): ExistingTable {
  const types = new Map(Object.keys(columns).map((name) => [name, name === 'id' ? 'bigint' : 'text']))
  return { comment, columns: new Map(Object.entries(columns)), types, wide }
}

const id = column('id', 'bigint')

describe('the plan of a table', () => {
  test.each<[string, TableLayout, ExistingTable, string[]]>([
    [
      'makes one that is not there, with its comments',
      layoutOf([id, column('title', 'text', 'Title (title, varchar)')]),
      null,
      [
        'create table "p"."deals" (\n  "id" bigint,\n  "title" text,\n  "_synced_at" timestamptz not null default now(),\n  primary key ("id")\n)',
        `comment on column "p"."deals"."_synced_at" is 'When the row was last written; an unchanged row keeps it'`,
        `comment on table "p"."deals" is 'Deals'`,
        `comment on column "p"."deals"."title" is 'Title (title, varchar)'`,
      ],
    ],
    [
      'gives a child table a key of two columns',
      layoutOf([id, column('position', 'bigint')], { key: ['id', 'position'] }),
      null,
      [
        'create table "p"."deals" (\n  "id" bigint,\n  "position" bigint,\n  "_synced_at" timestamptz not null default now(),\n  primary key ("id", "position")\n)',
        `comment on column "p"."deals"."_synced_at" is 'When the row was last written; an unchanged row keeps it'`,
        `comment on table "p"."deals" is 'Deals'`,
      ],
    ],
    ['is empty where all is as it should be', layoutOf([id]), existing({ id: null, _synced_at: 'x' }), []],
    [
      'adds what is missing, with its comment',
      layoutOf([id, column('value', 'numeric', 'Value'), column('tags', 'text[]')]),
      existing({ id: null }),
      [
        'alter table "p"."deals" add column "value" numeric',
        `comment on column "p"."deals"."value" is 'Value'`,
        'alter table "p"."deals" add column "tags" text[]',
      ],
    ],
    [
      'follows a comment',
      layoutOf([{ ...id, comment: 'new' }], { comment: 'All deals' }),
      existing({ id: 'old' }),
      [`comment on table "p"."deals" is 'All deals'`, `comment on column "p"."deals"."id" is 'new'`],
    ],
    [
      'leaves the comment of a column alone that has another type, and so is not ours',
      layoutOf([id, column('size', 'numeric', 'Size')]),
      existing({ id: null, size: 'Of an analyst' }),
      [],
    ],
    [
      'takes a comment off',
      layoutOf([id]),
      existing({ id: 'old' }),
      ['comment on column "p"."deals"."id" is null'],
    ],
    [
      'leaves columns alone that nobody asks for any more, whoever added them',
      layoutOf([id]),
      existing({ id: null, cf_removed: 'Removed', note_of_an_analyst: null }),
      [],
    ],
  ])('%s', (_what, layout, found, ddl) => {
    expect(planTable('p', layout, found).map((change) => change.ddl)).toEqual(ddl)
  })

  test('says of each change what kind it is, and whose', () => {
    const layout = layoutOf([id, column('title', 'text', 'Title')])
    const reasons = (found: ExistingTable) =>
      planTable('p', layout, found).map(({ table, reason }) => `${table}: ${reason}`)
    expect(reasons(null)).toEqual(['deals: new table', ...Array<string>(3).fill('deals: comment')])
    expect(reasons(existing({ id: null }))).toEqual(['deals: new column', 'deals: comment'])
  })

  test('keeps the values of a wide table in its rows, once and for all', () => {
    const others = Array.from({ length: 200 }, (_, index) => column(`c${index}`))
    const held = Object.fromEntries([id, ...others].map(({ name }) => [name, null]))
    const storage = ['alter table "p"."deals" set (toast_tuple_target=8160)']
    const ddl = (layout: TableLayout, found: ExistingTable) =>
      planTable('p', layout, found).map((change) => change.ddl)
    expect(ddl(layoutOf([id, ...others]), existing(held))).toEqual(storage)
    expect(ddl(layoutOf([id, ...others]), existing(held, 'Deals', true))).toEqual([])
    expect(ddl(layoutOf(others), existing(held))).toEqual([])
    expect(ddl(layoutOf([id, ...others]), null)).toEqual(expect.arrayContaining(storage))
  })

  test('only ever adds', () => {
    const before = existing({ id: 'x', gone: 'y', title: null }, 'Old')
    const changes = planTable('p', layoutOf([id, column('new')]), before)
    expect(changes).not.toEqual([])
    for (const { ddl } of changes)
      expect(ddl).toMatch(/^(create table|alter table "p"."deals" add column|comment on) /)
  })

  test('quotes every name and every text', () => {
    const layout = layoutOf([column('a"b', 'text', "it's")], {
      table: 'select',
      key: ['a"b'],
      comment: "x'; drop",
    })
    const ddl = planTable('Sc"hema', layout, null).map((change) => change.ddl)
    expect(ddl[0]).toContain('create table "Sc""hema"."select" (\n  "a""b" text,')
    expect(ddl[0]).toContain('primary key ("a""b")')
    expect(ddl).toContain(`comment on table "Sc""hema"."select" is 'x''; drop'`)
    expect(ddl).toContain(`comment on column "Sc""hema"."select"."a""b" is 'it''s'`)
    expect(quoteIdentifier('a"b')).toBe('"a""b"')
  })
})
