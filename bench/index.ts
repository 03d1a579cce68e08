import { measureChildren } from './children.ts'
import { childFigures, childText, type CostsByWay } from './children-report.ts'
import { startBenchServer } from './database.ts'
import { startEmulatorProcess } from './emulator.ts'
import { measureDay } from './day.ts'
import { dayFigures, dayText } from './day-report.ts'
import { fieldCases, measureCases, startCases } from './fields.ts'
import { fieldFigures, fieldText, type FieldFigure } from './fields-report.ts'
import { readOptions, type BenchOptions } from './options.ts'
import { PIECE_FLAG, measureHere, type Measurement } from './piece.ts'
import { asText, summarize, summarizeMemory } from './report.ts'
import { measureBackfill, measureRound, type Round } from './rounds.ts'
import { WAYS } from './ways.ts'

const GROWTH = 4

function tell(what: string): void {
  process.stderr.write(`${what}\n`)
}

async function compareTime({ deals, persons, rounds }: BenchOptions) {
  await using server = await startBenchServer()
  await using emulator = await startEmulatorProcess({ deals, persons })
  // The first round makes the emulator encode its pages, and is not counted.
  await measureRound(emulator, server)
  const measured: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    const { backfill, fetch, copy } = await measureRound(emulator, server)
    measured.push({ backfill, fetch, copy })
    const seconds = [backfill, fetch, copy].map((each) => each.seconds.toFixed(2)).join(' / ')
    tell(`round ${round} of ${rounds}: ours / fetch / copy ${seconds} s`)
  }
  return summarize(measured)
}

async function compareMemory({ deals, persons, rounds }: BenchOptions) {
  await using server = await startBenchServer()
  await using little = await startEmulatorProcess({ deals, persons })
  await using much = await startEmulatorProcess({ deals: deals * GROWTH, persons: persons * GROWTH })
  const [small, large]: [Measurement[], Measurement[]] = [[], []]
  for (let round = 1; round <= rounds; round++) {
    small.push(await measureBackfill(little, server))
    large.push(await measureBackfill(much, server))
    tell(`round ${round} of ${rounds}`)
  }
  return summarizeMemory(small, large)
}

async function compareChildren() {
  await using server = await startBenchServer()
  const costs: Record<string, CostsByWay[keyof CostsByWay]> = {}
  for (const way of WAYS) {
    costs[way.name] = await measureChildren(server, way)
    tell(`children: ${way.name}`)
  }
  return childFigures(costs)
}

async function compareFields({ rounds, quick }: BenchOptions) {
  await using server = await startBenchServer()
  const figures: FieldFigure[] = []
  for (const cases of fieldCases(quick)) {
    await using started = await startCases(cases)
    const measured: (readonly Measurement[])[] = []
    // The first round makes the emulators encode their pages, and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const measurements = await measureCases(started, server)
      if (round > 0) measured.push(measurements)
      tell(
        `round ${round} of ${rounds}: ${measurements.map(({ seconds }) => seconds.toFixed(2)).join(' / ')} s`,
      )
    }
    figures.push(...fieldFigures(cases, measured))
  }
  return figures
}

async function measureQuietDay({ quick }: BenchOptions) {
  await using server = await startBenchServer()
  return dayFigures(await measureDay(server, quick, tell))
}

async function figuresFor(
  options: BenchOptions,
): Promise<{ readonly figures: unknown; readonly text: string }> {
  if (options.children) {
    const figures = await compareChildren()
    return { figures, text: childText(figures) }
  }
  if (options.fields) {
    const figures = await compareFields(options)
    return { figures, text: fieldText(figures) }
  }
  if (options.day) {
    const figures = await measureQuietDay(options)
    return { figures, text: dayText(figures) }
  }
  const figures = await (options.memory ? compareMemory(options) : compareTime(options))
  return { figures, text: asText(figures) }
}

/** Null, and a word on stderr, where the arguments are wrong. */
function optionsOrUsage(args: readonly string[]): BenchOptions | null {
  try {
    return readOptions(args)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
    return null
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [first, piece = '', input = ''] = args
  if (first === PIECE_FLAG) return measureHere(piece, input)
  const options = optionsOrUsage(args)
  if (options === null) return
  const { figures, text } = await figuresFor(options)
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : text)
}

await main(process.argv.slice(2))
