import { describe, expect, test } from 'vitest'
import { DAY, iso, run, SECOND, START, type Body, type Running } from './support/emulator.ts'

const post = (json: unknown) => ({ method: 'POST', json })
const patch = (json: unknown) => ({ method: 'PATCH', json })
const put = (json: unknown) => ({ method: 'PUT', json })
const remove = { method: 'DELETE' }

const dataOf = ({ body }: { body: Body }): Body => body['data'] as Body

async function hourLater(options?: Parameters<typeof run>[0]): Promise<Running> {
  const running = await run(options)
  running.advance(3600 * SECOND)
  return running
}

const LATER = iso(START + 3600 * SECOND)

describe('a record that is made', () => {
  test.each([
    ['deals', { title: 'Katus' }, 200],
    ['persons', { name: 'Õie Öpik' }, 200],
    ['organizations', { name: '客户' }, 200],
    ['activities', { subject: 'Call' }, 200],
    ['products', { name: 'Tile' }, 201],
    ['pipelines', { name: 'New' }, 200],
    ['stages', { name: 'First', pipeline_id: 1 }, 200],
  ])('in %s is in the list with its times', async (list, json, status) => {
    const { call } = await hourLater()
    const made = await call(`/api/v2/${list}`, post(json))
    expect(made.status).toBe(status)
    expect(dataOf(made)).toMatchObject({ ...json, add_time: LATER, update_time: LATER })
    const { rows } = await call(`/api/v2/${list}?limit=500`)
    expect(rows.at(-1)).toMatchObject({ ...json, id: dataOf(made)['id'] })
  })

  test.each([
    ['leads', { title: 'Lead', person_id: 1 }, 201, '2026-06-15T13:00:00.000Z'],
    ['notes', { content: '<b>x</b>', deal_id: 1 }, 200, '2026-06-15 13:00:00'],
  ])('in v1 %s has the times of v1', async (list, json, status, time) => {
    const { call } = await hourLater()
    const made = await call(`/v1/${list}`, post(json))
    expect(made.status).toBe(status)
    expect(dataOf(made)).toMatchObject({ ...json, add_time: time, update_time: time })
    expect((await call(`/v1/${list}/${dataOf(made)['id'] as string}`)).status).toBe(200)
  })

  test.each([
    ['/api/v2/deals', {}],
    ['/api/v2/persons', { first_name: 'x' }],
    ['/api/v2/stages', { name: 'x' }],
    ['/v1/leads', {}],
    ['/v1/notes', { deal_id: 1 }],
    ['/api/v2/deals', []],
    ['/api/v2/deals', { title: 'x', custom_fields: { nosuchfield: 1 } }],
  ])('at %s must have what is required', async (path, json) => {
    const { call } = await run()
    expect((await call(path, post(json))).status).toBe(400)
  })

  test('takes the id after the highest, even after deletions', async () => {
    const { call } = await run({ size: { persons: 4 } })
    await call('/api/v2/persons/4', remove)
    expect(dataOf(await call('/api/v2/persons', post({ name: 'x' })))['id']).toBe(5)
  })
})

