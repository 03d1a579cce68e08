import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the young generation of the heap at its first size, 3 MB; V8 would let it grow to 48 MB. The pages of a run lie
 * outside of the heap, and what it holds for longer than one of them is little. Measured in docs/performance.md.
 */
export function boundMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
