import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { emptyDirectory, PROGRAM, smallCompany, variables } from '../support/cli.ts'

/** Root may write everywhere, so it steps down. */
const person = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const withinReach = spawnSync(process.execPath, [PROGRAM, '--version'], person).status === 0

test.runIf(withinReach)(
  'check asks for nothing where the warehouse could not be kept, and says why in one sentence',
  async () => {
    const emulator = await smallCompany()
    const cwd = await emptyDirectory()
    await chmod(cwd, 0o555)
    const child = spawn(process.execPath, [PROGRAM, 'check'], {
      ...person,
      cwd,
      env: { PATH: process.env['PATH'], ...variables(emulator) },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    expect(await once(child, 'close')).toEqual([2, null])
    expect(stderr).toMatch(
      /^The database cannot be kept in \S+\.pipedrive-warehouse: EACCES: .*DATABASE_URL\.\n$/,
    )
    expect(emulator.requests).toEqual([])
  },
)