describe('a record that is edited', () => {
  test.each([
    ['deals', { title: 'New' }],
    ['persons', { name: 'New Name' }],
    ['organizations', { name: 'New' }],
    ['activities', { subject: 'New' }],
    ['products', { name: 'New' }],
    ['pipelines', { name: 'New' }],
  ])('in %s has a new update_time and the same add_time', async (list, json) => {
    const { call, emulator } = await hourLater()
    emulator.company[list as 'deals'].set(2, { is_archived: false })
    const before = dataOf(await call(`/api/v2/${list}/2`))
    const after = dataOf(await call(`/api/v2/${list}/2`, patch(json)))
    expect(after).toMatchObject({ ...json, add_time: before['add_time'], update_time: LATER })
    expect(after).toMatchObject(dataOf(await call(`/api/v2/${list}/2`)))
  })

  test('keeps the custom fields that the edit does not name', async () => {
    const { call, emulator } = await run()
    const [one, other] = emulator.company.catalog.custom('persons').map((field) => field.code)
    const made = dataOf(
      await call('/api/v2/persons', post({ name: 'x', custom_fields: { [one ?? '']: 'a' } })),
    )
    const edit = patch({ custom_fields: { [other ?? '']: 'b' } })
    const after = dataOf(await call(`/api/v2/persons/${made['id'] as number}`, edit))
    expect(after['custom_fields']).toMatchObject({ [one ?? '']: 'a', [other ?? '']: 'b' })
  })

  test('cannot set what Pipedrive alone sets', async () => {
    const { call } = await hourLater()
    const after = dataOf(
      await call('/api/v2/persons/1', patch({ id: 99, add_time: iso(0), update_time: iso(0) })),
    )
    expect(after).toMatchObject({ id: 1, update_time: LATER })
    expect(after['add_time']).not.toBe(iso(0))
  })

  test('a deal that is won has its times, and loses them when it is opened again', async () => {
    const { call, emulator } = await hourLater()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    const won = dataOf(await call(`/api/v2/deals/${id}`, patch({ status: 'won' })))
    expect(won).toMatchObject({
      won_time: LATER,
      close_time: LATER,
      local_won_date: '2026-06-15',
      lost_time: null,
    })
    const open = dataOf(await call(`/api/v2/deals/${id}`, patch({ status: 'open' })))
    expect(open).toMatchObject({ won_time: null, close_time: null, status: 'open' })
  })

  test("a deal that moves to another stage is in that stage's pipeline", async () => {
    const { call, emulator } = await hourLater()
    const id = emulator.company.deals.create({ title: 'x', stage_id: 1 })['id'] as number
    const last = emulator.company.stages.list().at(-1)
    const moved = dataOf(await call(`/api/v2/deals/${id}`, patch({ stage_id: last?.['id'] })))
    expect(moved).toMatchObject({ pipeline_id: last?.['pipeline_id'], stage_change_time: LATER })
  })

  test('an activity that is done says when', async () => {
    const { call, emulator } = await hourLater()
    const id = emulator.company.activities.create({ subject: 'x' })['id'] as number
    const done = dataOf(await call(`/api/v2/activities/${id}`, patch({ done: true })))
    expect(done['marked_as_done_time']).toBe(LATER)
  })

  test.each([
    [true, LATER],
    [false, 'the time before'],
  ])(
    'a stage moves the update_time of its siblings when the switch is %s',
    async (stagePatchBumpsSiblings, time) => {
      const { call } = await hourLater({ switches: { stagePatchBumpsSiblings } })
      const sibling = async (): Promise<Body> => dataOf(await call('/api/v2/stages/2'))
      const before = (await sibling())['update_time']
      await call('/api/v2/stages/1', patch({ name: 'New' }))
      expect((await sibling())['update_time']).toBe(time === LATER ? LATER : before)
      expect(dataOf(await call('/api/v2/stages/1'))['update_time']).toBe(LATER)
    },
  )

  test.each([
    [true, LATER],
    [false, null],
  ])('adding a note moves the deal when the switch is %s', async (childBumpsParent, time) => {
    const { call } = await hourLater({ switches: { childBumpsParent } })
    const before = dataOf(await call('/api/v2/deals/1'))['update_time']
    await call('/v1/notes', post({ content: 'x', deal_id: 1 }))
    expect(dataOf(await call('/api/v2/deals/1'))['update_time']).toBe(time ?? before)
  })

  test.each([
    ['notes', put({ content: 'New' })],
    ['files', put({ name: 'New' })],
  ])('in v1 %s has a new update_time', async (list, edit) => {
    const { call } = await hourLater()
    expect(dataOf(await call(`/v1/${list}/1`, edit))['update_time']).toBe('2026-06-15 13:00:00')
  })

  test('a user has a new modified', async () => {
    const { call, emulator } = await hourLater()
    const [user] = emulator.company.users
    await call(`/v1/users/${user?.['id'] as number}`, put({ active_flag: false }))
    expect(emulator.company.users.get(user?.['id'] as number)).toMatchObject({
      active_flag: false,
      modified: '2026-06-15 13:00:00',
    })
  })
})

