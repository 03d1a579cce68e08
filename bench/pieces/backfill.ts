import { tmpdir } from 'node:os'
import { systemClock } from '../../src/clock.ts'
import type { Reporter } from '../../src/reporter.ts'
import { run } from '../../src/run.ts'
import type { RunParts } from '../../src/run-types.ts'
import { SCHEMAS, type Measured, type PieceInput } from '../piece.ts'
import { WHOLE, streamsOf } from '../work.ts'

const silent: Reporter = {
  info: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
}

/** A run that says nothing and is never stopped. */
export function partsOf({ emulatorUrl, emulatorToken, databaseUrl }: PieceInput): RunParts {
  return {
    warehouse: {
      databaseUrl,
      dataDir: tmpdir(),
      schemas: SCHEMAS,
      account: SCHEMAS.data,
      labelledViews: true,
    },
    source: { baseUrl: emulatorUrl, token: emulatorToken },
    clock: systemClock,
    signal: new AbortController().signal,
    reporter: silent,
  }
}

/** Ours, as the command runs it: a backfill, or whatever else is asked for. */
export async function backfill(input: PieceInput): Promise<Measured> {
  const began = performance.now()
  const report = await run(partsOf(input), {
    command: 'backfill',
    streams: streamsOf(input),
    plan: { ...WHOLE, mode: input.mode ?? WHOLE.mode },
    allowance: { tokens: Number.MAX_SAFE_INTEGER },
    maxShare: 1,
    ...(input.walkers === undefined ? {} : { walkers: input.walkers }),
  })
  const seconds = (performance.now() - began) / 1000
  if (report.status !== 'done') throw new Error(`The backfill ended as ${report.status}: ${report.error}`)
  return {
    seconds,
    records: report.streams.reduce((sum, each) => sum + each.inserted + each.updated + each.unchanged, 0),
  }
}
