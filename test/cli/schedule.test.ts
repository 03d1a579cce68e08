import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, emptyDirectory, sentenceOf, smallCompany, variables } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

/** What `schedule` says first about a time zone, where nothing else is configured. */
async function saidOf(zones: readonly string[]): Promise<readonly string[]> {
  const flags = ['schedule', '--pass', '0 6 * * *', '--timezone']
  return Promise.all(zones.map(async (zone) => sentenceOf(await cli([...flags, zone]))))
}

/** Nothing that comes due while a test runs. */
const YEARLY = ['schedule', '--pass', '0 0 1 1 *', '--tick', 'off', '--sweep', 'off']

test('a timetable comes from the environment where no flag gives it, and what is wrong with it is told', async () => {
  const env = { SCHEDULE_PASS: 'never' }
  const told = sentenceOf(await cli(['schedule'], { env }))
  expect(told).toMatch(/^SCHEDULE_PASS takes an expression like "\*\/15 \* \* \* \*", or off, not "never"/)
  const over = sentenceOf(await cli(['schedule', '--pass', 'off'], { env }))
  expect(over).toMatch(/^PIPEDRIVE_API_TOKEN is not set/)
})

test('a time zone is taken under each of its names', async () => {
  const said = await saidOf(['Asia/Kolkata', 'Europe/Kyiv', 'Europe/Kiev', 'UTC'])
  expect(said.map((sentence) => sentence.slice(0, 30))).toEqual(
    said.map(() => 'PIPEDRIVE_API_TOKEN is not set'),
  )
})

test('a time zone that is none is refused', async () => {
  for (const sentence of await saidOf(['Mars/Olympus', '', 'Europe']))
    expect(sentence).toMatch(/^--timezone takes a name like Europe\/Tallinn/)
})

test.runIf(process.platform !== 'win32')(
  'SIGTERM to npm start reaches the program, which stops',
  async () => {
    const env = variables(await smallCompany(), (await testDatabase()).url)
    const npm = spawn('npm', ['start', '--', ...YEARLY], {
      cwd: join(import.meta.dirname, '..', '..'),
      env: { ...process.env, ...env, PIPEDRIVE_WAREHOUSE_DIR: await emptyDirectory() },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    onTestFinished(() => {
      try {
        process.kill(-(npm.pid ?? 0), 'SIGKILL')
      } catch {
        // Nothing of it is left, as it should be.
      }
    })
    let said = ''
    for (const stream of [npm.stdout, npm.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        npm.emit('said')
      })
    // npm itself may warn before.
    while (!said.includes('Scheduled: ')) await once(npm, 'said')
    npm.kill('SIGTERM')
    // The pipe is closed when the last process that writes to it has ended.
    await once(npm, 'close')
    expect(said).toContain('Stopped after 0 runs.')
  },
)
