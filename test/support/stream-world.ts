import type { EmulatorOptions } from '../../emulator/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { openWorld, type World } from './world.ts'

/** What a company has to have seen before a stream has a record: it is made with everything else. */
const before: Readonly<Record<string, (world: World) => void>> = {
  record_merges: ({ emulator }) => {
    const live = emulator.company.list('persons').filter((person) => person['is_deleted'] === false)
    const ids = live.map(({ id }) => id as number)
    for (const at of [0, 2, 4, 6]) emulator.company.merge('persons', ids[at] ?? 0, ids[at + 1] ?? 0)
  },
}

/** A world in which a stream has records. */
export async function openWorldOf(stream: Stream, options: EmulatorOptions = {}): Promise<World> {
  const world = await openWorld(options)
  before[stream.name]?.(world)
  return world
}
