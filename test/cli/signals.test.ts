import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'

const MODULE = new URL('../../src/process.ts', import.meta.url).href

/** A job that says when it begins and when it is asked to stop, and `then` does as it likes. */
function startJob(then: string) {
  const script = `
    import { runJob } from ${JSON.stringify(MODULE)}
    await runJob(async ({ signal }) => {
      const alive = setInterval(() => undefined, 1000)
      console.log('begun')
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      console.log(signal.reason.message)
      ${then}
      clearInterval(alive)
      throw signal.reason
    }, false)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = async (): Promise<string> => String(((await once(child.stdout, 'data')) as [Buffer])[0])
  return { child, said, ended: once(child, 'exit') }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s asks the job to stop, and the exit code tells of it', async (name, code) => {
  const { child, said, ended } = startJob('')
  await said()
  child.kill(name)
  expect(await said()).toMatch(new RegExp(`^Stopped by ${name} after the last checkpoint`))
  expect(await ended).toEqual([code, null])
})

test('a second signal ends the process at once, also when it is another one', async () => {
  const { child, said, ended } = startJob('await new Promise(() => undefined)')
  await said()
  child.kill('SIGTERM')
  await said()
  child.kill('SIGINT')
  expect(await ended).toEqual([null, 'SIGINT'])
})