describe('a record that is deleted', () => {
  test('a deal is left out unless deleted ones are asked for, with the deletion as its update_time', async () => {
    const { call, emulator } = await hourLater()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    expect(dataOf(await call(`/api/v2/deals/${id}`, remove))).toEqual({ id })
    expect((await call(`/api/v2/deals?ids=${id}`)).rows).toEqual([])
    const { rows } = await call(`/api/v2/deals?ids=${id}&status=deleted`)
    expect(rows).toMatchObject([{ id, is_deleted: true, status: 'deleted', update_time: LATER }])
  })

  test('a deal keeps its status when the switch says so', async () => {
    const { call } = await run({ switches: { deletedDealStatus: 'kept' } })
    const made = dataOf(await call('/api/v2/deals', post({ title: 'x' })))
    await call(`/api/v2/deals/${made['id'] as number}`, remove)
    const { rows } = await call(`/api/v2/deals?ids=${made['id'] as number}&status=deleted`)
    expect(rows).toMatchObject([{ is_deleted: true, status: 'open' }])
  })

  test.each(['persons', 'organizations', 'activities', 'products'])(
    '%s leave the list, or stay marked when the switch says so',
    async (list) => {
      const [gone, stays] = [await run(), await run({ switches: { deletedInLists: true } })]
      for (const { call } of [gone, stays]) expect((await call(`/api/v2/${list}/2`, remove)).status).toBe(200)
      expect((await gone.call(`/api/v2/${list}?ids=2`)).rows).toEqual([])
      expect((await stays.call(`/api/v2/${list}?ids=2`)).rows).toMatchObject([{ id: 2, is_deleted: true }])
    },
  )

  test.each([
    ['flagged', 200],
    ['not-found', 404],
  ] as const)('is %s when read by id, as the switch says', async (deletedById, status) => {
    const { call } = await run({ switches: { deletedById } })
    await call('/api/v2/persons/2', remove)
    const reply = await call('/api/v2/persons/2')
    expect(reply.status).toBe(status)
    if (status === 200) expect(dataOf(reply)['is_deleted']).toBe(true)
    else expect(reply.body['error']).toBe('Entity was not found')
  })

  test('is 410 when it is deleted again', async () => {
    const { call } = await run()
    await call('/api/v2/persons/2', remove)
    const again = await call('/api/v2/persons/2', remove)
    expect([again.status, again.body]).toEqual([410, { success: true, data: { id: 2 } }])
  })

  test.each([
    ['deals', '/api/v2/deals/1', '/api/v2/deals?ids=1&status=deleted'],
    ['persons', '/api/v2/persons/1', '/api/v2/persons?ids=1'],
    ['organizations', '/api/v2/organizations/1', '/api/v2/organizations?ids=1'],
    ['activities', '/api/v2/activities/1', '/api/v2/activities?ids=1'],
    ['products', '/api/v2/products/1', '/api/v2/products?ids=1'],
  ] as const)('%s are there for 30 days and then gone for good', async (entity, one, list) => {
    const { call, advance, emulator } = await run({ switches: { deletedInLists: true } })
    emulator.company[entity].set(1, { is_archived: false, is_deleted: false })
    await call(one, remove)
    advance(30 * DAY - SECOND)
    expect((await call(list)).ids).toEqual([1])
    advance(SECOND)
    expect((await call(list)).ids).toEqual([])
    expect((await call(one)).status).toBe(404)
    expect((await call(one, remove)).status).toBe(404)
    expect(emulator.company[entity].get(1)).toBeUndefined()
  })

  test('a file is inactive and then purged, a note is inactive for ever', async () => {
    const { call, advance } = await run()
    await call('/v1/files/1', remove)
    await call('/v1/notes/1', remove)
    expect(dataOf(await call('/v1/files/1'))['active_flag']).toBe(false)
    advance(30 * DAY)
    expect((await call('/v1/files/1')).status).toBe(404)
    expect(dataOf(await call('/v1/notes/1'))['active_flag']).toBe(false)
  })

  test('deals that were deleted before the emulator started are purged in their turn', async () => {
    const { call, advance } = await run({ size: { deals: 600 } })
    const deleted = async (): Promise<number> =>
      (await call('/api/v2/deals?limit=500&status=deleted')).rows.length
    expect(await deleted()).toBeGreaterThan(3)
    advance(30 * DAY)
    expect(await deleted()).toBe(0)
  })

  test('a lead vanishes at once', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.leads.create({ title: 'x' })['id'] as string
    expect(dataOf(await call(`/v1/leads/${id}`, remove))).toEqual({ id })
    const reply = await call(`/v1/leads/${id}`)
    expect([reply.status, reply.body['error']]).toEqual([404, 'requested lead not found'])
  })

  test.each([
    [true, 1],
    [false, 0],
  ])('a note is listed when the switch is %s', async (deletedNotesListed, times) => {
    const { call } = await run({ switches: { deletedNotesListed } })
    await call('/v1/notes/2', remove)
    expect((await call('/v1/notes')).ids.filter((id) => id === 2)).toHaveLength(times)
  })

  test('a deal can be brought back by an edit, and is then not purged', async () => {
    const { call, advance } = await run()
    const id = dataOf(await call('/api/v2/deals', post({ title: 'x' })))['id'] as number
    expect(dataOf(await call(`/api/v2/deals/${id}`, patch({ is_deleted: true })))['is_deleted']).toBe(true)
    expect((await call(`/api/v2/deals/${id}`, patch({ title: 'y' }))).status).toBe(404)
    const back = dataOf(await call(`/api/v2/deals/${id}`, patch({ is_deleted: false })))
    expect([back['is_deleted'], back['status']]).toEqual([false, 'open'])
    advance(31 * DAY)
    expect((await call(`/api/v2/deals/${id}`)).status).toBe(200)
  })

  test.each(['/api/v2/deals/999999', '/v1/notes/999999', '/v1/users/1'])(
    '%s was never there: 404',
    async (path) => {
      const { call } = await run()
      expect((await call(path)).status).toBe(404)
    },
  )
})

