import { SyncError } from '../../src/errors.ts'
import { streams } from '../../src/streams/index.ts'
import { throughDoor } from '../../src/streams/door.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { VerifyReport } from '../../src/reconcile/verify.ts'
import type { RunReport } from '../../src/run-types.ts'
import { told, verifyWorld } from '../reconcile/support.ts'
import { differences } from '../support/warehouse-equals.ts'
import { checkpointEveryPage, inPagesOf, type World } from '../support/world.ts'
import { quietRun, type Course, type RunStep, type Step } from './course.ts'
import { makeEdit } from './edit.ts'
import { broken } from './invariants.ts'

/** How a play went. */
export interface Played {
  /** What does not hold: nothing, if all is well. */
  readonly wrong: readonly string[]
  /** What was done, one line a step. */
  readonly log: readonly string[]
  readonly edits: number
  readonly runs: number
}

const DAY = 86_400_000
/** A plan of a run holds for so many answers. */
const PLAN_LASTS = 15
const names = streams.map(({ name }) => name)

/** A play under way. */
interface Play {
  readonly world: World
  readonly seed: number
  readonly pageSize: number | null
  readonly log: string[]
  edits: number
  runs: number
}

function edit(play: Play): void {
  const what = makeEdit(play.world.emulator.company, play.seed, play.edits++)
  play.log.push(`${play.edits}: ${what}`)
}

async function dropConnections({ db }: World): Promise<void> {
  await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like 'pipedrive-warehouse%'`,
  )
}

function stopped(): SyncError {
  return new SyncError({ code: 'E_STOPPED', recovery: 'abort-run', message: 'The play stopped it.' })
}

function changePlan({ emulator }: World, locked: readonly string[] | undefined): void {
  if (locked !== undefined) emulator.switches.lockedFeatures = locked
}

/** From now on this happens between any two answers. */
function disturb(play: Play, step: RunStep, stop: AbortController): void {
  const { world } = play
  let answers = 0
  let left = step.edits
  const plans = step.plans.values()
  world.tap.onAnswer = async () => {
    world.clock.advance(400)
    const turn = answers++
    // Several at once, and none for a while.
    for (let few = turn % 4; few > 0 && left > 0; few--, left--) edit(play)
    if (turn % PLAN_LASTS === 1) changePlan(world, plans.next().value)
    if (turn === step.stopAfter) stop.abort(stopped())
    if (turn === step.dropAfter) await dropConnections(world)
  }
  for (const fault of step.faults) world.emulator.faults.add(fault)
}

function calm({ tap, clock, emulator }: World): void {
  tap.onAnswer = () => void clock.advance(100)
  emulator.faults.clear()
}

function summary({ mode, streams: read, quiet, api }: RunStep, { status, code }: RunReport): string {
  return `${quiet ? 'quiet ' : ''}${mode} of ${read.length} streams by ${api}: ${status}${code === undefined ? '' : ` ${code}`}`
}

/** The streams of a step as it reads them. */
function asRead({ pageSize }: Play, { streams: read, api }: RunStep): readonly Stream[] {
  const through = read.map((stream) => throughDoor(stream, api))
  return pageSize === null ? through : through.map((stream) => inPagesOf(pageSize, stream))
}

/** Whether a sweep over parents was cut short: the next one goes on with it, and what is behind it was read earlier. */
async function isCutShort({ db }: World): Promise<boolean> {
  const open = await db.query('select from pipedrive_sync.stream_state where sweep_since is not null')
  return open.length > 0
}

async function run(play: Play, step: RunStep): Promise<readonly string[]> {
  const { world } = play
  const { lockedFeatures } = world.emulator.switches
  // Whatever has blocked us has cooled off.
  if (step.quiet) world.clock.advance(DAY)
  const stop = new AbortController()
  if (!step.quiet) disturb(play, step, stop)
  const request = {
    streams: asRead(play, step),
    plan: { mode: step.mode, since: null, until: null },
    maxShare: step.maxShare,
    onlyDue: step.onlyDue,
    ...(step.tokens === null ? {} : { allowance: { tokens: step.tokens } }),
  }
  if (step.quiet && step.mode === 'sweep' && (await isCutShort(world))) await world.run(request)
  const report = await world.run(request, stop.signal)
  calm(world)
  world.emulator.switches.lockedFeatures = lockedFeatures
  play.runs++
  play.log.push(summary(step, report))
  return step.quiet ? broken(world, step, report) : []
}

/** What a verification has left amiss, and what kept it from ending. */
function failed(report: VerifyReport): readonly string[] {
  const unread = report.streams.flatMap(({ stream, error }) =>
    error === undefined ? [] : [`${stream}: ${error}`],
  )
  return [...unread, ...told(report).map((what) => `not mended: ${what}`)]
}

/** What is still amiss when the program itself has verified and mended; a plan may hide parents or what they have. */
async function repair(play: Play, sample: number | null): Promise<readonly string[]> {
  const { world, seed } = play
  world.clock.advance(DAY)
  const report = await verifyWorld(world, {
    ...{ streams, repair: true, maxShare: 1 },
    ...{ sample, seed: `${seed} ${play.edits}` },
  })
  play.log.push(`repair of ${sample ?? 'all'}: ${report.status}, mended ${told(report, 'mended').length}`)
  return world.emulator.switches.lockedFeatures.length > 0 ? [] : failed(report)
}

async function take(play: Play, step: Step): Promise<readonly string[]> {
  const { clock, emulator } = play.world
  if (step.kind === 'run') return run(play, step)
  if (step.kind === 'repair') return repair(play, step.sample)
  if (step.kind === 'edit') edit(play)
  else if (step.kind === 'wait') clock.advance(step.ms)
  else if (step.kind === 'plan') {
    emulator.switches.lockedFeatures = step.locked
    play.log.push(`without ${step.locked.join() || 'nothing'}`)
  } else {
    clock.advance(31 * DAY)
    emulator.company.purge()
    play.log.push('purge')
  }
  return []
}

/** What the program itself finds. */
async function found(world: World): Promise<readonly string[]> {
  const report = await verifyWorld(world, { streams })
  return report.equal ? [] : [`verify ${report.status}: ${report.error}`, ...told(report)]
}

/** Plays a course to its end or to the first thing that is wrong; after a last sweep everything must be equal. */
export async function play(world: World, seed: number, { pageSize, steps }: Course): Promise<Played> {
  const state: Play = { world, seed, pageSize, log: [], edits: 0, runs: 0 }
  const ended = (wrong: readonly string[]): Played => ({ ...state, wrong })
  checkpointEveryPage(world)
  calm(world)
  for (const step of [quietRun('range', streams), ...steps]) {
    const wrong = await take(state, step)
    if (wrong.length > 0) return ended(wrong)
  }
  world.emulator.switches.lockedFeatures = []
  for (const mode of ['pass', 'sweep'] as const) {
    const wrong = await take(state, quietRun(mode, streams))
    if (wrong.length > 0) return ended(wrong)
  }
  return ended([
    ...(await differences(world.emulator, world.db, { streams: names })),
    ...(await found(world)),
  ])
}
