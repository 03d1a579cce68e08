import type { Loadable } from './batches.ts'
import type { Page } from './extract/page.ts'
import type { Batch } from './transform/batch.ts'
import type { Transform } from './transform/records.ts'

/** Some parents, by what became of them. */
export interface Answered<Parent> {
  /** All of their children are in the batch. */
  readonly parents: readonly Parent[]
  /** Pipedrive says that they are not there. */
  readonly refused: readonly Parent[]
  /** The token's user may not see what they have. */
  readonly denied: readonly Parent[]
  /** They could not be read, for a reason that may be their own. */
  readonly failed: readonly Parent[]
}

export interface ChildBatch<Parent> extends Loadable, Answered<Parent> {}

/** Gathers what the next checkpoint loads. */
export interface Basket<Parent> {
  /** Whether any parent was ever answered: until then, a refusal may concern all. */
  readonly answered: boolean
  readonly size: number
  /** Whether there is anything to load or to remember. */
  readonly isEmpty: boolean
  /** Takes all that some parents have. Where that is no list of records it throws, and has taken nothing of it. */
  take(asked: readonly Parent[], pages: readonly Page[]): void
  refuse(asked: readonly Parent[]): void
  deny(asked: readonly Parent[]): void
  fail(asked: readonly Parent[]): void
  /** Gives what it holds. */
  empty(share: number): ChildBatch<Parent>
  /** Begins with the other batch, which has to be loaded by then. */
  begin(): void
}

/**
 * A batch that was filled with half of a page is of no use any more: it is filled again with what it held before. Where
 * others `wasRead` before, those that are denied are remembered even if nobody is answered: they are asked last then.
 */
export function openBasket<Parent>(
  batches: readonly [Batch, Batch],
  transform: Transform,
  wasRead = false,
): Basket<Parent> {
  let [batch, other] = batches
  let parents: Parent[] = []
  let refused: Parent[] = []
  let denied: Parent[] = []
  let failed: Parent[] = []
  let held: Page[] = []
  let answered = false
  const knowsDenied = (): boolean => answered || wasRead
  const fill = (pages: readonly Page[]): void => {
    for (const page of pages) transform(page, batch)
  }
  batch.clear()
  return {
    get answered() {
      return answered
    },
    get size() {
      return batch.size
    },
    get isEmpty() {
      return [parents, failed, answered ? refused : [], knowsDenied() ? denied : []].flat().length === 0
    },
    take(asked, pages) {
      try {
        fill(pages)
      } catch (error) {
        batch.clear()
        fill(held)
        throw error
      }
      held.push(...pages)
      parents.push(...asked)
      answered = true
    },
    refuse: (asked) => void refused.push(...asked),
    deny: (asked) => void denied.push(...asked),
    fail: (asked) => void failed.push(...asked),
    empty(share) {
      const known = { refused: answered ? refused : [], denied: knowsDenied() ? denied : [] }
      const full = { batch, parents, ...known, failed, share }
      ;[parents, failed, held] = [[], [], []]
      ;[refused, denied] = [answered ? [] : refused, knowsDenied() ? [] : denied]
      return full
    },
    begin() {
      ;[batch, other] = [other, batch]
      batch.clear()
    },
  }
}