describe('archiving', () => {
  test('moves a deal between the two lists', async () => {
    const { call } = await hourLater()
    const id = dataOf(await call('/api/v2/deals', post({ title: 'x' })))['id'] as number
    const places = async (): Promise<number[]> => {
      const paths = [`/api/v2/deals?ids=${id}`, `/api/v2/deals/archived?ids=${id}`]
      return Promise.all(paths.map(async (path) => (await call(path)).rows.length))
    }
    expect(await places()).toEqual([1, 0])
    const archived = dataOf(await call(`/api/v2/deals/${id}`, patch({ is_archived: true })))
    expect(archived).toMatchObject({ is_archived: true, archive_time: LATER })
    expect(await places()).toEqual([0, 1])
    const back = dataOf(await call(`/api/v2/deals/${id}`, patch({ is_archived: false })))
    expect(back).toMatchObject({ is_archived: false, archive_time: null })
    expect(await places()).toEqual([1, 0])
  })

  test('makes a deal read-only', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    emulator.company.deals.archive(id)
    expect((await call(`/api/v2/deals/${id}`, patch({ title: 'y' }))).status).toBe(400)
  })

  test('moves a lead between the two lists', async () => {
    const { call } = await run()
    const id = dataOf(await call('/v1/leads', post({ title: 'x', person_id: 1 })))['id'] as string
    await call(`/v1/leads/${id}`, patch({ is_archived: true }))
    expect((await call('/v1/leads')).ids).not.toContain(id)
    expect((await call('/v1/leads/archived')).ids).toContain(id)
  })

  test.each([
    [true, LATER],
    [false, iso(START)],
  ])('moves update_time when the switch is %s', async (archiveBumpsUpdateTime, time) => {
    const { emulator, advance } = await run({ switches: { archiveBumpsUpdateTime } })
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    advance(3600 * SECOND)
    expect(emulator.company.deals.archive(id)['update_time']).toBe(time)
  })

  test.each([
    [true, LATER],
    [false, iso(START)],
  ])('by PATCH moves update_time when the switch is %s', async (archiveBumpsUpdateTime, time) => {
    const { call, emulator, advance } = await run({ switches: { archiveBumpsUpdateTime } })
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    advance(3600 * SECOND)
    const archived = dataOf(await call(`/api/v2/deals/${id}`, patch({ is_archived: true })))
    expect(archived).toMatchObject({ is_archived: true, update_time: time })
    const back = await call(`/api/v2/deals/${id}`, patch({ is_archived: false, title: 'y' }))
    expect(dataOf(back)).toMatchObject({ is_archived: false, update_time: LATER })
  })

  test('that moves no update_time leaves the other switches alone', async () => {
    const { call, emulator } = await hourLater({
      switches: { archiveBumpsUpdateTime: false, childBumpsParent: true },
    })
    emulator.company.deals.set(1, { is_deleted: false, is_archived: false })
    await call('/v1/notes', post({ content: 'x', deal_id: 1 }))
    expect(dataOf(await call('/api/v2/deals/1'))['update_time']).toBe(LATER)
  })

  test('refuses to bring back an archived deal without touching it', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    emulator.company.deals.archive(id)
    emulator.company.deals.delete(id)
    const before = emulator.company.deals.get(id)
    expect((await call(`/api/v2/deals/${id}`, patch({ is_deleted: false }))).status).toBe(400)
    expect(emulator.company.deals.get(id)).toEqual(before)
  })
})

