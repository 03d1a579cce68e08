import { streams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { RunReport } from '../../src/run.ts'
import { differences } from '../support/warehouse-equals.ts'
import type { World } from '../support/world.ts'
import type { RunStep } from './course.ts'

/** Read from a bookmark: whatever was made, changed or restored is found by the next pass. */
function isIncremental({ partitions, cursorField }: Stream): boolean {
  return cursorField !== null && partitions.every(({ filter, parents }) => filter && !parents)
}

const incremental = streams.filter(isIncremental).map(({ name }) => name)
const LOST = /: (is missing|has a tombstone, but is there)$/

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
  const names = step.mode === 'sweep' ? read : read.filter((name) => incremental.includes(name))
  const found = await differences(world.emulator, world.db, { streams: names, counters: false })
  return found.filter((what) => LOST.test(what))
}
