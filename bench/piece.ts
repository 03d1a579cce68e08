import { fork } from 'node:child_process'

/** One thing that is measured, in a process of its own: fresh heap, fresh compiler. */
export type PieceName = 'backfill' | 'fetch' | 'copy'

export interface PieceInput {
  readonly emulatorUrl: string
  readonly emulatorToken: string
  readonly databaseUrl: string
  /** What a backfill reads, where it is not what the floors read. */
  readonly streams?: readonly string[]
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
export const PIECE_FLAG = '--piece'

async function load(name: string): Promise<(input: PieceInput) => Promise<Measured>> {
  switch (name) {
    case 'backfill':
      return (await import('./pieces/backfill.ts')).backfill
    case 'fetch':
      return (await import('./pieces/fetch.ts')).fetchPages
    case 'copy':
      return (await import('./pieces/copy.ts')).copyRows
    default:
      throw new TypeError(`There is no piece "${name}".`)
  }
}

/** The child's side: measures and tells the parent. */
export async function measureHere(name: string, input: string): Promise<void> {
  const piece = await load(name)
  const before = process.cpuUsage()
  const measured = await piece(JSON.parse(input) as PieceInput)
  const { user, system } = process.cpuUsage(before)
  const peakBytes = process.resourceUsage().maxRSS * 1024
  process.send?.({ ...measured, cpuSeconds: (user + system) / 1e6, peakBytes })
  process.disconnect()
}

/** The parent's side. */
export function measure(name: PieceName, input: PieceInput): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1] ?? '', [PIECE_FLAG, name, JSON.stringify(input)])
    let measurement: Measurement | undefined
    child.on('message', (message) => (measurement = message as Measurement))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && measurement !== undefined) resolve(measurement)
      else reject(new Error(`The piece "${name}" ended with ${code} and without a measurement.`))
    })
  })
}
