/** Numbers in [0, 1) that depend only on where they are asked for, so a record is the same whenever it is made. */
export type Draw = () => number

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b + 0x9e3779b9 + (a << 6) + (a >>> 2)), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

export function hashText(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

function scatter(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const STEP = 0x6d2b79f5

/** mulberry32, started from the seed, the purpose and the record's number. */
export function drawsFor(seed: number, purpose: number, n: number): Draw {
  let state = mix(mix(seed, purpose), n)
  return () => {
    state = (state + STEP) | 0
    return scatter(state)
  }
}

/** What `drawsFor` draws first. */
export const firstDraw = (seed: number, purpose: number, n: number): number =>
  scatter((mix(mix(seed, purpose), n) + STEP) | 0)

export const below = (draw: Draw, n: number): number => Math.floor(draw() * n)

export function pick<T>(draw: Draw, list: readonly T[]): T {
  return list[below(draw, list.length)] as T
}

export function hex(draw: Draw, digits: number): string {
  let text = ''
  while (text.length < digits) text += below(draw, 0x10000).toString(16).padStart(4, '0')
  return text.slice(0, digits)
}

/** Version 1 layout, as lead ids have (recorded 2026-05-15). */
export function uuid(draw: Draw): string {
  const h = hex(draw, 30)
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-1${h.slice(12, 15)}-8${h.slice(15, 18)}-${h.slice(18, 30)}`
}
