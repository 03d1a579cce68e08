import { streams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { RunReport } from '../../src/run.ts'
import { differences } from '../support/warehouse-equals.ts'
import type { World } from '../support/world.ts'
import type { RunStep } from './course.ts'

/** Read from a bookmark: whatever was made, written or restored is found by the next pass. */
function isIncremental({ partitions, cursorField }: Stream): boolean {
  return cursorField !== null && partitions.every(({ filter, parents }) => filter && !parents)
}

const incremental = streams.filter(isIncremental)
const LOST = /: (is missing|has a tombstone, but is there)$/
/** Keys that every update of a record writes. */
const WRITTEN = /: (title|name|subject|content) holds /

/** A record that moves between lists without a new time may stay behind the bookmark of the one it comes to. */
function foundByPasses({ emulator }: World): readonly string[] {
  const { archiveBumpsUpdateTime: moved } = emulator.switches
  return incremental.filter(({ partitions }) => moved || partitions.length === 1).map(({ name }) => name)
}

/** Children are asked for by what is known of their parents, so these have to be read as well. */
function isWhole(stream: Stream, read: readonly string[]): boolean {
  return stream.partitions.every(({ parents }) => parents === undefined || read.includes(parents.of.name))
}

/** Streams that were not read, although nothing stood in their way. */
function unread({ status, streams: reports, error }: RunReport, locked: boolean): readonly string[] {
  const amiss = reports.filter((each) => each.status !== 'done' && !(locked && each.status === 'skipped'))
  if (amiss.length > 0)
    return amiss.map((each) => `${each.stream} was ${each.status} in a quiet run: ${each.error}`)
  return status === 'done' || (locked && status === 'partial') ? [] : [`A quiet run ${status}: ${error}`]
}

/** What does not hold after a run that nothing has disturbed. */
export async function broken(world: World, step: RunStep, report: RunReport): Promise<readonly string[]> {
  const isLocked = world.emulator.switches.lockedFeatures.length > 0
  const failures = unread(report, isLocked)
  if (failures.length > 0 || isLocked) return failures
  const read = step.streams.map(({ name }) => name)
  const whole = step.streams.filter((stream) => isWhole(stream, read)).map(({ name }) => name)
  const isPass = step.mode !== 'sweep'
  const names = isPass ? foundByPasses(world).filter((name) => read.includes(name)) : whole
  const found = await differences(world.emulator, world.db, { streams: names, counters: false })
  return found.filter((what) => LOST.test(what) || (isPass && WRITTEN.test(what)))
}
