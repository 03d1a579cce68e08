import { turn } from './clock.ts'
import type { Page } from './extract/page.ts'
import { anew, hasEnded, type Stretch } from './stretches.ts'
import type { Workers } from './workers.ts'

/** A page, and whose it is. */
export interface Arrival {
  readonly stretch: Stretch
  readonly page: Page
}

export interface Together {
  readonly stretches: Stretch[]
  readonly open: (stretch: Stretch) => AsyncGenerator<Page, void>
  /** Makes another part for a walker that has nothing to do, and adds it to them; null where there is none. */
  readonly divide: () => Stretch | null
  readonly workers: Workers
  /** Whether what has been asked for may still be waited for after a failure. */
  readonly worthLoading: (error: unknown) => boolean
  /** Milliseconds of any clock. */
  readonly now: () => number
}

/**
 * A page that takes no longer is not waited for by anybody else: most of it is the reader's own work, the first time with
 * code that is still cold.
 */
const SOON_MS = 90

/** What a walker brought: null at the end of its part. */
interface Answer {
  readonly stretch: Stretch
  readonly page: Page | null
  readonly failure?: { readonly error: unknown }
}

/** The walkers of one walk, and what they were asked for. */
class Crew {
  readonly #walkers = new Map<Stretch, AsyncGenerator<Page, void>>()
  readonly #asked = new Map<Stretch, Promise<Answer>>()
  readonly #arrived = new Set<Stretch>()
  readonly #leaving: Promise<unknown>[] = []
  /** How long the last page took. */
  #took = 0
  readonly #how: Together

  constructor(how: Together) {
    this.#how = how
  }

  /** Walkers on their way. */
  get away(): number {
    return this.#asked.size
  }

  ask(stretch: Stretch): void {
    if (this.#asked.has(stretch)) return
    const pages = this.#walkers.get(stretch) ?? this.#how.open(stretch)
    this.#walkers.set(stretch, pages)
    const { now } = this.#how
    const asked = now()
    const answer = pages.next().then(
      ({ value, done }): Answer => ({ stretch, page: done === true ? null : value }),
      (error: unknown): Answer => ({ stretch, page: null, failure: { error } }),
    )
    const arrived = answer.finally(() => {
      if (this.#asked.get(stretch) !== arrived) return
      this.#arrived.add(stretch)
      this.#took = now() - asked
    })
    this.#asked.set(stretch, arrived)
  }

  /** Sends idle walkers where there is something to read, as long as whoever reads has to wait for a page. */
  enlist(): void {
    if (this.#arrived.size > 0) return
    const isWaitedFor = this.#took >= SOON_MS
    const { stretches, divide, workers } = this.#how
    const waiting = stretches.filter((stretch) => !stretch.closed && !this.#walkers.has(stretch))
    const fresh: Stretch[] = []
    while (this.#walkers.size + fresh.length === 0 || (isWaitedFor && workers.take())) {
      const stretch = waiting.shift() ?? divide()
      if (stretch === null) {
        if (this.#walkers.size + fresh.length > 0) workers.give()
        break
      }
      fresh.push(stretch)
    }
    // Only now: dividing moves the ends of those that were there before.
    for (const stretch of fresh) this.ask(stretch)
  }

  async next(): Promise<Answer> {
    const answer = await Promise.race(this.#asked.values())
    this.#asked.delete(answer.stretch)
    this.#arrived.delete(answer.stretch)
    return answer
  }

  /** A page that was asked for ahead is of no interest any more. */
  dismiss(stretch: Stretch): void {
    const pages = this.#walkers.get(stretch)
    if (pages === undefined) return
    this.#leaving.push(pages.return(undefined).catch(() => undefined))
    this.#walkers.delete(stretch)
    this.#asked.delete(stretch)
    this.#arrived.delete(stretch)
    if (this.#walkers.size > 0) this.#how.workers.give()
  }

  async disband(): Promise<void> {
    for (const stretch of [...this.#walkers.keys()]) this.dismiss(stretch)
    await Promise.all(this.#leaving)
  }
}

/** Puts parts that were left early in the place of themselves, where the order that was gone by is in doubt; false where none are. */
function reopened(stretches: Stretch[], left: Set<Stretch>): boolean {
  const inDoubt = stretches.some(({ mark, window }) => window.byCursor && !mark.isAscending)
  if (!inDoubt || stretches.length === 1 || left.size === 0) return false
  for (const [index, stretch] of stretches.entries()) if (left.has(stretch)) stretches[index] = anew(stretch)
  left.clear()
  return true
}

/**
 * The pages of all parts of a walk, as they arrive; each has been dealt with, and its mark moved, when the next is asked
 * for. A single walker is sent for the next page while the present one is worked on, unless it may be over; where there are
 * several, the others are on their way. After a failure the pages that have been paid for still come, and then it is
 * thrown; at once where they may not be loaded. Where one part does not come in order, those that were left by their order
 * are read once more.
 */
export async function* readTogether(how: Together): AsyncGenerator<Arrival, void> {
  const crew = new Crew(how)
  /** Parts that were left before the list of their walker came to its end. */
  const left = new Set<Stretch>()
  let failure: Answer['failure']
  try {
    for (;;) {
      if (failure === undefined) crew.enlist()
      if (crew.away === 0 && (failure !== undefined || !reopened(how.stretches, left))) break
      if (crew.away === 0) continue
      const { stretch, page, failure: failed } = await crew.next()
      if (page === null) {
        if (failed !== undefined && !how.worthLoading(failed.error)) throw failed.error
        failure ??= failed
        stretch.closed = failed === undefined
        crew.dismiss(stretch)
        continue
      }
      // From the newest on a walk is mostly over with its first page: the next one would be paid for in vain.
      const isAhead = stretch.window.newestFirst !== true
      if (crew.away === 0 && failure === undefined && isAhead) crew.ask(stretch)
      // What was asked for is sent, and what was answered is received, in a turn of the event loop.
      await turn()
      yield { stretch, page }
      stretch.closed = hasEnded(stretch)
      if (stretch.closed) left.add(stretch)
      if (stretch.closed || failure !== undefined) crew.dismiss(stretch)
      else crew.ask(stretch)
    }
    if (failure !== undefined) throw failure.error
    if (how.stretches.some(({ closed }) => !closed)) throw new Error('A part of a walk was not read.')
  } finally {
    await crew.disband()
  }
}
