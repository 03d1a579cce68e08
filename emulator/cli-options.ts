import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { readFault } from './cli-faults.ts'
import { readSwitch } from './cli-switches.ts'
import { defaultSize, type CompanySize, type EmulatorOptions, type Fault } from './index.ts'
import { clockFrom, parseTime } from './time.ts'

const numbers = ['port', 'seed', 'burst', 'daily', ...Object.keys(defaultSize)]
const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const one = { type: 'string' } as const
const many = { type: 'string', multiple: true } as const
const flags: ParseArgsOptionsConfig = {
  ...Object.fromEntries(numbers.map((name) => [flagOf(name), one])),
  token: one,
  now: one,
  switch: many,
  fault: many,
  prerender: many,
}

/** How many requests a program that runs for days remembers. */
const KEPT_REQUESTS = 1000

export interface CommandLine {
  readonly options: EmulatorOptions
  readonly faults: readonly Fault[]
  readonly prerender: readonly string[]
}

type Values = Readonly<Record<string, unknown>>

const textsOf = (values: Values, name: string): readonly string[] => (values[name] ?? []) as readonly string[]

function read<T>(values: Values, name: string, parse: (text: string) => T): Record<string, T> {
  const text = values[flagOf(name)]
  return typeof text === 'string' ? { [name]: parse(text) } : {}
}

function number(values: Values, name: string): Record<string, number> {
  return read(values, name, (text) => {
    if (!/^\d+$/.test(text)) throw new Error(`--${flagOf(name)} takes a whole number.`)
    return Number(text)
  })
}

function clock(text: string): () => number {
  const at = parseTime(text)
  if (Number.isNaN(at)) throw new Error('--now takes a time like 2026-06-15T12:00:00Z.')
  return clockFrom(at)
}

/** Throws one sentence for the first flag that is wrong. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false })
  const sizes = Object.keys(defaultSize).map((name) => number(values, name))
  return {
    options: {
      ...number(values, 'port'),
      ...number(values, 'seed'),
      ...read(values, 'token', (text) => text),
      ...read(values, 'now', clock),
      size: Object.assign({}, ...sizes) as Partial<CompanySize>,
      limits: { ...number(values, 'burst'), ...number(values, 'daily') },
      switches: Object.assign({}, ...textsOf(values, 'switch').map(readSwitch)) as object,
      keepRequests: KEPT_REQUESTS,
    },
    faults: textsOf(values, 'fault').map(readFault),
    prerender: textsOf(values, 'prerender'),
  }
}
