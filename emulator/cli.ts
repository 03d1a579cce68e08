import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { defaultSize, startEmulator, type CompanySize, type EmulatorOptions } from './index.ts'

const numbers = ['port', 'seed', 'burst', 'daily', ...Object.keys(defaultSize)]
const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const options: ParseArgsOptionsConfig = {
  ...Object.fromEntries([...numbers.map(flagOf), 'token'].map((name) => [name, { type: 'string' as const }])),
  prerender: { type: 'string', multiple: true },
}

type Values = Readonly<Record<string, unknown>>

function readNumber(values: Values, name: string): number | undefined {
  const text = values[flagOf(name)]
  if (text === undefined) return undefined
  if (typeof text !== 'string' || !/^\d+$/.test(text))
    throw new Error(`--${flagOf(name)} takes a whole number.`)
  return Number(text)
}

const given = <T>(key: string, value: T | undefined): Record<string, T> =>
  value === undefined ? {} : { [key]: value }

function readOptions(values: Values): EmulatorOptions {
  const number = (name: string): Record<string, number> => given(name, readNumber(values, name))
  const size = Object.assign({}, ...Object.keys(defaultSize).map(number)) as Partial<CompanySize>
  const token = values['token']
  return {
    ...number('port'),
    ...number('seed'),
    ...given('token', typeof token === 'string' ? token : undefined),
    size,
    limits: { ...number('burst'), ...number('daily') },
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options,
    strict: true,
    allowPositionals: false,
  })
  const emulator = await startEmulator(readOptions(values))
  for (const path of (values['prerender'] ?? []) as readonly string[]) emulator.prerender(path)
  process.stdout.write(`Pipedrive emulator at ${emulator.url} with token ${emulator.token}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.stop())
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`)
  process.exitCode = 2
})
