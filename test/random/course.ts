import type { Fault, Switches } from '../../emulator/index.ts'
import { defaultSwitches } from '../../emulator/index.ts'
import { switchChoices } from '../../emulator/switches.ts'
import type { ApiName } from '../../src/streams/door.ts'
import { selectStreams, streams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { oneOf, percent, randomFor, type Draw } from '../support/random.ts'
import { drawFault } from './draw-fault.ts'
import { FEATURES } from './features.ts'

/** A run and what disturbs it; a quiet one is disturbed by nothing. */
export interface RunStep {
  readonly kind: 'run'
  readonly mode: 'pass' | 'sweep' | 'range'
  readonly streams: readonly Stream[]
  readonly quiet: boolean
  readonly onlyDue: boolean
  readonly maxShare: number
  /** Edits of the company while it is read. */
  readonly edits: number
  readonly faults: readonly Fault[]
  /** What the plan does not include, time after time while it reads. */
  readonly plans: readonly (readonly string[])[]
  readonly api: ApiName
  /** After so many answers the run is told to stop, or the database drops its connections. */
  readonly stopAfter: number | null
  readonly dropAfter: number | null
  /** What it may spend. */
  readonly tokens: number | null
}

export type Step =
  | { readonly kind: 'edit' }
  | { readonly kind: 'wait'; readonly ms: number }
  /** What was deleted is gone for good 30 days later. */
  | { readonly kind: 'purge' }
  /** What the plan does not include from now on. */
  | { readonly kind: 'plan'; readonly locked: readonly string[] }
  /** The program verifies and mends what it finds; it looks at so many values of each stream. */
  | { readonly kind: 'repair'; readonly sample: number | null }
  | RunStep

export interface Course {
  readonly switches: Partial<Switches>
  /** As the registry has it where it is null. */
  readonly pageSize: number | null
  readonly steps: readonly Step[]
}

const HOUR = 3_600_000
const all = selectStreams(streams.map(({ name }) => name))
const usual = selectStreams([])

/** Limits, and how the day is counted, are not what a course is about. */
const KEPT: ReadonlySet<string> = new Set(['lastOfTheDay', 'admin', 'lockedFeatures'])

function drawSwitches(draw: Draw): Partial<Switches> {
  const choices: Readonly<Record<string, readonly unknown[]>> = switchChoices
  const drawn = Object.entries(defaultSwitches).flatMap(([name, value]) => {
    if (KEPT.has(name)) return []
    if (typeof value === 'boolean') return [[name, draw(2) === 1] as const]
    const values = choices[name]
    return values === undefined ? [] : [[name, oneOf(draw, values)] as const]
  })
  return Object.fromEntries(drawn)
}

function drawStreams(draw: Draw): readonly Stream[] {
  if (percent(draw, 50)) return all
  return percent(draw, 60) ? usual : all.filter(() => percent(draw, 25))
}

/** A run that nothing disturbs, and that may find everything gone. */
export function quietRun(mode: RunStep['mode'], read: readonly Stream[]): RunStep {
  return {
    kind: 'run',
    mode,
    streams: read,
    quiet: true,
    onlyDue: false,
    maxShare: 1,
    edits: 0,
    faults: [],
    plans: [],
    api: 'v2',
    stopAfter: null,
    dropAfter: null,
    tokens: null,
  }
}

function drawPlan(draw: Draw): readonly string[] {
  return FEATURES.filter(() => percent(draw, 15))
}

function drawRun(draw: Draw): RunStep {
  const mode = oneOf(draw, ['pass', 'pass', 'pass', 'sweep', 'range'] as const)
  const chosen = quietRun(mode, drawStreams(draw))
  if (percent(draw, 35)) return chosen
  return {
    ...chosen,
    quiet: false,
    onlyDue: percent(draw, 20),
    maxShare: oneOf(draw, [0.05, 1]),
    edits: draw(30),
    faults: Array.from({ length: draw(4) }, () => drawFault(draw, oneOf(draw, all))),
    plans: percent(draw, 30) ? Array.from({ length: 1 + draw(4) }, () => drawPlan(draw)) : [],
    api: percent(draw, 20) ? 'v1-collection' : 'v2',
    stopAfter: percent(draw, 10) ? draw(60) : null,
    dropAfter: percent(draw, 10) ? draw(60) : null,
    tokens: percent(draw, 10) ? draw(2000) : null,
  }
}

function drawStep(draw: Draw): Step {
  const which = draw(1000)
  if (which < 30) return drawRun(draw)
  if (which < 100) return { kind: 'wait', ms: draw(2) === 0 ? draw(3000) : draw(3 * HOUR) }
  if (which < 106) return { kind: 'purge' }
  if (which < 116) return { kind: 'plan', locked: drawPlan(draw) }
  if (which < 132) return { kind: 'plan', locked: [] }
  if (which < 138) return { kind: 'repair', sample: oneOf(draw, [0, 5, null]) }
  return { kind: 'edit' }
}

/** What is done to a company and its warehouse; the edits of a run count as steps too. */
export function courseOf(seed: number, length: number): Course {
  const draw = randomFor(seed, -1)
  const drawn = drawSwitches(draw)
  const pageSize = oneOf(draw, [3, 25, null])
  // A full page that says nothing of a next one is refused, and small ones are full by chance.
  const switches = pageSize === null ? drawn : { ...drawn, installmentsPaged: true }
  const steps: Step[] = []
  for (let done = 0; done < length;) {
    const step = drawStep(draw)
    steps.push(step)
    done += 1 + (step.kind === 'run' ? step.edits : 0)
  }
  return { switches, pageSize, steps }
}
