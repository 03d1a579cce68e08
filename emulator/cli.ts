import { readCommandLine } from './cli-options.ts'
import { startEmulator } from './index.ts'

async function main(): Promise<void> {
  const { options, faults, prerender } = readCommandLine(process.argv.slice(2))
  const emulator = await startEmulator(options)
  try {
    for (const path of prerender) emulator.prerender(path)
  } catch (error) {
    await emulator.stop()
    throw error
  }
  for (const fault of faults) emulator.faults.add(fault)
  process.stdout.write(`Pipedrive emulator at ${emulator.url} with token ${emulator.token}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.stop())
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`)
  process.exitCode = 2
})
