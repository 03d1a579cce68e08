import { Command, InvalidArgumentError } from 'commander'
import { scenarios } from './scenarios/index.ts'
import type { Scenario } from './scenario.ts'
import { subjects, type Subject } from './subjects.ts'

export interface BenchOptions {
  readonly asked: { readonly scenarios: readonly Scenario[] } | { readonly subject: Subject }
  /** Instead of as many as each has. */
  readonly rounds?: number
  /** One round of few records: whether it works, not how fast. */
  readonly quick: boolean
  /** The table goes into the page on performance too. */
  readonly write: boolean
  readonly json: boolean
}

interface Flags {
  readonly rounds?: number
  readonly quick?: true
  readonly write?: true
  readonly json?: true
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It takes a whole number above 0.')
}

function linesOf(all: readonly { readonly name: string; readonly about: string }[]): string {
  return all.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')
}

const WHAT = `
In the table, all of them when none is named:
${linesOf(scenarios.map(({ name, about, records }) => ({ name, about: about(records.usual.toLocaleString('en')) })))}

Only by their names:
${linesOf(subjects)}`

function program(): Command {
  return new Command('npm run bench --')
    .description('Measures what the program takes, beside what it could take at best.')
    .argument('[name]', 'what to measure')
    .option('--rounds <number>', 'instead of as many as usual', wholeNumber)
    .option('--quick', 'one round of few records: whether it works, not how fast')
    .option('--write', 'put the table into docs/performance.md as well')
    .option('--json', 'one JSON object instead of the table')
    .addHelpText('after', WHAT)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
}

/** Throws a CommanderError, and has told why on stderr, where the arguments are wrong; also for `--help`. */
export function readOptions(args: readonly string[]): BenchOptions {
  const command = program().parse(args, { from: 'user' })
  const [name] = command.args
  const { rounds, quick, write, json } = command.opts<Flags>()
  const subject = subjects.find((each) => each.name === name)
  const named = scenarios.filter((each) => name === undefined || each.name === name)
  if (subject === undefined && named.length === 0) command.error(`error: there is no bench "${name}".`)
  if (write === true && (name ?? rounds ?? quick) !== undefined)
    command.error('error: --write is for the whole table: leave the name, --rounds and --quick out.')
  return {
    asked: subject === undefined ? { scenarios: named } : { subject },
    ...(rounds === undefined ? {} : { rounds }),
    ...{ quick: quick === true, write: write === true, json: json === true },
  }
}
