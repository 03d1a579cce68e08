const SLAB = 1024 * 1024
const COMMA = 0x2c
const MOST_PIECES = 32

/**
 * The JSON of records, encoded once and laid side by side with a comma before each, so that records which are read
 * in the order they were first read in are one piece of memory.
 */
export interface Fragments {
  /** These records separated by commas, in as few pieces as they lie in. */
  pieces(slots: readonly number[], render: (slot: number) => string): Buffer[]
  forget(slot: number): void
}

export function createFragments(): Fragments {
  const slabs: Buffer[] = []
  const slabOf: number[] = []
  const starts: (number | undefined)[] = []
  const ends: number[] = []
  let used = 0

  function keep(slot: number, text: string): void {
    const most = 1 + text.length * 3
    let slab = slabs.at(-1)
    if (!slab || used + most > slab.length) {
      slabs.push((slab = Buffer.allocUnsafeSlow(Math.max(SLAB, most))))
      used = 0
    }
    slabOf[slot] = slabs.length - 1
    starts[slot] = used
    slab[used] = COMMA
    used += 1 + slab.write(text, used + 1)
    ends[slot] = used
  }

  function pieces(slots: readonly number[], render: (slot: number) => string): Buffer[] {
    const found: Buffer[] = []
    let [slab, start, end] = [-1, 0, 0]
    const close = (): void => void (slab >= 0 && found.push((slabs[slab] as Buffer).subarray(start, end)))
    for (const slot of slots) {
      if (starts[slot] === undefined) keep(slot, render(slot))
      const from = starts[slot] as number
      if (slabOf[slot] !== slab || from !== end) {
        close()
        slab = slabOf[slot] as number
        start = from
      }
      end = ends[slot] as number
    }
    close()
    return withoutFirstComma(found.length > MOST_PIECES ? [Buffer.concat(found)] : found)
  }

  return { pieces, forget: (slot) => void (starts[slot] = undefined) }
}

function withoutFirstComma([first, ...rest]: Buffer[]): Buffer[] {
  return first ? [first.subarray(1), ...rest] : []
}
