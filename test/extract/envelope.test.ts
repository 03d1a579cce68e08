import { describe, expect, test } from 'vitest'
import * as envelope from '../../src/extract/envelope.ts'
import type { Page } from '../../src/extract/page.ts'
import { aRequest, bodyOf, recordsOf } from './support.ts'

const read = <Opened extends { readonly records: Page }>({ records, ...rest }: Opened) => ({
  records: recordsOf(records),
  ...rest,
})
const openV1 = (json: unknown) => read(envelope.openV1(aRequest, bodyOf(json)))
const openV2 = (json: unknown) => read(envelope.openV2(aRequest, bodyOf(json)))
const openSingle = (json: unknown) => recordsOf(envelope.openSingle(aRequest, bodyOf(json)))
const openOne = (json: unknown) => envelope.openOne(aRequest, bodyOf(json))

const records = [{ id: 1 }, { id: 2 }]
const v1 = (more: unknown, data: unknown = records) => ({ success: true, data, additional_data: more })
const pagination = { start: 0, limit: 100, more_items_in_collection: true, next_start: 100 }

describe('a list', () => {
  test.each([
    ['a page token', { success: true, data: records, additional_data: { next_cursor: 'abc' } }, 'abc'],
    ['a null page token', { success: true, data: records, additional_data: { next_cursor: null } }, null],
    ['no page token', { success: true, data: records, additional_data: {} }, null],
    ['null for additional_data', { success: true, data: records, additional_data: null }, null],
    ['no additional_data', { success: true, data: records }, null],
  ])('of v2 may come with %s', (_what, body, nextToken) => {
    expect(openV2(body)).toEqual({ records, nextToken })
  })

  test.each([
    ['nested', v1({ pagination }), true],
    [
      'nested, on the last page',
      v1({ pagination: { ...pagination, more_items_in_collection: false } }),
      false,
    ],
    ['bare', v1({ ...pagination, more_items_in_collection: false }), false],
  ])('of v1 may come with its pagination %s', (_what, body, more) => {
    expect(openV1(body)).toEqual({ records, more })
  })

  test('may be empty, and v1 may say so with null', () => {
    const last = { pagination: { ...pagination, more_items_in_collection: false } }
    expect(openV1(v1(last, null))).toEqual({ records: [], more: false })
    expect(openV1(v1(last, []))).toEqual({ records: [], more: false })
    expect(openV2({ success: true, data: [] })).toEqual({ records: [], nextToken: null })
    expect(openSingle({ success: true, data: [] })).toEqual([])
  })

  test('that is never paged needs no more than its records', () => {
    expect(openSingle({ success: true, data: records })).toEqual(records)
  })

  test('that is never paged may be null where the registry says so, and nothing else', () => {
    const open = (json: unknown) =>
      recordsOf(envelope.openSingle(aRequest, bodyOf(json), { kind: 'list-or-null' }))
    expect(open({ success: true, data: null })).toEqual([])
    expect(open({ success: true, data: records })).toEqual(records)
    for (const [, body] of odd) expect(() => open(body)).toThrowError(ENVELOPE)
  })

  test.each([
    [{ kind: 'one' }, { id: 1 }, [{ id: 1 }]],
    [{ kind: 'member', name: 'goals' }, { goals: records }, records],
    [{ kind: 'member', name: 'goals' }, { goals: [] }, []],
    [
      { kind: 'members', name: 'service', value: 'account', none: [false, null] },
      { google: 'id', other: false, third: null, fourth: 0 },
      [
        { service: 'google', account: 'id' },
        { service: 'fourth', account: 0 },
      ],
    ],
  ] as const)('that is never paged is made of an object where the registry says %j', (shape, data, made) => {
    const open = (json: unknown) => recordsOf(envelope.openSingle(aRequest, bodyOf(json), shape))
    expect(open({ success: true, data })).toEqual(made)
    for (const wrong of [null, [], 'x', shape.kind === 'member' ? {} : undefined])
      expect(() => open({ success: true, data: wrong })).toThrowError(ENVELOPE)
  })

  test('of one is the record', () => {
    expect(openOne({ success: true, data: { id: 1 } })).toEqual({ id: 1 })
  })
})

const odd: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a text', 'ok'],
  ['a bare list', records],
  ['an empty object', {}],
  ['no data', { success: true, additional_data: { pagination } }],
  ['success false', { success: false, data: records, additional_data: { pagination } }],
  ['success as a word', { success: 'true', data: records, additional_data: { pagination } }],
  ['no success', { data: records, additional_data: { pagination } }],
  ['a text for data', { success: true, data: 'none', additional_data: { pagination } }],
  ['a number for data', { success: true, data: 0, additional_data: { pagination } }],
]
const ENVELOPE = expect.objectContaining({
  code: 'E_ENVELOPE',
  recovery: 'skip-stream',
  message: expect.stringMatching(
    /^deals: GET \/api\/v2\/deals\?limit=500 .*Nothing of it was loaded/,
  ) as string,
}) as Error

describe('an odd answer is an error with a name, never an empty list', () => {
  test.each(odd)('%s', (_what, body) => {
    for (const open of [openV1, openV2, openSingle, openOne]) expect(() => open(body)).toThrowError(ENVELOPE)
  })

  test.each([
    ['v2, null for data', openV2, { success: true, data: null }],
    ['v2, an object for data', openV2, { success: true, data: { items: [] } }],
    ['v2, an empty page token', openV2, { success: true, data: [], additional_data: { next_cursor: '' } }],
    [
      'v2, a number for a page token',
      openV2,
      { success: true, data: [], additional_data: { next_cursor: 7 } },
    ],
    ['v2, a list for additional_data', openV2, { success: true, data: [], additional_data: [] }],
    ['v1, no additional_data', openV1, { success: true, data: records }],
    ['v1, null for additional_data', openV1, v1(null)],
    ['v1, no pagination', openV1, v1({})],
    [
      'v1, a pagination that does not say whether there is more',
      openV1,
      v1({ pagination: { start: 0, limit: 100 } }),
    ],
    ['v1, a word for more', openV1, v1({ pagination: { ...pagination, more_items_in_collection: 'false' } })],
    ['v1, an object for data', openV1, v1({ pagination }, {})],
    ['unpaged, null for data', openSingle, { success: true, data: null }],
    ['unpaged, an object for data', openSingle, { success: true, data: {} }],
    ['one, null for data', openOne, { success: true, data: null }],
    ['one, a list for data', openOne, { success: true, data: records }],
  ])('%s', (_what, open, body) => {
    expect(() => open(body)).toThrowError(ENVELOPE)
  })

  test('the error says where the answer is odd', () => {
    expect(() => openV2({ success: true, data: 7 })).toThrowError('(at "data")')
    expect(() => openV2({ success: true, data: [], additional_data: { next_cursor: 7 } })).toThrowError(
      '(at "additional_data.next_cursor")',
    )
  })
})
