import { CommanderError } from 'commander'
import { EXIT } from '../src/errors.ts'
import { startBenchServer } from './database.ts'
import { machineNow } from './machine.ts'
import { measureScenario } from './measure-scenario.ts'
import { readOptions, type BenchOptions } from './options.ts'
import type { Scenario, ScenarioResult } from './scenario.ts'
import { markdownTable, plainTable } from './table.ts'
import { writeTable } from './write-table.ts'

const NOT_TO_COMPARE = 'Few records and one round: these figures are not for comparison.'

function tell(what: string): void {
  process.stderr.write(`${what}\n`)
}

async function measureAll(scenarios: readonly Scenario[], { quick, rounds, write }: BenchOptions) {
  await using server = await startBenchServer()
  const how = { server, quick, tell, ...(rounds === undefined ? {} : { rounds }) }
  const results: ScenarioResult[] = []
  for (const one of scenarios) results.push(await measureScenario(one, how))
  const machine = machineNow(server.version)
  if (write) await writeTable(`Measured on ${machine}:\n\n${markdownTable(results)}`)
  const text = [machine, plainTable(results), ...(quick ? [NOT_TO_COMPARE] : [])].join('\n\n')
  return { figures: { machine, quick, scenarios: results }, text: `${text}\n` }
}

function answer(options: BenchOptions): Promise<{ readonly figures: unknown; readonly text: string }> {
  const { asked } = options
  return 'subject' in asked
    ? asked.subject.answer({ ...options, tell })
    : measureAll(asked.scenarios, options)
}

/** Null where there is nothing to do: the arguments are wrong, or help was asked for. */
function optionsFrom(args: readonly string[]): BenchOptions | null {
  try {
    return readOptions(args)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    return null
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = optionsFrom(args)
  if (options === null) return
  const { figures, text } = await answer(options)
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : text)
}

await main(process.argv.slice(2))
