import type { Emulator, Row } from '../../emulator/index.ts'

/** Sends a change to the emulator as a program would, and gives what it answers; throws what is not taken. */
export async function send(emulator: Emulator, method: string, path: string, body?: unknown): Promise<Row> {
  const answer = await fetch(`${emulator.url}/${path}`, {
    method,
    headers: { 'x-api-token': emulator.token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return (JSON.parse(text) as { readonly data: Row }).data
}
