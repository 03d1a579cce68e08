import { readFileSync } from 'node:fs'
import { boundMemory } from '../src/memory.ts'
import type { Measured, PieceInput, PieceName } from './piece.ts'

const PIECES: Readonly<Record<PieceName, () => Promise<(input: PieceInput) => Promise<Measured>>>> = {
  backfill: async () => (await import('./pieces/backfill.ts')).backfill,
  fetch: async () => (await import('./pieces/fetch.ts')).fetchPages,
  copy: async () => (await import('./pieces/copy.ts')).copyRows,
  loop: async () => (await import('./pieces/loop.ts')).loop,
}

/**
 * Of Linux's own book where there is one: what `getrusage` tells of a process begins with the size of the one that
 * started it.
 */
function peakBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}

/** Measures and tells the parent. */
async function measureHere(name: string, input: string): Promise<void> {
  const piece = await PIECES[name as PieceName]()
  const before = process.cpuUsage()
  const measured = await piece(JSON.parse(input) as PieceInput)
  const { user, system } = process.cpuUsage(before)
  process.send?.({ ...measured, cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() })
  process.disconnect()
}

const [name = '', input = ''] = process.argv.slice(2)
// As the program does, before anything else is loaded.
if (name === 'backfill') boundMemory()
await measureHere(name, input)
