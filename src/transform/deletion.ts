import type { Stream } from '../streams/stream.ts'
import { decoderOf } from './cells.ts'

/** Whether this value of the field that tells it says that the record is deleted. */
export function saysDeleted({ deletedWhen }: Stream, value: unknown): boolean {
  if (deletedWhen === undefined || value === undefined) return false
  const { is } = deletedWhen
  return typeof is === 'string' ? value === is : decoderOf('boolean')(value) === is
}