describe('a merge', () => {
  const merged = async (running: Running): Promise<{ kept: number; lost: number }> => {
    const { company } = running.emulator
    const kept = company.persons.create({ name: 'Kept Person', org_id: null })['id'] as number
    const lost = company.persons.create({ name: 'Lost Person', org_id: 3 })['id'] as number
    for (const entity of ['deals', 'activities', 'notes', 'leads'] as const)
      company[entity].create({ person_id: lost })
    running.advance(3600 * SECOND)
    const reply = await running.call(`/v1/persons/${lost}/merge`, put({ merge_with_id: kept }))
    expect(dataOf(reply)).toMatchObject({ id: kept, merge_what_id: lost, active_flag: true, visible_to: '3' })
    return { kept, lost }
  }

  test('deletes the one, keeps the other and fills its gaps', async () => {
    const running = await run()
    const { kept, lost } = await merged(running)
    expect(running.emulator.company.persons.get(lost)?.['is_deleted']).toBe(true)
    expect(running.emulator.company.persons.get(kept)).toMatchObject({
      name: 'Kept Person',
      org_id: 3,
      is_deleted: false,
      update_time: LATER,
    })
  })

  test('moves what hung on the one to the other', async () => {
    const running = await run()
    const { kept, lost } = await merged(running)
    for (const entity of ['deals', 'activities', 'notes', 'leads'] as const) {
      const people = running.emulator.company[entity].list().map((row) => row['person_id'])
      expect(people).toContain(kept)
      expect(people).not.toContain(lost)
    }
  })

  test('of organizations moves their people, deals and leads', async () => {
    const { call, emulator } = await run()
    const { company } = emulator
    const [kept, lost] = ['x', 'y'].map((name) => company.organizations.create({ name })['id'] as number)
    const to = lost ?? 0
    const person = company.persons.create({ name: 'x', org_id: to })['id'] as number
    const deal = company.deals.create({ title: 'x', org_id: to })['id'] as number
    const lead = company.leads.create({ title: 'x', organization_id: to })['id'] as string
    await call(`/v1/organizations/${to}/merge`, put({ merge_with_id: kept }))
    expect(company.persons.get(person)?.['org_id']).toBe(kept)
    expect(company.deals.get(deal)?.['org_id']).toBe(kept)
    expect(company.leads.get(lead)?.['organization_id']).toBe(kept)
  })

  test('leaves update_time of the survivor and of what moved alone when the switches say so', async () => {
    const running = await run({ switches: { mergeBumpsSurvivor: false, mergeBumpsMoved: false } })
    const { kept } = await merged(running)
    expect(running.emulator.company.persons.get(kept)?.['update_time']).toBe(iso(START))
    const deal = running.emulator.company.deals.list().find((row) => row['person_id'] === kept)
    expect(deal?.['update_time']).toBe(iso(START))
  })

  test('does not end an open deal that takes in a lost one', async () => {
    const { call, emulator } = await run()
    const [open, lost] = ['a', 'b'].map((title) => emulator.company.deals.create({ title })['id'] as number)
    emulator.company.deals.update(lost ?? 0, { status: 'lost', lost_reason: 'Price', probability: 40 })
    await call(`/v1/deals/${lost}/merge`, put({ merge_with_id: open }))
    expect(emulator.company.deals.get(open ?? 0)).toMatchObject({
      ...{ status: 'open', lost_time: null, close_time: null, lost_reason: null },
      probability: 40,
    })
  })

  test('takes over custom fields that the survivor lacks', async () => {
    const { call, emulator } = await run()
    const code = emulator.company.catalog.custom('organizations')[0]?.code ?? ''
    const [kept, lost] = [{}, { [code]: 'x' }].map(
      (values) => emulator.company.organizations.create({ name: 'x', custom_fields: values })['id'] as number,
    )
    await call(`/v1/organizations/${lost}/merge`, put({ merge_with_id: kept }))
    expect(emulator.company.organizations.get(kept ?? 0)?.['custom_fields']).toHaveProperty(code, 'x')
  })

  test('renames the absorbed person in the activities they take part in, once in each', async () => {
    const running = await run()
    const { activities, persons } = running.emulator.company
    const [kept = 0, lost = 0] = ['a b', 'c d'].map((name) => persons.create({ name })['id'] as number)
    const both = [
      { person_id: kept, primary: false },
      { person_id: lost, primary: true },
    ]
    const attendee = { email: 'x@example.com', name: 'c d', person_id: lost }
    const id = activities.create({ participants: both, attendees: [attendee] })['id'] as number
    await running.call(`/v1/persons/${lost}/merge`, put({ merge_with_id: kept }))
    expect(activities.get(id)).toMatchObject({
      person_id: kept,
      participants: [{ person_id: kept, primary: true }],
      attendees: [{ person_id: kept }],
    })
  })

  test('leaves update_time of what was deleted alone', async () => {
    const { call, emulator, advance } = await run()
    const { notes, persons } = emulator.company
    const [kept = 0, lost = 0] = ['a', 'b'].map((name) => persons.create({ name })['id'] as number)
    const id = notes.create({ content: 'x', person_id: lost })['id'] as number
    notes.delete(id)
    const deletedAt = notes.get(id)?.['update_time']
    advance(3600 * SECOND)
    await call(`/v1/persons/${lost}/merge`, put({ merge_with_id: kept }))
    expect(notes.get(id)).toMatchObject({ person_id: kept, update_time: deletedAt })
  })

  test.each([
    ['from a deleted', 'lost', 'delete', 404],
    ['into a deleted', 'kept', 'delete', 404],
    ['from an archived', 'lost', 'archive', 400],
    ['into an archived', 'kept', 'archive', 400],
  ] as const)('%s deal is refused and moves nothing', async (_what, which, what, status) => {
    const { call, emulator } = await run()
    const { deals, notes } = emulator.company
    const ids = { kept: deals.create({ title: 'a' }), lost: deals.create({ title: 'b' }) }
    const [kept, lost] = [ids.kept['id'] as number, ids.lost['id'] as number]
    const note = notes.create({ content: 'x', deal_id: lost })['id'] as number
    deals[what](which === 'kept' ? kept : lost)
    expect((await call(`/v1/deals/${lost}/merge`, put({ merge_with_id: kept }))).status).toBe(status)
    expect(notes.get(note)?.['deal_id']).toBe(lost)
  })

  test.each([
    ['itself', { merge_with_id: 1 }, 400],
    ['nobody', {}, 400],
    ['one who is not there', { merge_with_id: 999_999 }, 404],
  ])('with %s is refused', async (_what, json, status) => {
    const { call } = await run()
    expect((await call('/v1/persons/1/merge', put(json))).status).toBe(status)
  })
})
