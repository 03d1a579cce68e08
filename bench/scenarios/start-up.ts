import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulatorProcess } from '../emulator.ts'
import { measure, measureBackfill } from '../piece.ts'
import { BUILT, ROOT } from '../root.ts'
import { scenario } from '../scenario.ts'

/** Seconds of a process that says how the warehouse is, from its start to its end. */
async function statusBy(program: string, databaseUrl: string): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'status'], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${program} status ended with ${code}.`)
  return (performance.now() - began) / 1000
}

export const startUp = scenario({
  name: 'start-up',
  about: (records) => `status of a warehouse of ${records} deals and ${records} persons`,
  records: { usual: 10_000, quick: 1000 },
  rounds: 11,
  figures: {
    seconds: { what: 'as it is installed', unit: ' s', digits: 2, goal: { most: 0.4 } },
    source: { what: 'from its source, types stripped', unit: ' s', digits: 2 },
  },
  async open({ server, records, own }) {
    const emulator = own(await startEmulatorProcess({ deals: records, persons: records }))
    await measureBackfill(emulator, server)
    for (let run = 0; run < 3; run++) await measure('backfill', emulator, server, { mode: 'pass' })
    return async () => ({
      seconds: await statusBy(join(BUILT, 'program', 'cli.js'), server.databaseUrl),
      source: await statusBy(join(ROOT, 'src', 'cli.ts'), server.databaseUrl),
    })
  },
})
