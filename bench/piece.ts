import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { ReadPlan } from '../src/extract/windows.ts'
import type { BenchServer } from './database.ts'
import type { BenchEmulator } from './emulator.ts'
import { BUILT } from './root.ts'

/** One thing that is measured, in a process of its own: fresh heap, fresh compiler. */
export type PieceName = 'backfill' | 'fetch' | 'copy' | 'loop'

/** What a run of ours is told, where it is not what the floors do. */
export interface RunInput {
  readonly streams?: readonly string[]
  readonly mode?: ReadPlan['mode']
  /** Walkers besides the one of each stream. */
  readonly walkers?: number
}

export interface PieceInput extends RunInput {
  readonly emulatorUrl: string
  readonly emulatorToken: string
  readonly databaseUrl: string
}

export interface Measured {
  /** Without the start of the process and its imports. */
  readonly seconds: number
  /** Deals and persons; rows of exploded tables are not counted. */
  readonly records: number
}

export interface Measurement extends Measured {
  /** Processor time of the process, without its start and its imports. */
  readonly cpuSeconds: number
  /** Highest resident size of the process, bytes. */
  readonly peakBytes: number
}

export const SCHEMAS = { data: 'pipedrive', control: 'pipedrive_sync' } as const

const PIECE_PROCESS = join(BUILT, 'bench', 'piece-process.js')

/** Measures a piece in a process of its own. */
export function measure(
  name: PieceName,
  emulator: Pick<BenchEmulator, 'url' | 'token'>,
  { databaseUrl }: Pick<BenchServer, 'databaseUrl'>,
  how: RunInput = {},
): Promise<Measurement> {
  const input: PieceInput = { ...how, emulatorUrl: emulator.url, emulatorToken: emulator.token, databaseUrl }
  return new Promise((resolve, reject) => {
    const child = fork(PIECE_PROCESS, [name, JSON.stringify(input)])
    let measurement: Measurement | undefined
    child.on('message', (message) => (measurement = message as Measurement))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && measurement !== undefined) resolve(measurement)
      else reject(new Error(`The piece "${name}" ended with ${code} and without a measurement.`))
    })
  })
}

/** A run of ours into an empty database; nothing is left to be written of what was there before. */
export async function measureBackfill(
  emulator: BenchEmulator,
  server: BenchServer,
  how: RunInput = {},
): Promise<Measurement> {
  await server.renew()
  await server.settle()
  return measure('backfill', emulator, server, how)
}
