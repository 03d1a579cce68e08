import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface OldPostgres extends AsyncDisposable {
  readonly url: string
}

function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

function int(bytes: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeIntBE(value, 0, bytes)
  return buffer
}

const READY = message('Z', 'I')
const WELCOME = Buffer.concat([message('R', int(4, 0)), READY])

/** One row with one column of text. */
function row(value: string): Buffer {
  const column = ['version\0', int(4, 0), int(2, 0), int(4, 25), int(2, -1), int(4, -1), int(2, 0)]
  return Buffer.concat([
    message('T', int(2, 1), ...column),
    message('D', int(2, 1), int(4, value.length), value),
    message('C', 'SELECT 1\0'),
    READY,
  ])
}

function serve(socket: Socket): void {
  let welcomed = false
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    if (!welcomed) socket.write(WELCOME)
    else if (data.toString('latin1', 0, 1) === 'Q') socket.write(row('130022'))
    welcomed = true
  })
}

/** As much of a PostgreSQL 13 as it takes to be told so: machines that run the tests need not have one. */
export async function openOldPostgres(): Promise<OldPostgres> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `postgres://user@127.0.0.1:${(server.address() as AddressInfo).port}/warehouse`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
