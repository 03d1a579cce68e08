import { expect, test } from 'vitest'
import { run, type Body, type Running } from './support/emulator.ts'

const put = (json: unknown = {}) => ({ method: 'PUT', json })
const patch = (json: unknown) => ({ method: 'PATCH', json })
const dataOf = ({ body }: { body: Body }): Body => body['data'] as Body

const FIELDS = '/_emulator/fields/deals'
const SCORE = { field_name: 'Renewal score', field_type: 'double' }

async function deal({ call }: Running, id: number): Promise<Body> {
  return dataOf(await call(`/api/v2/deals/${id}`))
}

async function values(running: Running, code: string): Promise<unknown[]> {
  const { rows } = await running.call('/api/v2/deals?limit=500')
  return rows.map((row) => (row['custom_fields'] as Body)[code])
}

function codeOf({ emulator }: Running, type: string): string {
  return emulator.company.catalog.custom('deals').find((field) => field.type === type)?.code ?? ''
}

test('a field gets another type under its code; records keep what the new type takes, and their update_time', async () => {
  const running = await run()
  const [text, amount] = [codeOf(running, 'varchar'), codeOf(running, 'double')]
  const texts = await values(running, text)
  const { rows } = await running.call('/api/v2/deals?limit=500')
  const times = rows.map((row) => row['update_time'])
  running.advance(60_000)
  expect(dataOf(await running.call(`${FIELDS}/${text}`, put({ field_type: 'text' })))).toMatchObject({
    field_code: text,
    field_type: 'text',
  })
  expect(dataOf(await running.call(`${FIELDS}/${amount}`, put({ field_type: 'date' })))).toMatchObject({
    field_type: 'date',
  })
  expect(texts.some((value) => typeof value === 'string')).toBe(true)
  expect(await values(running, text)).toEqual(texts)
  expect(new Set(await values(running, amount))).toEqual(new Set([null]))
  const after = await running.call('/api/v2/deals?limit=500')
  expect(after.rows.map((row) => row['update_time'])).toEqual(times)
})

test('a retyped field has the options that it had, or those that are given', async () => {
  const running = await run()
  const [choice, text] = [codeOf(running, 'enum'), codeOf(running, 'varchar')]
  const before = dataOf(await running.call(`/api/v2/dealFields/${choice}`))['options']
  const set = dataOf(await running.call(`${FIELDS}/${choice}`, put({ field_type: 'set' })))
  expect(set).toMatchObject({ field_type: 'set', options: before })
  expect((await running.call(`${FIELDS}/${text}`, put({ field_type: 'enum' }))).status).toBe(400)
  const options = [{ label: 'Yes' }, { label: 'No' }]
  const made = dataOf(await running.call(`${FIELDS}/${text}`, put({ field_type: 'enum', options })))
  expect(made['options']).toMatchObject(options)
})

test('a field that was removed comes back in its place with its values, also those of records edited meanwhile', async () => {
  const running = await run()
  const code = codeOf(running, 'varchar')
  const list = async () =>
    (await running.call('/api/v2/dealFields?limit=500')).rows.map((field) => field['field_code'])
  const [before, fields] = [await values(running, code), await list()]
  const { rows } = await running.call('/api/v2/deals?limit=500')
  const edited = rows.find((row) => (row['custom_fields'] as Body)[code] !== null)?.['id']
  await running.call(`/api/v2/dealFields/${code}`, { method: 'DELETE' })
  await running.call(`/api/v2/deals/${Number(edited)}`, patch({ title: 'Edited' }))
  expect(new Set(await values(running, code))).toEqual(new Set([undefined]))
  expect(dataOf(await running.call(`${FIELDS}/${code}`, put()))).toMatchObject({ field_code: code })
  expect(await values(running, code)).toEqual(before)
  expect(await list()).toEqual(fields)
})

