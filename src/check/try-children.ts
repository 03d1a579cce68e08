import { SyncError } from '../errors.ts'
import type { AskedParent } from '../extract/child-pages.ts'
import { keyOf } from '../extract/page.ts'
import { listProbeOf, probe, probeChildren } from '../extract/probe.ts'
import type { Send } from '../extract/request.ts'
import type { ChildPartition } from '../streams/children.ts'
import type { Params, Stream } from '../streams/stream.ts'
import { saysDeleted } from '../transform/deletion.ts'
import { endsAll } from './ends-all.ts'

type Row = Readonly<Record<string, unknown>>

/** What children are tried with. */
export interface Family {
  readonly send: Send
  readonly stream: Stream
  readonly child: ChildPartition
  /** The parent that the warehouse holds. */
  readonly held: AskedParent | undefined
  /** UTC, `YYYY-MM-DD`. */
  readonly today: string
}

/**
 * Asks for the children of one parent: of the one that is held, else of the first that Pipedrive shows. Throws what
 * refuses the stream; returns why it could not be tried, null where it can be read.
 */
export async function tryChildren(family: Family): Promise<string | null> {
  const { send, stream, child, held } = family
  if (held !== undefined && (await isAnswered(family, held))) return null
  const { of } = child.parents
  const record = await firstRecord(family)
  if (record instanceof SyncError) return `${of.name} cannot be read, so there is none to try it with`
  if (record === undefined) return `no record of ${of.name} to try it with`
  const parent = { key: keyOf(of, record), params: paramsOf(family, record) }
  if (!isDeleted(of, record)) await probeChildren(send, stream, child, parent)
  else if (!(await isAnswered(family, parent))) return `the first record of ${of.name} is deleted`
  return null
}

/** Whether a parent that may be gone has its children shown. Throws what has nothing to do with the parent. */
async function isAnswered({ send, stream, child }: Family, parent: AskedParent): Promise<boolean> {
  try {
    await probeChildren(send, stream, child, parent)
    return true
  } catch (error) {
    if (error instanceof SyncError && ['E_FORBIDDEN', 'E_NOT_FOUND'].includes(error.code)) return false
    throw error
  }
}

/** What Pipedrive shows first of the parents, or why it does not. The children's stream pays where nobody has asked. */
async function firstRecord({ send, stream, child }: Family): Promise<Row | undefined | SyncError> {
  const { of } = child.parents
  const list = listProbeOf(of)
  try {
    return list && ((await probe(send, { ...of, name: stream.name }, list)) as Row | undefined)
  } catch (error) {
    if (!(error instanceof SyncError) || endsAll(error) || error.recovery === 'defer') throw error
    return error
  }
}

function isDeleted(of: Stream, record: Row): boolean {
  return saysDeleted(of, record[of.deletedWhen?.field ?? ''])
}

function valueOf({ columns }: Stream, column: string, record: Row): unknown {
  const spec = columns[column]
  const from = (typeof spec === 'object' ? spec.from : undefined) ?? column
  return from.split('.').reduce<unknown>((value, step) => (value as Row | null | undefined)?.[step], record)
}

/** The parameters that are the parent's own; a date that it lacks is today, or its latest if that is yet to come. */
function paramsOf({ child, today }: Family, record: Row): Params {
  const { of, params = {} } = child.parents
  const dateOf = (column: string): readonly string[] => {
    const value = valueOf(of, column, record)
    return typeof value === 'string' ? [value] : []
  }
  const latest = [today, ...Object.values(params).flatMap(dateOf)].toSorted().at(-1) ?? today
  return Object.fromEntries(
    Object.entries(params).map(([name, column]) => [name, dateOf(column)[0] ?? latest]),
  )
}
