import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of the young generation's two halves. */
const YOUNG = 8 * 1024 ** 2
/** More than it takes to fill it several times over: what is not known of a heap must not keep the program from starting. */
const MOST_FILLINGS = 64

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? Infinity
}

/** V8 lets it grow as long as much of it survives. */
function fill(): readonly unknown[] {
  return Array.from({ length: 20_000 }, () => ({}))
}

/**
 * Brings the young generation of the heap to 12 MB and keeps it there; V8 would begin with 3 MB, too few for a batch, and
 * let it grow to 48 MB. The pages of a run lie outside of the heap, and what it holds for longer than one of them is little.
 *
 * The whole heap is collected when it is twice of what was left of it the last time, and what it holds outside of itself
 * is counted in: with a few MB of buffers V8 by itself would first do so after five to ten seconds, and then seven times a
 * second.
 * To be called before anything else is loaded. Measured in docs/performance.md.
 */
export function boundMemory(): void {
  setFlagsFromString('--heap-growing-percent=100')
  setFlagsFromString('--semi-space-growth-factor=2')
  const held: unknown[] = []
  while (youngBytes() < YOUNG && held.length < MOST_FILLINGS) held.push(fill())
  setFlagsFromString('--semi-space-growth-factor=1')
}
