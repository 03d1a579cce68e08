import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { status } from '../../jobs/status.ts'
import { openWorld, streamNamed } from '../support/world.ts'

const driftOf = z.object({
  drift: z.array(
    z.strictObject({
      stream: z.string(),
      field: z.string().nullable(),
      column: z.string().nullable(),
      code: z.string(),
      reason: z.string(),
      count: z.int().positive(),
      last_seen: z.iso.datetime(),
    }),
  ),
})

const warningsOf = z.object({
  streams: z.array(z.object({ stream: z.string(), warning: z.string().nullable() })),
})

/** A world, and what status says of it. */
async function place() {
  const world = await openWorld()
  const { clock, signal, reporter } = world.parts()
  const environment = { DATABASE_URL: world.db.url }
  return { world, look: () => status({ environment, clock, signal, reporter }) }
}

describe('status', () => {
  test('tells field by field what did not find its place in a column, and in how many rows', async () => {
    const { world, look } = await place()
    await using _world = world
    const { company } = world.emulator
    const [enumField, dateField] = ['enum', 'date'].map((type) => {
      const found = company.catalog.custom('deals').find((field) => field.type === type)
      if (found === undefined) throw new Error(`no ${type}`)
      return found
    })
    const [first = 0, second = 0, third = 0] = company.list('deals').map(({ id }) => id as number)
    const dates = { [dateField?.code ?? '']: '2026-02-30' }
    company.deals.set(first, { custom_fields: { ...dates, [enumField?.code ?? '']: 99 }, nobody_knows: 1 })
    company.deals.set(second, { custom_fields: dates, value: 'a lot' })
    const [person = 0] = company.list('persons').map(({ id }) => id as number)
    company.persons.set(person, {
      emails: [
        { value: 'a@x', odd: true },
        { value: 'b@x', odd: true },
      ],
    })
    const streams = ['deals', 'persons', 'users'].map(streamNamed)
    expect((await world.run({ streams })).status).toBe('done')

    const told = async () => {
      const { json, text } = await look()
      const { drift } = driftOf.parse(json)
      expect(drift.length).toBeGreaterThan(0)
      expect(text).toContain('Kept whole: in _extra')
      for (const { code } of drift) expect(text).toContain(code)
      return drift.map(({ last_seen: _, ...rest }) => rest).toSorted((a, b) => (a.code < b.code ? -1 : 1))
    }
    const columnOf = async (code = '') => {
      const [row] = await world.db.query('select column_name from pipedrive.fields where field_code = $1', [
        code,
      ])
      return row?.['column_name']
    }
    const unfit = { stream: 'deals', reason: 'unfit' }
    const custom = await Promise.all(
      [dateField, enumField].map(async (field, index) => ({
        ...unfit,
        field: field?.name,
        code: field?.code,
        // An option has its label in the first of its columns.
        column: await columnOf(field?.code),
        count: 2 - index,
      })),
    )
    const others = [
      { ...unfit, field: 'Value', column: 'value', code: 'value', count: 1 },
      { ...unfit, reason: 'unknown', field: null, column: null, code: 'nobody_knows', count: 1 },
      { stream: 'persons', reason: 'unknown', field: null, column: null, code: 'emails.odd', count: 2 },
    ]
    const byCode = [...custom, ...others].toSorted((a, b) => ((a.code ?? '') < (b.code ?? '') ? -1 : 1))
    expect(custom.map(({ column }) => column)).toEqual([
      expect.stringMatching(/^cf_/),
      expect.stringMatching(/^cf_/),
    ])
    expect(await told()).toEqual(byCode)

    company.deals.set(third, { custom_fields: dates })
    await world.run({ streams: streams.slice(0, 1), plan: { mode: 'sweep', since: null, until: null } })
    const again = await told()
    expect(again.find(({ code }) => code === dateField?.code)).toMatchObject({ count: 3 })
    for (const id of [first, second, third])
      company.deals.update(id, { custom_fields: { [dateField?.code ?? '']: '2026-02-28' } })
    await world.run({ streams: streams.slice(0, 1) })
    expect((await told()).map(({ code }) => code)).not.toContain(dateField?.code)
  })

  test('says nothing of it where everything has found its place', async () => {
    const { world, look } = await place()
    await using _world = world
    await world.run({ streams: [streamNamed('deals')] })
    const { json, text } = await look()
    expect(driftOf.parse(json).drift).toEqual([])
    expect(text).not.toContain('_extra')
  })

  test('shows that a stream had rows and now reads none, until it reads some again', async () => {
    const { world, look } = await place()
    await using _world = world
    const shown = async () => {
      await world.run({ streams: [streamNamed('users'), streamNamed('persons')] })
      const { json, text } = await look()
      const told = warningsOf.parse(json).streams.filter(({ warning }) => warning !== null)
      return { told, lines: text.split('\n').filter((line) => line.startsWith('WARNING: ')) }
    }
    expect(await shown()).toEqual({ told: [], lines: [] })

    const none = JSON.stringify({ success: true, data: [], additional_data: { next_cursor: null } })
    world.tap.onAnswer = ({ path }, answer) =>
      path === '/api/v2/persons' ? { ...answer, body: none } : undefined
    const { told, lines } = await shown()
    expect(told).toEqual([
      { stream: 'persons', warning: expect.stringMatching(/^persons: Pipedrive shows no record/) as string },
    ])
    expect(lines).toEqual([`WARNING: ${told[0]?.warning ?? ''}`])

    world.tap.onAnswer = () => undefined
    expect(await shown()).toEqual({ told: [], lines: [] })
  })
})
