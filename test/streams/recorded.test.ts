import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseBody, type Body } from '../../src/extract/body.ts'
import { openSingle, openV1, openV2 } from '../../src/extract/envelope.ts'
import type { Page } from '../../src/extract/page.ts'
import { recordsOf } from '../extract/support.ts'
import { selectStreams } from '../../src/streams/index.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { compileTransform } from '../../src/transform/records.ts'
import { transformPage, type Row } from '../support/copy-rows.ts'
import { hasRecorded, published } from './openapi.ts'

type Answer = Readonly<Record<string, unknown>>

function recorded(name: string): Body {
  const file = readFileSync(join(published, 'recorded', `${name}.json`), 'utf8')
  const { body } = JSON.parse(file) as { body: unknown }
  return parseBody(Buffer.from(JSON.stringify(body)))
}

/** The records of a recorded answer as rows, each an object by column name. */
function decode(name: string, records: Page) {
  const [stream] = selectStreams([name])
  if (stream === undefined) throw new Error(name)
  const layout = layoutStream(stream, [])
  const page = transformPage(compileTransform(stream, []), layout, records)
  const named = (row: Row): Record<string, unknown> =>
    Object.fromEntries(layout.columns.map((column, index) => [column.name, row[index]]))
  return { ...page, rows: page.rows.map(named) }
}

const open: Readonly<Record<string, (body: Body) => Page>> = {
  stages: (body) => openV2(request, body).records,
  leads: (body) => openV1(request, body).records,
  notes: (body) => openV1(request, body).records,
  users: (body) => openSingle(request, body),
}
const request = { stream: 'recorded', path: '/recorded', params: {}, cost: 0 }

/** Everything a record says that is not null, one level of nesting opened: "value.amount" -> 15000. */
function said(record: unknown): [string, unknown][] {
  return Object.entries(record as Answer).flatMap(([key, value]): [string, unknown][] => {
    if (value === null) return []
    if (typeof value !== 'object' || Array.isArray(value)) return [[key, value]]
    return Object.entries(value as Answer).flatMap(([member, inner]): [string, unknown][] =>
      inner === null ? [] : [[`${key}.${member}`, inner]],
    )
  })
}

describe.skipIf(!hasRecorded)('answers of the real API', () => {
  test.each(Object.entries(open))('%s: every value of every record has its column', (name, opened) => {
    const page = opened(recorded(name))
    const records = recordsOf(page)
    const { rows, drift, cursors } = decode(name, page)
    expect(records.length).toBeGreaterThan(0)
    expect(drift).toEqual([])
    expect(cursors.filter((cursor) => cursor !== null && !Number.isFinite(cursor))).toEqual([])
    for (const [index, record] of records.entries()) {
      const row = rows[index] ?? {}
      expect(row['_extra']).toBeNull()
      const held = Object.values(row).filter((cell) => cell !== null)
      expect(held).toHaveLength(said(record).length)
    }
  })

  test('leads: an amount of money, a moment to the millisecond and a v1 visibility come out right', () => {
    const { rows, cursors } = decode('leads', openV1(request, recorded('leads')).records)
    expect(rows[0]).toMatchObject({
      id: '1bce0200-5044-11f1-8f4f-d7944c9e4f3a',
      value: 15000,
      currency: 'USD',
      update_time: '2026-05-15T09:54:47.968Z',
      visible_to: 3,
      label_ids: [],
      is_archived: false,
      _deleted_at: null,
    })
    expect(cursors[0]).toBe(Date.UTC(2026, 4, 15, 9, 54, 47, 968))
  })

  test('notes: a time without a zone is UTC, and a nested title has its column', () => {
    const { rows, cursors } = decode('notes', openV1(request, recorded('notes')).records)
    expect(rows[0]).toMatchObject({
      update_time: '2026-05-15T10:09:46Z',
      deal_title: 'Acme Corp - Enterprise License',
      organization_name: 'Acme Corp',
      user_is_you: true,
      _deleted_at: null,
    })
    expect(cursors[0]).toBe(Date.UTC(2026, 4, 15, 10, 9, 46))
  })

  test('users: flags come as 1 and as true', () => {
    const { rows } = decode('users', openSingle(request, recorded('users')))
    expect(rows[0]).toMatchObject({ is_admin: true, has_created_company: true, is_deleted: false })
    expect(JSON.parse(rows[0]?.['access'] as string)).toContainEqual(
      expect.objectContaining({ app: 'sales' }),
    )
  })

  test('pipelines in their old v1 shape: what has no column is kept under its own key and told', () => {
    const { rows, drift } = decode('pipelines', openV1(request, recorded('pipelines')).records)
    expect(rows[0]).toMatchObject({ id: 1, name: 'Pipeline', order_nr: 1, update_time: null })
    expect(JSON.parse(rows[0]?.['_extra'] as string)).toEqual({
      url_title: 'default',
      active: true,
      deal_probability: false,
      selected: false,
    })
    expect(drift.map(({ key, reason }) => `${key} ${reason}`).sort()).toEqual(
      ['active unknown', 'deal_probability unknown', 'selected unknown', 'url_title unknown'].sort(),
    )
    expect(drift.map(({ count }) => count)).toEqual(drift.map(() => rows.length))
  })

  test('stages: the recorded order is ascending by the cursor field', () => {
    const { cursors } = decode('stages', openV2(request, recorded('stages')).records)
    expect(cursors).toEqual([...cursors].sort((one, other) => Number(one) - Number(other)))
    expect(cursors.length).toBeGreaterThan(1)
  })
})
