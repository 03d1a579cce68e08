import { configError } from '../errors.ts'
import { streams } from './index.ts'
import type { Stream } from './stream.ts'

const kinds = streams.flatMap(({ erasable }) => erasable ?? [])

/** How the keys of each type are written, and their one form. */
const KEYS: Readonly<Record<string, { readonly form: RegExp; readonly example: string }>> = {
  bigint: { form: /^[1-9]\d{0,17}$/, example: 'a number like 123' },
  uuid: {
    form: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    example: 'a UUID like adf21080-0e10-11eb-879b-05d71fb426ec',
  },
  text: { form: /^\S+$/, example: 'a word' },
}

export interface ErasableRecord {
  readonly stream: Stream
  /** As the key column shows it. */
  readonly key: string
}

/** The record that is meant by a word for its kind and its id. Throws `E_CONFIG`. */
export function readRecord(kind: string, id: string): ErasableRecord {
  const stream = streams.find(({ erasable }) => erasable === kind)
  if (stream === undefined)
    throw configError(`"${kind}" cannot be erased. What can be is: ${kinds.join(', ')}.`)
  const type = stream.columns[stream.key[0] ?? '']
  const { form, example } = KEYS[typeof type === 'string' ? type : ''] ?? { form: /^\S+$/, example: 'a word' }
  if (!form.test(id)) throw configError(`"${id}" is no id of a ${kind}: that is ${example}.`)
  return { stream, key: type === 'uuid' ? id.toLowerCase() : id }
}

/** The word for a record of a stream. */
export function kindOf(name: string): string {
  return streams.find((stream) => stream.name === name)?.erasable ?? name
}
