/** A whole number from 0 on, below this one. */
export type Draw = (below: number) => number

/** mulberry32 */
export function randomOf(seed: number): Draw {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** The numbers of one of many purposes: what is drawn for one of them moves none of another. */
export function randomFor(seed: number, purpose: number): Draw {
  return randomOf(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b))
}

export function oneOf<T>(draw: Draw, list: readonly T[]): T {
  if (list.length === 0) throw new RangeError('There is nothing to choose from.')
  return list[draw(list.length)] as T
}

export function percent(draw: Draw, share: number): boolean {
  return draw(100) < share
}
