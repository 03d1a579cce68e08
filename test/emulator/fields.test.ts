import { describe, expect, test } from 'vitest'
import type { Json } from '../../emulator/index.ts'
import { iso, run, SECOND, START, type Body, type Running } from './support/emulator.ts'

const post = (json: unknown) => ({ method: 'POST', json })
const patch = (json: unknown) => ({ method: 'PATCH', json })
const remove = (json?: unknown) => ({ method: 'DELETE', ...(json === undefined ? {} : { json }) })

const dataOf = ({ body }: { body: Body }): Body => body['data'] as Body
const customOf = (row: Body | undefined): Body => row?.['custom_fields'] as Body

const entities = [
  ['dealFields', 'deals'],
  ['personFields', 'persons'],
  ['organizationFields', 'organizations'],
  ['productFields', 'products'],
] as const

const listed = async ({ call }: Running, path: string): Promise<unknown[]> =>
  (await call(`/api/v2/${path}?limit=500`)).rows.map((field) => field['field_code'])

describe('a custom field', () => {
  test.each(entities)('added to %s is a key of every record, unset', async (path, list) => {
    const running = await run()
    await running.call(`/api/v2/${list}?limit=500`)
    const field = dataOf(
      await running.call(`/api/v2/${path}`, post({ field_name: 'Colour', field_type: 'varchar' })),
    )
    const code = field['field_code'] as string
    expect(field).toMatchObject({
      field_name: 'Colour',
      field_type: 'varchar',
      is_custom_field: true,
      options: null,
    })
    expect(await listed(running, path)).toContain(code)
    const { rows } = await running.call(`/api/v2/${list}?limit=500`)
    expect(rows.map((row) => customOf(row)[code])).toEqual(rows.map(() => null))
  })

  test.each(entities)('renamed in %s keeps its code and every value', async (path, list) => {
    const { call, emulator } = await run()
    const code = emulator.company.catalog.custom(list)[0]?.code ?? ''
    const before = (await call(`/api/v2/${list}?limit=500`)).rows
    expect(dataOf(await call(`/api/v2/${path}/${code}`, patch({ field_name: 'Other' })))['field_name']).toBe(
      'Other',
    )
    expect(dataOf(await call(`/api/v2/${path}/${code}`))).toMatchObject({
      field_code: code,
      field_name: 'Other',
    })
    expect((await call(`/api/v2/${list}?limit=500`)).rows).toEqual(before)
  })

  test.each(entities)('deleted from %s is gone from the records and the fields', async (path, list) => {
    const running = await run()
    const code = running.emulator.company.catalog.custom(list)[0]?.code ?? ''
    expect(customOf((await running.call(`/api/v2/${list}?limit=1`)).rows[0])).toHaveProperty(code)
    expect((await running.call(`/api/v2/${path}/${code}`, remove())).status).toBe(200)
    expect(await listed(running, path)).not.toContain(code)
    expect(customOf((await running.call(`/api/v2/${list}?limit=1`)).rows[0])).not.toHaveProperty(code)
    expect((await running.call(`/api/v2/${path}/${code}`)).status).toBe(404)
  })

  test('may have the name of another', async () => {
    const { emulator } = await run()
    const names = emulator.company.catalog.custom('deals').map((field) => field.name)
    expect(new Set(names).size).toBeLessThan(names.length)
  })

  test.each([
    ['no name', { field_type: 'varchar' }],
    ['no type', { field_name: 'x' }],
    ['a type that cannot be made', { field_name: 'x', field_type: 'stage' }],
    ['an empty name', { field_name: ' ', field_type: 'varchar' }],
    ['a name of 256 letters', { field_name: 'x'.repeat(256), field_type: 'varchar' }],
    ['a choice of nothing', { field_name: 'x', field_type: 'enum' }],
    ['an empty list of options', { field_name: 'x', field_type: 'set', options: [] }],
    ['an option without a label', { field_name: 'x', field_type: 'set', options: [{ id: 1 }] }],
    [
      'options that its type does not have',
      { field_name: 'x', field_type: 'text', options: [{ label: 'y' }] },
    ],
    ['a description that is no text', { field_name: 'x', field_type: 'text', description: 1 }],
  ])('with %s is refused', async (_what, json) => {
    const { call } = await run()
    expect((await call('/api/v2/dealFields', post(json))).status).toBe(400)
  })

  test('keeps its description, and takes another', async () => {
    const { call } = await run()
    const json = { field_name: 'x', field_type: 'varchar', description: 'What it is for' }
    const made = dataOf(await call('/api/v2/dealFields', post(json)))
    expect(made['description']).toBe('What it is for')
    const at = `/api/v2/dealFields/${made['field_code'] as string}`
    await call(at, patch({ description: 'Something else' }))
    expect(dataOf(await call(at))).toMatchObject({ field_name: 'x', description: 'Something else' })
  })

  test.each([[{}], [{ field_name: '' }], [{ field_name: 7 }]])('is not edited by %j', async (json) => {
    const { call, emulator } = await run()
    const field = emulator.company.catalog.custom('deals')[0]
    expect((await call(`/api/v2/dealFields/${field?.code ?? ''}`, patch(json))).status).toBe(400)
    expect(emulator.company.catalog.custom('deals')[0]).toEqual(field)
  })

  test.each([
    ['renamed', '/api/v2/dealFields/title', patch({ field_name: 'x' })],
    ['deleted', '/api/v2/dealFields/title', remove()],
    ['given options', '/api/v2/dealFields/label_ids/options', post([{ label: 'x' }])],
    ['robbed of options', '/api/v2/dealFields/label_ids/options', remove([{ id: 11 }])],
  ])('that is built in cannot be %s', async (_what, path, request) => {
    const { call, emulator } = await run()
    const before = emulator.company.catalog.all('deals')
    expect((await call(path, request)).status).toBe(404)
    expect(emulator.company.catalog.all('deals')).toEqual(before)
  })

  test.each([
    [true, iso(START + SECOND)],
    [false, iso(START)],
  ])(
    'deleted moves the records that had a value when the switch is %s',
    async (fieldDeletionBumpsRecords, time) => {
      const { emulator, advance } = await run({ switches: { fieldDeletionBumpsRecords } })
      const { company } = emulator
      const { code } = company.fields.add('persons', 'Colour', 'varchar')
      const [one, other] = [{ [code]: 'red' }, {}].map(
        (values) => company.persons.create({ name: 'x', custom_fields: values })['id'] as number,
      )
      advance(SECOND)
      company.fields.remove('persons', code)
      expect(company.persons.get(one ?? 0)?.['update_time']).toBe(time)
      expect(company.persons.get(other ?? 0)?.['update_time']).toBe(iso(START))
    },
  )

  test('of a deal is a flat key of leads, only when it is set', async () => {
    const { call, emulator } = await run()
    const { code } = emulator.company.fields.add('deals', 'Budget', 'monetary')
    const set = dataOf(
      await call('/v1/leads', post({ title: 'x', person_id: 1, [code]: 10, [`${code}_currency`]: 'EUR' })),
    )
    const unset = dataOf(await call('/v1/leads', post({ title: 'y', person_id: 1 })))
    expect(set).toMatchObject({ [code]: 10, [`${code}_currency`]: 'EUR' })
    expect(unset).not.toHaveProperty(code)
  })
})

