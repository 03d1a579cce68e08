import type { Source } from '../company/collection.ts'
import type { Id, Row } from '../json.ts'
import { firstDraw, type Draw } from '../random.ts'
import { toSecond } from '../time.ts'
import type { World } from './world.ts'

/** Children laid out parent by parent; both are counted from 1. */
interface Brood {
  readonly count: number
  readonly parentOf: (n: number) => number
  readonly placeOf: (n: number) => number
  readonly childrenOf: (parent: number) => readonly number[]
}

export type SizeOf = (parent: number) => number

function broodOf(parents: number, sizeOf: SizeOf): Brood {
  const before = new Uint32Array(parents + 2)
  for (let parent = 1; parent <= parents; parent++)
    before[parent + 1] = (before[parent] ?? 0) + sizeOf(parent)
  const count = before[parents + 1] ?? 0
  const parentOf = new Uint32Array(count + 1)
  for (let parent = 1; parent <= parents; parent++)
    parentOf.fill(parent, (before[parent] ?? 0) + 1, (before[parent + 1] ?? 0) + 1)
  return {
    count,
    parentOf: (n) => parentOf[n] ?? 0,
    placeOf: (n) => n - (before[parentOf[n] ?? 0] ?? 0),
    childrenOf(parent) {
      const first = (before[parent] ?? 0) + 1
      const last = before[parent + 1] ?? 0
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
    },
  }
}

export interface ChildRecipe {
  readonly parents: number
  readonly sizeOf: SizeOf
  /** Under which key a child has its parent. */
  readonly link: string
  readonly idOfParent?: (parent: number) => Id
  readonly key?: string
  readonly id?: (n: number) => Id
  /** Without its key and its link. */
  readonly row: (parent: number, place: number, n: number) => Row
}

const head = { added: NaN, updated: NaN, flags: 0 }

/** Children are only ever read through their parents, so that no list needs their times. */
export function childSource(recipe: ChildRecipe): Source {
  const { link, idOfParent = (parent) => parent, key = 'id', id = (n) => n } = recipe
  const { count, parentOf, placeOf, childrenOf } = broodOf(recipe.parents, recipe.sizeOf)
  return {
    count,
    id,
    head: () => head,
    under: (_kind, parent) => childrenOf(parent).map(id),
    row: (n) => ({
      [key]: id(n),
      [link]: idOfParent(parentOf(n)),
      ...recipe.row(parentOf(n), placeOf(n), n),
    }),
  }
}

/** A share of the parents has from one to `most` children. */
export const someOf =
  ({ seed }: World, purpose: number, share: number, most: number): SizeOf =>
  (parent) => {
    const drawn = firstDraw(seed, purpose, parent) / share
    return drawn < 1 ? 1 + Math.floor(drawn * most) : 0
  }

export const between = (draw: Draw, from: number, until: number): number =>
  toSecond(from + draw() * (until - from))
