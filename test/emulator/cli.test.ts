import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { caller, type Body, type Call } from './support/emulator.ts'

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

async function calling(...args: string[]): Promise<Call> {
  const [, url = '', token = ''] = /at (\S+) with token (\S+)/.exec(await said(start(...args).stdout)) ?? []
  return caller({ url, token })
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

  test('serves the same bytes from the same seed and moment, in every process', async () => {
    const args = ['--seed', '7', '--now', '2026-06-15T12:00:00Z', '--deals', '20', '--leads', '20']
    const paths = [
      '/api/v2/deals',
      '/api/v2/persons',
      '/v1/leads',
      '/v1/users',
      '/v1/dealFields',
      '/v1/files',
    ]
    const texts = async (): Promise<string[]> => {
      const call = await calling(...args)
      return Promise.all(paths.map(async (path) => (await call(path)).text))
    }
    const [one, other] = [await texts(), await texts()]
    expect(one[0]).toContain('"update_time":"2026-0')
    expect(other).toEqual(one)
  })

  test('goes on from the moment it was given', async () => {
    const call = await calling('--now', '2031-01-01T00:00:00Z')
    const made = await call('/api/v2/deals', { method: 'POST', json: { title: 'x' } })
    expect((made.body['data'] as Body)['add_time']).toMatch(/^2031-01-01T00:0/)
  })

  test('behaves as its switches say and fails as its faults say', async () => {
    const call = await calling(
      ...['--switch', 'emptyV1List=array', '--switch', 'dailyHeaders=false', '--notes', '0'],
      ...['--fault', '{"kind":"status","status":503,"match":"/v1/users","times":1}'],
    )
    const notes = await call('/v1/notes')
    expect(notes.body['data']).toEqual([])
    expect(notes.headers.has('x-daily-ratelimit-token-limit')).toBe(false)
    expect([(await call('/v1/users')).status, (await call('/v1/users')).status]).toEqual([503, 200])
  })

  test.each([
    [['--deals', 'many'], '--deals takes a whole number.'],
    [['--deals', '99999999999'], 'The company can have from 0 to 2000000 deals, not 99999999999.'],
    [['--users', '0'], 'The company can have from 1 to 10000 users, not 0.'],
    [['--colour', 'red'], "Unknown option '--colour'"],
    [['--now', 'yesterday'], '--now takes a time like'],
    [['--prerender', '/v1/notes'], 'No v2 list at /v1/notes.'],
    [['--prerender', '/api/v2/deals?limit=0'], "Parameter 'limit' must be at least 1."],
    [['--switch', 'colour=red'], 'one of the names limitTooLarge, '],
    [['--switch', 'limitTooLarge'], '--switch takes name=value'],
    [['--switch', 'limitTooLarge=grow'], '--switch limitTooLarge takes clamp or refuse.'],
    [['--switch', 'lockedStatus=500'], '--switch lockedStatus takes 402 or 403 or 404 or 415.'],
    [['--switch', 'admin=yes'], '--switch admin takes true or false.'],
    [['--switch', 'cloudflareAfter=soon'], '--switch cloudflareAfter takes a whole number.'],
    [['--fault', 'latency'], '--fault takes JSON like'],
    [['--fault', '{"kind":"slow"}'], '--fault needs a "kind", one of latency, '],
    [['--fault', '{"kind":"latency"}'], 'needs "ms" to be a whole number.'],
    [['--fault', '{"kind":"status","status":1}'], 'needs a "status" from 200 to 599.'],
    [['--fault', '{"kind":"null-body","often":2}'], 'takes no "often", only match, method, times, after.'],
  ])('refuses %j in one line', async (args, message) => {
    const child = start(...args)
    const [text, exit] = await Promise.all([said(child.stderr), once(child, 'exit')])
    expect(exit).toEqual([2, null])
    expect(text.trim().split('\n')).toHaveLength(1)
    expect(text).toContain(message)
  })
})
