import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { caller } from './support/emulator.ts'

const program = join(import.meta.dirname, '../../emulator/cli.ts')

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const said = async (stream: ChildProcess['stdout']): Promise<string> => {
  const [chunk] = stream ? ((await once(stream, 'data')) as [Buffer]) : [Buffer.alloc(0)]
  return chunk.toString()
}

describe('the emulator as a program', () => {
  test('says where it listens, serves what it was asked for and ends on SIGTERM', async () => {
    const child = start('--deals', '3', '--token', 'secret', '--daily', '500', '--prerender', '/api/v2/deals')
    const [, url = '', token = ''] = /at (\S+) with token (\S+)/.exec(await said(child.stdout)) ?? []
    expect(token).toBe('secret')
    const reply = await caller({ url, token })('/api/v2/deals?status=open,won,lost,deleted')
    expect(reply.headers.get('x-daily-ratelimit-token-limit')).toBe('500')
    expect(reply.rows.length).toBeLessThanOrEqual(3)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test.each([
    [['--deals', 'many'], '--deals takes a whole number.'],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('refuses %j in one line', async (args, message) => {
    const child = start(...args)
    const [text, exit] = await Promise.all([said(child.stderr), once(child, 'exit')])
    expect(exit).toEqual([2, null])
    expect(text.trim().split('\n')).toHaveLength(1)
    expect(text).toContain(message)
  })
})
