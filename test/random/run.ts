import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const USAGE = 'Usage: npm run test:random -- [--seed 1] [--steps 3000]'
const SEEDS = 1_000_000

interface Options {
  readonly seed: number
  readonly steps: number
}

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new TypeError(`--${name} takes a whole number.`)
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, steps: { type: 'string', default: '3000' } },
  })
  const seed = values.seed ?? String(Math.floor(Math.random() * SEEDS))
  return { seed: whole('seed', seed), steps: whole('steps', values.steps) }
}

/** Plays one seed, another one each time where none is named, and ends as the test that plays it. */
function play({ seed, steps }: Options): void {
  process.stderr.write(`Playing seed ${seed}, ${steps} steps\n`)
  const env = { ...process.env, RANDOM_SEED: String(seed), RANDOM_STEPS: String(steps) }
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/random/random.test.ts']
  spawn(process.execPath, vitest, { stdio: 'inherit', env }).on('close', (code) => {
    process.exitCode = code ?? 1
  })
}

try {
  play(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
  process.exitCode = 2
}
