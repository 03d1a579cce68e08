import { Writable } from 'node:stream'

/** Takes the pieces of an answer's body. */
export interface Room extends Writable {
  /** All that has come; to be called once, when it has ended. */
  whole(): Uint8Array
}

/** Memory for the bodies of answers, which is used again for others. */
export interface PageMemory {
  /** For the body of one answer. */
  room(): Room
  /** Says that nobody reads what came any more; what is never given back is left to the garbage collector. */
  readonly giveBack: (bytes: Uint8Array) => void
}

const NOTHING: Buffer = Buffer.alloc(0)
const FIRST_SIZE = 64 * 1024
/** Pages that wait for the next answer; more are in use at once only where many walkers are. */
const MOST_FREE = 16

function larger(memory: Buffer, length: number, needed: number): Buffer {
  const next = Buffer.allocUnsafeSlow(Math.max(needed, memory.length * 2))
  next.set(memory.subarray(0, length))
  return next
}

/**
 * A page of 500 records is a megabyte, made of pieces of 64 kB: fresh memory for each costs time, and stays taken until
 * the garbage collector looks. Each piece is copied as it comes, so that none of them lives long.
 */
export function createPageMemory(): PageMemory {
  const free: Buffer[] = []
  const lent = new WeakMap<ArrayBufferLike, Buffer>()

  function keep(memory: Buffer): void {
    if (free.length < MOST_FREE) free.push(memory)
  }

  class PageRoom extends Writable implements Room {
    /** Nothing before the first piece has come: until then others may have it. */
    #memory: Buffer = NOTHING
    #length = 0

    override _write(piece: Uint8Array, _encoding: string, done: () => void): void {
      if (this.#memory === NOTHING) this.#memory = free.pop() ?? Buffer.allocUnsafeSlow(FIRST_SIZE)
      const end = this.#length + piece.length
      if (end > this.#memory.length) this.#memory = larger(this.#memory, this.#length, end)
      this.#memory.set(piece, this.#length)
      this.#length = end
      done()
    }

    whole(): Uint8Array {
      const whole = this.#memory.subarray(0, this.#length)
      // A short answer does not hold on to the room of a page.
      if (this.#length <= this.#memory.length / 4) {
        if (this.#memory !== NOTHING) keep(this.#memory)
        return Buffer.from(whole)
      }
      lent.set(this.#memory.buffer, this.#memory)
      return whole
    }
  }

  return {
    room: () => new PageRoom(),
    giveBack({ buffer }) {
      const memory = lent.get(buffer)
      if (memory === undefined) return
      lent.delete(buffer)
      keep(memory)
    },
  }
}
