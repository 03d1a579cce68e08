import type { Fault } from '../../emulator/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { oneOf, type Draw } from '../support/random.ts'

/** What the network, the edge and a bad day do to an answer; none of it says that a record is gone. */
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 400 },
  { kind: 'status', status: 403, body: '<html>Access denied</html>' },
  { kind: 'timeout-524' },
  { kind: 'connection-reset' },
  { kind: 'truncated-body' },
  { kind: 'cut-connection' },
  { kind: 'null-body' },
  { kind: 'html-body' },
  { kind: 'empty-body' },
  { kind: 'forbidden' },
  { kind: 'wrong-scope' },
  { kind: 'feature-capped' },
  { kind: 'payment-required' },
  { kind: 'repeated-page-token' },
  { kind: 'stuck-page' },
  { kind: 'unsorted-page' },
  { kind: 'missing-key', key: 'id' },
]

/** Strikes some of a stream's requests, seldom or often enough for every retry to meet it. */
export function drawFault(draw: Draw, { partitions, catalogs }: Stream): Fault {
  const paths = [...partitions, ...catalogs.flatMap(({ sources }) => sources)].map(({ path }) => path)
  const path = oneOf(draw, paths).replace('{id}', '[^/]+')
  return {
    ...oneOf(draw, FAULTS),
    match: new RegExp(`${path}(\\?|$)`),
    after: draw(6),
    times: oneOf(draw, [1, 2, 20]),
  }
}
