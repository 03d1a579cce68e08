import { expect, test } from 'vitest'
import { z } from 'zod'
import { listStreams, type StreamsFlags } from '../../jobs/streams.ts'

const lines = z.array(
  z.object({ table: z.string(), endpoints: z.array(z.string()), cost: z.number(), mode: z.string() }),
)
const listed = (flags: StreamsFlags) => lines.parse(listStreams(flags).json)

test('the list of streams shows what the API asked for would read', () => {
  const flags = { stream: 'persons,users' }
  expect(listed(flags)[1]).toEqual({
    ...{ table: 'persons', endpoints: ['/api/v2/persons'], cost: 10, mode: 'incremental' },
  })
  const through = listed({ ...flags, api: 'v1-collection' })
  expect(through[1]).toMatchObject({ table: 'persons', endpoints: ['/v1/persons/collection'], cost: 10 })
  expect(through[0]).toEqual(listed(flags)[0])
  expect(through.map(({ table }) => table)).toEqual(listed(flags).map(({ table }) => table))
})

test('the page about all tables is as v2 fills them', () => {
  expect(() => listStreams({ markdown: true, api: 'v1-collection' })).toThrow(/leave --api out/)
  expect(listStreams({ markdown: true, api: 'v2' }).text).toContain('# The tables')
})
