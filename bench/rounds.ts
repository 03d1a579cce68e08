import type { BenchServer } from './database.ts'
import type { BenchEmulator } from './emulator.ts'
import { measure, type Measurement, type PieceInput, type PieceName } from './piece.ts'

export type Round = Readonly<Record<PieceName, Measurement>>

export function inputOf(emulator: BenchEmulator, server: BenchServer): PieceInput {
  return { emulatorUrl: emulator.url, emulatorToken: emulator.token, databaseUrl: server.databaseUrl }
}

export async function measureBackfill(emulator: BenchEmulator, server: BenchServer): Promise<Measurement> {
  await server.renew()
  await server.settle()
  return measure('backfill', inputOf(emulator, server))
}

/** Ours and the floors, one after the other, so that a change of the machine's mood meets all of them. */
export async function measureRound(emulator: BenchEmulator, server: BenchServer): Promise<Round> {
  const backfill = await measureBackfill(emulator, server)
  const fetch = await measure('fetch', inputOf(emulator, server))
  await server.settle()
  const copy = await measure('copy', inputOf(emulator, server))
  if (fetch.records !== backfill.records || copy.records !== backfill.records)
    throw new Error(
      `Not the same work: ${backfill.records} loaded, ${fetch.records} fetched, ${copy.records} copied.`,
    )
  return { backfill, fetch, copy }
}
