import { expect, test } from 'vitest'
import { openWorld } from '../support/world.ts'
import { testClock } from '../support/test-clock.ts'
import { courseOf } from './course.ts'
import { play } from './play.ts'

/** Where the course of a seed begins, so that it is the same on every day. */
const START = Date.UTC(2026, 10, 25, 9)
const SHORT = { seeds: [1, 2], steps: 150 } as const
const LOG_TAIL = 40
const MINUTE = 60_000

const given = { seed: process.env['RANDOM_SEED'], steps: process.env['RANDOM_STEPS'] }
const seeds = given.seed === undefined ? SHORT.seeds : [Number(given.seed)]
const steps = Number(given.steps ?? SHORT.steps)

const SIZE = {
  users: 4,
  pipelines: 2,
  organizations: 8,
  persons: 10,
  deals: 14,
  activities: 12,
  notes: 10,
  leads: 8,
  products: 6,
  files: 8,
  projects: 6,
  mailThreads: 6,
  customFields: 16,
} as const

test.each(seeds)(
  'a company that is edited at random while it is read ends equal (seed %i)',
  async (seed) => {
    const { switches, ...course } = courseOf(seed, steps)
    const clock = testClock(() => START)
    await using world = await openWorld({ seed, switches, size: SIZE }, clock)
    const played = await play(world, seed, { switches, ...course })
    const said = `${played.edits} edits, ${played.runs} runs; again: npm run test:random -- --seed ${seed} --steps ${steps}`
    process.stderr.write(`seed ${seed}: ${said}\n`)
    const story = [JSON.stringify(switches), ...played.log.slice(-LOG_TAIL), said].join('\n')
    expect(played.wrong.slice(0, LOG_TAIL), story).toEqual([])
    expect(played.runs).toBeGreaterThan(2)
  },
  (given.seed === undefined ? 3 : 600) * MINUTE,
)
