/** Memory for the bodies of answers, which is used again for others. */
export interface PageMemory {
  /** The whole of a body. */
  gather(body: AsyncIterable<Uint8Array>): Promise<Uint8Array>
  /** Says that nobody reads it any more; what is never given back is left to the garbage collector. */
  readonly giveBack: (bytes: Uint8Array) => void
}

const FIRST_SIZE = 64 * 1024
/** Pages that wait for the next answer; more are in use at once only where many walkers are. */
const MOST_FREE = 16

/**
 * A page of 500 records is a megabyte, made of pieces of 64 kB: fresh memory for each costs time, and stays taken until
 * the garbage collector looks.
 */
export function createPageMemory(): PageMemory {
  const free: Buffer[] = []
  const lent = new WeakMap<ArrayBufferLike, Buffer>()

  function take(): Buffer {
    return free.pop() ?? Buffer.allocUnsafeSlow(FIRST_SIZE)
  }

  function larger(memory: Buffer, length: number, needed: number): Buffer {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, memory.length * 2))
    next.set(memory.subarray(0, length))
    return next
  }

  function keep(memory: Buffer): void {
    if (free.length < MOST_FREE) free.push(memory)
  }

  return {
    async gather(body) {
      let memory = take()
      let length = 0
      for await (const piece of body) {
        const end = length + piece.length
        if (end > memory.length) memory = larger(memory, length, end)
        memory.set(piece, length)
        length = end
      }
      const whole = memory.subarray(0, length)
      // A short answer does not hold on to the room of a page.
      if (length <= memory.length / 4) {
        keep(memory)
        return Buffer.from(whole)
      }
      lent.set(memory.buffer, memory)
      return whole
    },
    giveBack({ buffer }) {
      const memory = lent.get(buffer)
      if (memory === undefined) return
      lent.delete(buffer)
      keep(memory)
    },
  }
}
