import { describe, expect, test } from 'vitest'
import { createCatalogReader, type CatalogReader } from '../../src/extract/field-catalog.ts'
import type { ApiRequest, Send } from '../../src/extract/request.ts'
import { selectStreams, streams } from '../../src/streams/index.ts'
import type { CatalogSpec } from '../../src/streams/stream.ts'
import { answered, answers, failure } from './support.ts'

const HASH = 'a'.repeat(40)
const v2Spec: CatalogSpec = {
  entity: 'deals',
  sources: [{ path: '/api/v2/dealFields', cost: 10, paging: 'page-token', pageSize: 500 }],
}
const v1Spec: CatalogSpec = {
  entity: 'leads',
  sources: [{ path: '/v1/leadFields', cost: 20, paging: 'offset', pageSize: 500 }],
}
const v2Field = (code: string, more: object = {}) => ({
  field_code: code,
  field_name: `Label ${code}`,
  field_type: 'varchar',
  is_custom_field: true,
  ...more,
})
const v1Field = (key: string, more: object = {}) => ({
  key,
  name: `Label ${key}`,
  field_type: 'varchar',
  ...more,
})
const v2Page = (data: unknown[], next: string | null = null) => ({
  success: true,
  data,
  additional_data: { next_cursor: next },
})
const v1Page = (data: unknown[] | null, more = false) => ({
  success: true,
  data,
  additional_data: { pagination: { more_items_in_collection: more } },
})

/** A server that answers by path, and remembers what it was asked. */
function server(bodies: Readonly<Record<string, unknown>>): { send: Send; asked: ApiRequest[] } {
  const asked: ApiRequest[] = []
  return {
    asked,
    send: (request) => {
      asked.push(request)
      return Promise.resolve(
        answered(
          bodies[request.path] ??
            (request.path.startsWith('/v1') ? v1Page([v1Field('id')]) : v2Page([v2Field('id')])),
        ),
      )
    },
  }
}

async function readFields(reader: CatalogReader, stream: string, spec: CatalogSpec) {
  return (await reader.read(stream, spec, () => Promise.resolve('2026-05-01'))).fields
}

describe('a field', () => {
  test('of v2 is read with its options, whose ids become text', async () => {
    const options = [
      { id: 1, label: 'Cold', color: 'red' },
      { id: 'won', label: 'Won' },
    ]
    const body = v2Page([v2Field(HASH, { field_type: 'enum', description: 'How warm', options })])
    expect(await readFields(createCatalogReader(answers(body).send), 'deals', v2Spec)).toEqual([
      {
        code: HASH,
        label: `Label ${HASH}`,
        type: 'enum',
        description: 'How warm',
        isCustom: true,
        options: [
          { id: '1', label: 'Cold', color: 'red' },
          { id: 'won', label: 'Won', color: null },
        ],
      },
    ])
  })

  test.each([[undefined], [null], [[]]])('of v2 may have %j for options', async (options) => {
    const reader = createCatalogReader(
      answers(v2Page([v2Field('title', { is_custom_field: false, options })])).send,
    )
    expect(await readFields(reader, 'deals', v2Spec)).toMatchObject([
      { isCustom: false, description: null, options: [] },
    ])
  })

  test.each([
    ['forty hexadecimal digits', HASH, true],
    ['a word', 'title', false],
    ['thirty-nine digits', HASH.slice(1), false],
    ['a part of a custom field', `${HASH}_currency`, false],
  ])('of v1 is custom or not by its key: %s', async (_what, key, isCustom) => {
    const reader = createCatalogReader(answers(v1Page([v1Field(key)])).send)
    expect(await readFields(reader, 'leads', v1Spec)).toMatchObject([{ code: key, isCustom }])
  })

  test.each([
    [
      'v2, without a code',
      v2Spec,
      v2Page([v2Field('ok'), { field_name: 'x', field_type: 'text', is_custom_field: true }]),
    ],
    ['v2, without a type', v2Spec, v2Page([v2Field('ok', { field_type: undefined })])],
    ['v2, of unknown origin', v2Spec, v2Page([v2Field('ok', { is_custom_field: 'yes' })])],
    ['v2, with an option without a label', v2Spec, v2Page([v2Field('ok', { options: [{ id: 1 }] })])],
    ['v1, without a key', v1Spec, v1Page([{ name: 'x', field_type: 'text' }])],
    ['v1, that is none', v1Spec, v1Page(['x'])],
  ])('that cannot be read leaves its stream alone: %s', async (_what, spec, body) => {
    const error = await failure(readFields(createCatalogReader(answers(body).send), 'deals', spec))
    expect(error).toMatchObject({ code: 'E_SCHEMA', recovery: 'skip-stream' })
    expect(error.message).toContain(spec.sources[0]?.path ?? 'no path')
  })
})