test('a field of Pipedrive itself that is new stands in every record, and takes values', async () => {
  const running = await run()
  expect(dataOf(await running.call(`${FIELDS}/renewal_score`, put(SCORE)))).toMatchObject({
    field_code: 'renewal_score',
    is_custom_field: false,
  })
  expect(await deal(running, 1)).toHaveProperty('renewal_score', null)
  running.advance(60_000)
  await running.call('/_emulator/records/deals/1', patch({ renewal_score: 7 }))
  const { rows } = await running.call('/api/v2/deals?updated_since=2026-06-15T12:00:30Z')
  expect(rows.map((row) => [row['id'], row['renewal_score']])).toEqual([[1, 7]])
  expect((await running.call(`${FIELDS}/renewal_score`, put(SCORE))).status).toBe(400)
})

test('a record is given what no call of Pipedrive takes', async () => {
  const running = await run()
  const code = codeOf(running, 'double')
  const odd = { custom_fields: { [code]: 'large' } }
  expect((await running.call('/api/v2/deals/1', patch(odd))).status).toBe(400)
  expect((await running.call('/_emulator/records/deals/1', patch(odd))).status).toBe(200)
  expect((await deal(running, 1))['custom_fields']).toHaveProperty(code, 'large')
})

test('several records are given the same, and have changed', async () => {
  const running = await run()
  running.advance(60_000)
  const changed = await running.call(
    '/_emulator/records/deals',
    patch({ ids: [3, 5], patch: { title: 'Both' } }),
  )
  expect(dataOf(changed)).toEqual({ changed: 2 })
  const { rows } = await running.call('/api/v2/deals?updated_since=2026-06-15T12:00:30Z')
  expect(rows.map((row) => [row['id'], row['title']])).toEqual([
    [3, 'Both'],
    [5, 'Both'],
  ])
})

test('one of several that is not there leaves all of them alone', async () => {
  const running = await run()
  const { title } = await deal(running, 3)
  const wrong = patch({ ids: [3, 123456], patch: { title: 'Both' } })
  expect((await running.call('/_emulator/records/deals', wrong)).status).toBe(404)
  expect(await deal(running, 3)).toHaveProperty('title', title)
})

test('what was asked is told from outside too, until it is to be forgotten', async () => {
  const { call, emulator } = await run()
  await call('/api/v2/deals?limit=1')
  await call('/v1/users/me')
  const told = await call('/_emulator/requests')
  expect(told.rows).toEqual(emulator.requests)
  expect(told.rows.map(({ path }) => path)).toEqual(['/api/v2/deals', '/v1/users/me'])
  expect((await call('/_emulator/requests', { method: 'DELETE' })).rows).toEqual([])
  expect((await call('/_emulator/requests')).rows).toEqual([])
})

test('these calls take the token, cost nothing, are not among the requests and are struck by no fault', async () => {
  const running = await run({ limits: { burst: 0 } })
  const { emulator, call } = running
  emulator.faults.add({ kind: 'timeout-524', times: 1 })
  expect((await call(`${FIELDS}/renewal_score`, put(SCORE))).status).toBe(200)
  expect(emulator.requests).toEqual([])
  expect((await call('/api/v2/deals')).status).toBe(524)
  const stranger = { ...put(SCORE), headers: { 'x-api-token': 'wrong' } }
  expect((await call(`${FIELDS}/other`, stranger)).status).toBe(401)
})

test.each([
  ['fields of nothing', 'PUT', '/_emulator/fields/nothing/code', SCORE, 404],
  ['a record of nothing', 'PATCH', '/_emulator/records/nothing/1', {}, 404],
  ['a record that is not there', 'PATCH', '/_emulator/records/deals/123456', {}, 404],
  ['several records of nothing', 'PATCH', '/_emulator/records/nothing', { ids: [], patch: {} }, 404],
  ['several records without a patch', 'PATCH', '/_emulator/records/deals', { ids: [1] }, 400],
  ['a path that is none', 'GET', '/_emulator/records/deals/1', undefined, 404],
  ['a new field without a type', 'PUT', `${FIELDS}/x`, { field_name: 'x' }, 400],
  ['a list for a record', 'PATCH', '/_emulator/records/deals/1', [], 400],
])('%s: refused', async (_, method, path, json, status) => {
  const { call } = await run()
  expect((await call(path, { method, ...(json === undefined ? {} : { json }) })).status).toBe(status)
})