const withOptions = async (running: Running, type: 'enum' | 'set') => {
  const options = [{ label: 'Red' }, { label: 'Green' }]
  const made = await running.call(
    '/api/v2/personFields',
    post({ field_name: 'Colour', field_type: type, options }),
  )
  const field = dataOf(made)
  const ids = (field['options'] as Body[]).map((option) => option['id'] as number)
  return {
    code: field['field_code'] as string,
    ids,
    at: `/api/v2/personFields/${field['field_code'] as string}`,
  }
}

const optionsAt = async ({ call }: Running, at: string): Promise<Body[]> =>
  dataOf(await call(at))['options'] as Body[]

describe('an option', () => {
  test('that is added has an id of its own', async () => {
    const running = await run()
    const { at, ids } = await withOptions(running, 'enum')
    const added = dataOf(await running.call(`${at}/options`, post([{ label: 'Blue' }]))) as unknown as Body[]
    expect(added).toMatchObject([{ label: 'Blue' }])
    expect(ids).not.toContain(added[0]?.['id'])
    expect((await optionsAt(running, at)).map((option) => option['label'])).toEqual(['Red', 'Green', 'Blue'])
  })

  test('that is renamed keeps its id', async () => {
    const running = await run()
    const { at, ids } = await withOptions(running, 'enum')
    await running.call(`${at}/options`, patch([{ id: ids[0], label: 'Crimson' }]))
    expect(await optionsAt(running, at)).toMatchObject([{ id: ids[0], label: 'Crimson' }, { id: ids[1] }])
  })

  test('that is deleted is gone from v2 and listed as deleted by v1', async () => {
    const running = await run()
    const { at, ids, code } = await withOptions(running, 'enum')
    await running.call(`${at}/options`, remove([{ id: ids[0] }]))
    expect((await optionsAt(running, at)).map((option) => option['id'])).toEqual([ids[1]])
    const { rows } = await running.call('/v1/personFields?limit=500')
    const old = rows.find((field) => field['key'] === code)
    expect(old?.['options_deleted']).toMatchObject([{ id: ids[0], label: 'Red' }])
    expect(rows.filter((field) => 'options_deleted' in field)).toHaveLength(1)
  })

  test.each([
    ['enum', 'kept', [0, 0]],
    ['enum', 'cleared', [null, null]],
    ['set', 'kept', [[0], [0, 1]]],
    ['set', 'cleared', [null, [1]]],
  ] as const)('that is deleted leaves the values of a %s field %s', async (type, deletedOption, expected) => {
    const running = await run({ switches: { deletedOption } })
    const { at, ids, code } = await withOptions(running, type)
    const first = ids[0] ?? 0
    const values: Json[] = type === 'enum' ? [first, first] : [[first], ids]
    const { persons } = running.emulator.company
    const made = values.map(
      (value) => persons.create({ name: 'x', custom_fields: { [code]: value } })['id'] as number,
    )
    await running.call(`${at}/options`, remove([{ id: first }]))
    const { rows } = await running.call(`/api/v2/persons?ids=${made.join()}`)
    const asIndex = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(asIndex) : value === null ? null : ids.indexOf(value as number)
    expect(rows.map((row) => asIndex(customOf(row)[code]))).toEqual(expected)
  })

  test('that does not exist fails the whole request', async () => {
    const running = await run()
    const { at, ids } = await withOptions(running, 'set')
    const reply = await running.call(`${at}/options`, remove([{ id: ids[0] }, { id: 1 }]))
    expect(reply.status).toBe(404)
    expect(await optionsAt(running, at)).toHaveLength(2)
  })
})

