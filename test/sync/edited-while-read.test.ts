import { describe, expect, test } from 'vitest'
import type { Switches } from '../../emulator/index.ts'
import { WORK } from '../support/work-streams.ts'
import { createEditor, type EditorOptions } from '../support/editor.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import {
  BACKFILL,
  PASS,
  SWEEP,
  SMALL,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const streams = WORK

const ALL = 1

/** From now on the company is edited between any two answers, until the editor has had enough. */
function editWhileRead({ emulator, tap, clock }: World, options: EditorOptions): () => number {
  const editor = createEditor(emulator.company, options)
  let turn = 0
  tap.onAnswer = ({ path }) => {
    // A slow company: seconds pass with every page, so that edits lie apart and checkpoints are many.
    clock.advance(700)
    if (/Fields$|\/me$/.test(path)) return
    for (let left = ++turn % 4; left > 0; left--) editor.edit()
  }
  return () => editor.done.length
}

function quiet({ tap }: World): void {
  tap.onAnswer = () => undefined
}

const sizes = [2, 5, 500]

describe.each(sizes)('a company that is edited while it is read in pages of %i', (pageSize) => {
  const all = { streams: streams.map((stream) => inPagesOf(pageSize, stream)), walkers: 7 }

  test('ends equal after a backfill and a quiet pass, when deletions are listed', async () => {
    await using world = await openWorld({ switches: { deletedInLists: true }, seed: pageSize })
    // A deleted lead leaves no trace for a pass to see.
    const edits = editWhileRead(world, { seed: pageSize, edits: 120, without: { leads: ['delete'] } })
    expect(await world.run({ ...all, plan: BACKFILL })).toMatchObject({ status: 'done' })
    expect(edits()).toBeGreaterThan(10)
    quiet(world)
    expect(await world.run({ ...all, plan: PASS })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { counters: false })
  })

  test('ends equal after a backfill, a pass and a sweep with edits, and a quiet sweep', async () => {
    await using world = await openWorld({ seed: pageSize })
    for (const plan of [BACKFILL, PASS, SWEEP]) {
      const edits = editWhileRead(world, { seed: 100 + pageSize, edits: 60 })
      expect(await world.run({ ...all, plan, maxShare: ALL })).toMatchObject({ status: 'done' })
      expect(edits()).toBeGreaterThan(10)
    }
    quiet(world)
    expect(await world.run({ ...all, plan: SWEEP, maxShare: ALL })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world)
  })
})

describe('a list read by offset, out of which rows go that were already read', () => {
  test.each([
    ['leads', SWEEP],
    ['leads', BACKFILL],
    ['notes', SWEEP],
    ['notes', BACKFILL],
  ] as const)('%s (%#): none of the others is missed', async (name, plan) => {
    await using world = await openWorld({ switches: { deletedNotesListed: false } })
    const { emulator, tap, db } = world
    const stream = streamNamed(name)
    const [{ path } = { path: '' }] = stream.partitions
    const gone = new Set<string>()
    tap.onAnswer = (asked, answer) => {
      if (asked.path !== path) return
      const { data } = JSON.parse(answer.body) as { data: readonly { id: number | string }[] | null }
      // The first half of each page leaves the list as soon as it is read.
      for (const { id } of (data ?? []).slice(0, 2))
        if (!gone.has(String(id)) && emulator.company[name].delete(id)) gone.add(String(id))
    }
    expect(await world.run({ streams: [inPagesOf(4, stream)], plan, maxShare: ALL })).toMatchObject({
      status: 'done',
    })
    expect(gone.size).toBeGreaterThan(4)
    const rows = await db.query<{ id: string }>(`select id::text from pipedrive.${name}`)
    const held = new Set(rows.map(({ id }) => id))
    const there = emulator.company.list(name).map(({ id }) => String(id as number | string))
    expect(there.filter((id) => !gone.has(id) && !held.has(id))).toEqual([])
  })
})

const flips: readonly Partial<Switches>[] = [
  { limitTooLarge: 'refuse' },
  { deletedInLists: true },
  { deletedById: 'not-found' },
  { deletedById: 'not-found', deletedInLists: true },
  { deletedDealStatus: 'kept' },
  { deletedNotesListed: false },
  { archiveBumpsUpdateTime: false },
  { stagePatchBumpsSiblings: false },
  { mergeBumpsSurvivor: false },
  { mergeBumpsMoved: false },
  { mergeBumpsSurvivor: false, mergeBumpsMoved: false },
  { childBumpsParent: true },
  { fieldDeletionBumpsRecords: true },
  { deletedOption: 'cleared' },
  { dailyHeaders: false },
  { burstRetryAfter: true },
  { contactSync: true },
  { contactSync: true, messengerKey: 'ims' },
  { organizationData: true },
]

describe('whatever Pipedrive does where its documents are silent, a quiet sweep ends equal', () => {
  test.each(flips.map((switches) => ({ name: JSON.stringify(switches), switches })))(
    '$name',
    async ({ switches }) => {
      await using world = await openWorld({ switches })
      const all = { streams: streams.map((stream) => inPagesOf(4, stream)), maxShare: ALL }
      for (const plan of [BACKFILL, SWEEP]) {
        editWhileRead(world, { seed: 7, edits: 50 })
        expect(await world.run({ ...all, plan })).toMatchObject({ status: 'done' })
        world.emulator.company.stages.update(1, { name: `Stage after ${plan.mode}` })
      }
      quiet(world)
      expect(await world.run({ ...all, plan: SWEEP })).toMatchObject({ status: 'done' })
      await expectWarehouseEquals(world)
    },
  )

  test.each(['null', 'array'] as const)('an empty v1 list as %s', async (emptyV1List) => {
    await using world = await openWorld({ switches: { emptyV1List }, size: { ...SMALL, leads: 0, notes: 0 } })
    expect(await world.run()).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world)
    world.emulator.company.leads.create({ title: 'The first' })
    world.emulator.company.notes.create({ content: 'The first', deal_id: 1 })
    expect(await world.run()).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { counters: false })
    expect(world.emulator.company.leads.size).toBe(1)
  })
})
