import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'

export interface BenchEmulator extends AsyncDisposable {
  readonly url: string
  readonly token: string
}

/** What the company has; of the rest, as much as usual. */
export interface EmulatorSize {
  readonly deals: number
  readonly persons?: number
  readonly 'custom-fields'?: number
}

/** So high that neither the burst limit nor the day's budget is what is measured. */
export const LIMITS = { burst: 1_000_000, daily: 1_000_000_000 } as const

/** The emulator in a process of its own, so that its memory and time are not taken for ours. */
export async function startEmulatorProcess(size: EmulatorSize): Promise<BenchEmulator> {
  const flags = Object.entries({ ...size, ...LIMITS }).map(([name, value]) => `--${name}=${value}`)
  const program = join(import.meta.dirname, '..', 'emulator', `cli${extname(import.meta.filename)}`)
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) {
    const [, url, token] = /at (http:\S+) with token (\S+)/.exec(line) ?? []
    if (url === undefined || token === undefined) continue
    return {
      url,
      token,
      async [Symbol.asyncDispose]() {
        child.kill()
        await exited
      },
    }
  }
  throw new Error('The emulator ended before it said where it is.')
}