describe('a catalog', () => {
  test('of v2 is read page by page', async () => {
    const { send, requests } = answers(v2Page([v2Field('a')], 'next'), v2Page([v2Field('b')]))
    const fields = await readFields(createCatalogReader(send), 'deals', v2Spec)
    expect(fields.map(({ code }) => code)).toEqual(['a', 'b'])
    expect(requests.map(({ params }) => params)).toEqual([{ limit: '500' }, { limit: '500', cursor: 'next' }])
    expect(requests[0]).toMatchObject({ stream: 'deals', cost: 10 })
  })

  test('of v1 is read from offset to offset', async () => {
    const { send, requests } = answers(v1Page([v1Field('a'), v1Field('b')], true), v1Page([v1Field('c')]))
    const fields = await readFields(createCatalogReader(send), 'leads', v1Spec)
    expect(fields.map(({ code }) => code)).toEqual(['a', 'b', 'c'])
    expect(requests.map(({ params }) => params)).toEqual([
      { limit: '500', start: '0' },
      { limit: '500', start: '2' },
    ])
  })

  test.each([
    ['v2, the same page token', v2Spec, v2Page([v2Field('a')], 'again')],
    ['v1, the same page', v1Spec, v1Page([v1Field('a')], true)],
    ['v1, more behind nothing', v1Spec, v1Page(null, true)],
  ])('without an end is E_PAGE_LOOP: %s', async (_what, spec, body) => {
    let asked = 0
    const send: Send = () => {
      if (++asked > 20) return Promise.reject(new Error('asked for ever'))
      return Promise.resolve(answered(body))
    }
    expect(await failure(readFields(createCatalogReader(send), 'deals', spec))).toMatchObject({
      code: 'E_PAGE_LOOP',
      recovery: 'skip-stream',
    })
  })

  test.each([v2Spec, v1Spec])('that is no list is E_ENVELOPE: $entity', async (spec) => {
    expect(
      (await failure(readFields(createCatalogReader(answers({ success: true }).send), 'deals', spec))).code,
    ).toBe('E_ENVELOPE')
  })

  test.each([
    ['of v2', v2Spec, v2Page([])],
    ['of v1', v1Spec, v1Page(null)],
    ['of v1, in another form', v1Spec, v1Page([])],
  ])('without any field is E_ENVELOPE: %s', async (_what, spec, body) => {
    expect(await failure(readFields(createCatalogReader(answers(body).send), 'deals', spec))).toMatchObject({
      code: 'E_ENVELOPE',
      recovery: 'skip-stream',
      message: expect.stringContaining(`deals: GET ${spec.sources[0]?.path} `) as string,
    })
  })

  test('of two sources of which one is empty is E_ENVELOPE too', async () => {
    const [leads] = selectStreams(['leads'])
    const { send } = server({ '/api/v2/dealFields': v2Page([]) })
    const reading = readFields(createCatalogReader(send), 'leads', leads?.catalogs[0] as CatalogSpec)
    expect(await failure(reading)).toMatchObject({ code: 'E_ENVELOPE' })
  })

  test('that fails concerns the stream that asked, and the next one asks for itself', async () => {
    const [leads] = selectStreams(['leads'])
    const { send, asked } = server({ '/api/v2/dealFields': { success: true } })
    const reader = createCatalogReader(send)
    const reading = [
      readFields(reader, 'deals', v2Spec),
      readFields(reader, 'leads', leads?.catalogs[0] as CatalogSpec),
    ]
    const errors = await Promise.all(reading.map(failure))
    expect(errors.map(({ message }) => message.slice(0, 12))).toEqual(['deals: GET /', 'leads: GET /'])
    const dealFields = asked.filter(({ path }) => path === '/api/v2/dealFields')
    expect(dealFields.map(({ stream }) => stream)).toEqual(['deals', 'leads'])
  })

  test('of leads has the lead’s fields and the deal’s custom ones, the lead’s own first', async () => {
    const [leads] = selectStreams(['leads'])
    const { send } = server({
      '/v1/leadFields': v1Page([v1Field('title'), v1Field(HASH, { name: 'By the lead' })]),
      '/api/v2/dealFields': v2Page([
        v2Field('stage_id', { is_custom_field: false }),
        v2Field(HASH, { field_name: 'By the deal' }),
        v2Field('b'.repeat(40)),
      ]),
    })
    const fields = await readFields(createCatalogReader(send), 'leads', leads?.catalogs[0] as CatalogSpec)
    expect(fields.map(({ code, label }) => [code, label])).toEqual([
      ['title', 'Label title'],
      [HASH, 'By the lead'],
      ['b'.repeat(40), `Label ${'b'.repeat(40)}`],
    ])
  })

  test('is asked for once by all streams together, even at the same time', async () => {
    const { send, asked } = server({})
    const reader = createCatalogReader(send)
    const specs = streams.flatMap((stream) => stream.catalogs.map((spec) => [stream.name, spec] as const))
    await Promise.all([...specs, ...specs].map(([name, spec]) => readFields(reader, name, spec)))
    const paths = asked.map(({ path }) => path)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths).toEqual([...new Set(paths)])
    await readFields(createCatalogReader(send), 'deals', v2Spec)
    expect(asked.length).toBe(paths.length + 1)
  })

  test('is as old as the first question for any part of it, whoever asked', async () => {
    const [leads] = selectStreams(['leads'])
    const reader = createCatalogReader(server({}).send)
    const moments = ['2026-05-02', '2026-05-03']
    const now = () => Promise.resolve(moments.shift() ?? '')
    expect(await reader.read('deals', v2Spec, now)).toMatchObject({ askedAt: '2026-05-02' })
    const catalog = await reader.read('leads', leads?.catalogs[0] as CatalogSpec, now)
    expect(catalog.askedAt).toBe('2026-05-02')
    expect(moments).toEqual([])
  })
})
