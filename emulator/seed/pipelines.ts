import type { Source } from '../company/collection.ts'
import { HOUR, v2Time } from '../time.ts'
import { foundedAt, type World } from './world.ts'

const stageNames = [
  ['Qualified', 'Contact made', 'Demo scheduled', 'Proposal made', 'Negotiations started'],
  ['Päring', 'Pakkumine', 'Läbirääkimised', 'Leping'],
  ['线索', '报价', '谈判', 'Contract sent', 'Handover', 'Onboarding 🎉'],
] as const
const pipelineNames = ['Pipeline', 'Hooldus ja teenindus', '渠道销售', 'Partners', 'Renewals'] as const

export interface Seat {
  readonly stage: number
  readonly pipeline: number
  readonly order: number
  readonly name: string
}

/** Every stage of the generated company, in order of id. */
export function seats(pipelines: number): readonly Seat[] {
  const list: Seat[] = []
  for (let pipeline = 1; pipeline <= pipelines; pipeline++) {
    const names = stageNames[(pipeline - 1) % stageNames.length] ?? []
    names.forEach((name, i) => list.push({ stage: list.length + 1, pipeline, order: i + 1, name }))
  }
  return list
}

export function pipelineSource(world: World): Source {
  const added = foundedAt(world.start)
  // The pipeline every company starts with has no update_time (recorded 2026-05-15).
  const updated = (n: number): number => (n % 2 === 1 ? NaN : added + n * HOUR)
  return {
    count: world.size.pipelines,
    id: (n) => n,
    head: (n) => ({ added, updated: updated(n), flags: 0 }),
    row: (n) => ({
      id: n,
      name: pipelineNames[n - 1] ?? `Pipeline ${n}`,
      order_nr: n,
      is_deleted: false,
      is_deal_probability_enabled: n % 2 === 0,
      add_time: v2Time(added),
      update_time: n % 2 === 1 ? null : v2Time(updated(n)),
    }),
  }
}

export function stageSource(world: World): Source {
  const list = seats(world.size.pipelines)
  const added = foundedAt(world.start)
  const seat = (n: number): Seat => list[n - 1] as Seat
  const updated = (n: number): number => added + seat(n).pipeline * HOUR
  return {
    count: list.length,
    id: (n) => n,
    head: (n) => ({ added, updated: updated(n), flags: 0 }),
    row: (n) => ({
      id: n,
      name: seat(n).name,
      order_nr: seat(n).order,
      pipeline_id: seat(n).pipeline,
      deal_probability: 100,
      is_deal_rot_enabled: n % 3 === 0,
      days_to_rotten: n % 3 === 0 ? 30 : null,
      is_deleted: false,
      add_time: v2Time(added),
      update_time: v2Time(updated(n)),
    }),
  }
}
