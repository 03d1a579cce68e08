import type { Stream } from '../../src/streams/stream.ts'
import type { RunReport } from '../../src/run-types.ts'
import { differences } from '../support/warehouse-equals.ts'
import type { World } from '../support/world.ts'
import type { RunStep } from './course.ts'

/** Read from a bookmark: whatever was made, written or restored is found by the next pass. */
function isIncremental({ partitions, cursorField }: Stream): boolean {
  return cursorField !== null && partitions.every(({ filter, parents }) => filter && !parents)
}

const LOST = /: (is missing|has a tombstone, but is there)$/
/** Keys that every update of a record writes. */
const WRITTEN = /: (title|name|subject|content) holds /

/** Children are asked for by what is known of their parents, so these have to be read as well. */
function areRead({ partitions }: Stream, read: readonly Stream[]): boolean {
  const names = read.map(({ name }) => name)
  return partitions.every(({ parents }) => parents === undefined || names.includes(parents.of.name))
}

/** Streams of which a run that has read them has left nothing out. */
const promised: Readonly<
  Record<RunStep['mode'], (world: World, read: readonly Stream[]) => readonly Stream[]>
> = {
  // A record that moves between lists without a new time may stay behind the bookmark of the one it comes to.
  pass: ({ emulator }, read) =>
    read
      .filter(isIncremental)
      .filter(({ partitions }) => emulator.switches.archiveBumpsUpdateTime || partitions.length === 1),
  sweep: (_world, read) => read.filter((stream) => areRead(stream, read)),
  // A backfill that goes on leaves out what it has finished before.
  range: () => [],
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
  const names = promised[step.mode](world, step.streams).map(({ name }) => name)
  const found = await differences(world.emulator, world.db, { streams: names, counters: false })
  return found.filter((what) => LOST.test(what) || (step.mode === 'pass' && WRITTEN.test(what)))
}
