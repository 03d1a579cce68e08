import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run, type Body, type Call } from './support/emulator.ts'
import { documents, haveDocuments } from './support/openapi.ts'

interface Recording {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

const recording = (name: string): Recording =>
  JSON.parse(readFileSync(join(documents, 'recorded', `${name}.json`), 'utf8')) as Recording

/** What every record of a list has at each place: `data[].value.amount` and its types. */
function shapeOf(value: unknown, at = '', found = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  found.set(at, (found.get(at) ?? new Set()).add(type))
  if (Array.isArray(value)) for (const one of value) shapeOf(one, `${at}[]`, found)
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) shapeOf(one, `${at}.${key}`, found)
  return found
}

type Shape = Record<string, string[]>

const listed = (shape: Map<string, Set<string>>): Shape =>
  Object.fromEntries([...shape].map(([at, types]) => [at, [...types]]))

/** Unset custom fields are absent from leads and set ones cannot be in a recording of another company. */
const known = (at: string): boolean => !/\.[0-9a-f]{40}/.test(at)

const answers: readonly [name: string, path: string][] = [
  ['users', '/v1/users'],
  ['leads', '/v1/leads'],
  ['notes', '/v1/notes'],
  ['pipelines', '/v1/pipelines'],
  ['stages', '/api/v2/stages?limit=500&sort_by=update_time&sort_direction=asc'],
]

/** Values that differ from company to company, or are counted down. */
const varying = new Set([
  ...['date', 'x-correlation-id', 'x-ratelimit-remaining', 'x-daily-ratelimit-token-remaining'],
  // Not sent by HTTP clients that read whole bodies.
  'transfer-encoding',
])

async function shapes(call: Call, name: string, path: string): Promise<{ ours: Shape; theirs: Shape }> {
  const { body } = await call(path)
  return { ours: listed(shapeOf(body)), theirs: listed(shapeOf(recording(name).body)) }
}

describe.skipIf(!haveDocuments)('beside the recorded answers of the real servers', () => {
  test.each(answers)('%s has every key that was recorded and no other', async (name, path) => {
    const { call } = await run()
    const { ours, theirs } = await shapes(call, name, path)
    const keysOf = (shape: Shape): string[] =>
      Object.keys(shape)
        .filter(known)
        .filter((at) => !at.endsWith('.next_start'))
        .filter((at) => !at.endsWith('[]') && !at.includes('label_ids'))
        .sort()
    expect(keysOf(ours)).toEqual(keysOf(theirs))
  })

  test.each(answers)('%s has the types that were recorded', async (name, path) => {
    const { call } = await run()
    const { ours, theirs } = await shapes(call, name, path)
    const typed = Object.entries(theirs).filter(([, types]) => !types.includes('null'))
    const wrong = typed.filter(([at, types]) => ours[at] && !types.every((type) => ours[at]?.includes(type)))
    expect(wrong).toEqual([])
  })

  test.each(answers)('%s comes with the headers that were recorded', async (name, path) => {
    const { call } = await run({ limits: { burst: 80, daily: 150_000 } })
    const { headers } = await call(path)
    const expected = Object.entries(recording(name).headers)
    for (const [header, value] of expected) {
      if (varying.has(header)) expect([header, headers.has(header)]).toEqual([header, true])
      else expect([header, headers.get(header)]).toEqual([header, value])
    }
  })

  test('pipelines have the state that was recorded: the first one was never updated', async () => {
    const { call } = await run()
    const { rows } = await call('/v1/pipelines')
    const theirs = recording('pipelines').body['data'] as Body[]
    expect(rows.map((row) => row['update_time'] === null)).toEqual(
      theirs.map((row) => row['update_time'] === null),
    )
    expect(rows[0]?.['url_title']).toBe(theirs[0]?.['url_title'])
  })

  test('stages come in the order that was recorded: by update_time, ties by id', async () => {
    const { call, emulator } = await run()
    const theirs = recording('stages').body['data'] as Body[]
    for (const stage of theirs) {
      if (!emulator.company.stages.get(stage['id'] as number)) emulator.company.stages.create()
    }
    while (emulator.company.stages.size < 17) emulator.company.stages.create()
    for (const { id, update_time: time } of theirs)
      emulator.company.stages.set(id as number, { update_time: time as string })
    const path = '/api/v2/stages?limit=500&sort_by=update_time&sort_direction=asc'
    const wanted = theirs.map((row) => row['id'])
    expect((await call(path)).ids.filter((id) => wanted.includes(id))).toEqual(wanted)
  })
})