describe('options are refused', () => {
  test('for a field that has none', async () => {
    const { call, emulator } = await run()
    const text = emulator.company.catalog.custom('persons').find((field) => field.type === 'varchar')
    const at = `/api/v2/personFields/${text?.code ?? ''}`
    expect((await call(`${at}/options`, post([{ label: 'x' }]))).status).toBe(400)
    expect(dataOf(await call(at))['options']).toBeNull()
  })

  test('when one is to be deleted twice, and then none is', async () => {
    const running = await run()
    const { at, ids } = await withOptions(running, 'set')
    const twice = [{ id: ids[0] }, { id: ids[1] }, { id: ids[0] }]
    expect((await running.call(`${at}/options`, remove(twice))).status).toBe(400)
    expect(await optionsAt(running, at)).toHaveLength(2)
  })
})

describe('the list of fields', () => {
  test('goes on at its place when fields were deleted, also the one it stopped at', async () => {
    const running = await run()
    const { call, emulator } = running
    const codes = await listed(running, 'dealFields')
    const first = await call('/api/v2/dealFields?limit=30')
    for (const at of [28, 29]) emulator.company.fields.remove('deals', codes[at] as string)
    const second = await call(`/api/v2/dealFields?limit=500&cursor=${first.next ?? ''}`)
    expect(second.rows.map((field) => field['field_code'])).toEqual(codes.slice(30))
  })

  test.each([
    ['refuse', 400],
    ['ignore', 200],
  ] as const)('treats the token of another list as the switch says: %s', async (badPageToken, status) => {
    const { call } = await run({ switches: { badPageToken } })
    const whole = (await call('/api/v2/personFields?limit=500')).text
    for (const other of ['/api/v2/deals?limit=1', '/api/v2/dealFields?limit=1']) {
      const { next } = await call(other)
      const reply = await call(`/api/v2/personFields?limit=500&cursor=${next ?? ''}`)
      expect(reply.status).toBe(status)
      if (status === 200) expect(reply.text).toBe(whole)
    }
  })

  test.each(['dealFields', 'leadFields'])('%s of v1 has the parts of a value behind it', async (path) => {
    const { call, emulator } = await run()
    const { rows } = await call(`/v1/${path}?limit=500`)
    const field = emulator.company.catalog.custom('deals').find((one) => one.type === 'timerange')
    const at = rows.findIndex((row) => row['key'] === field?.code)
    const part = (suffix: string) => ({
      ...{ id: null, key: `${field?.code ?? ''}_${suffix}`, is_subfield: true },
      ...{ parent_id: field?.id, id_suffix: suffix },
    })
    const parts = [part('until'), part('timezone_id')]
    expect(rows[at]).toMatchObject({ id: field?.id, subfields: parts })
    expect(rows[at]).not.toHaveProperty('is_subfield')
    expect(rows.slice(at + 1, at + 3)).toMatchObject(parts)
    expect(rows.map((row) => row['order_nr'])).toEqual(rows.map((_, i) => i + 1))
  })

  test('of activities is answered by v1 too', async () => {
    const { call } = await run()
    expect((await call('/v1/activityFields')).rows.map((row) => row['key'])).toContain('due_date')
  })

  test('is paged by token', async () => {
    const { call } = await run()
    const whole = (await call('/api/v2/dealFields?limit=500')).rows
    const first = await call('/api/v2/dealFields?limit=30')
    const second = await call(`/api/v2/dealFields?limit=500&cursor=${first.next ?? ''}`)
    expect([...first.rows, ...second.rows]).toEqual(whole)
    expect(second.next).toBeNull()
  })

  test('has the parts of composite fields', async () => {
    const { call } = await run()
    const { rows } = await call('/api/v2/dealFields?limit=500')
    const partsOf = (type: string): unknown[] => {
      const field = rows.find((one) => one['field_type'] === type && one['is_custom_field'] === true)
      return ((field?.['subfields'] ?? []) as Body[]).map((part) => part['field_code'])
    }
    expect(partsOf('monetary')).toEqual(['value', 'currency'])
    expect(partsOf('daterange')).toEqual(['value', 'until'])
    expect(partsOf('timerange')).toEqual(['value', 'until', 'timezone_id'])
    expect(partsOf('address')).toContain('formatted_address')
    expect(partsOf('varchar')).toEqual([])
  })

  test('of v1 answers 410 for a field that is not there', async () => {
    const { call } = await run()
    const gone = await call('/v1/dealFields/999999')
    expect([gone.status, gone.body['error']]).toEqual([410, 'The field is not found'])
  })
})
