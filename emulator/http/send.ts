import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { Fault } from './faults.ts'

const bytesOf = ({ body }: Answer): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.concat(body)

export async function send(
  response: ServerResponse,
  answer: Answer,
  faults: readonly Fault[],
): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === 'latency') await sleep(fault.ms)
    if (fault.kind === 'connection-reset') return void response.socket?.resetAndDestroy()
    if (fault.kind === 'truncated-body') return void response.end(firstHalf(bytesOf(answer)))
    if (fault.kind === 'cut-connection') return cutConnection(response, bytesOf(answer))
    if (fault.kind === 'slow-drip') return drip(response, bytesOf(answer), fault.ms, fault.pieces ?? 10)
  }
  const pieces = typeof answer.body === 'string' ? [answer.body] : answer.body
  for (const piece of pieces) if (piece.length > 0) response.write(piece)
  response.end()
}

const firstHalf = (body: Buffer): Buffer => body.subarray(0, Math.floor(body.length / 2))

function cutConnection(response: ServerResponse, body: Buffer): void {
  response.write(firstHalf(body), () => response.socket?.destroy())
}

async function drip(response: ServerResponse, body: Buffer, ms: number, pieces: number): Promise<void> {
  const size = Math.ceil(body.length / pieces) || 1
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    response.write(body.subarray(at, at + size))
    await sleep(ms)
  }
  response.end()
}
