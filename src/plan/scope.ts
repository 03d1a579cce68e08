import type { ReadPlan } from '../extract/windows.ts'
import type { Stream } from '../streams/stream.ts'

interface Asked {
  readonly streams: readonly Stream[]
  readonly plan: ReadPlan
  readonly detail?: string
}

function bound(moment: number | null): string {
  return moment === null ? '' : new Date(moment).toISOString()
}

/** What a run covers, as a text: a plan holds for the runs that cover the same. */
export function scopeOf({ streams, plan: { mode, since, until }, detail = '' }: Asked): string {
  const names = streams.map(({ name, whole }) => (whole === undefined ? name : `${name} (another door)`))
  return [mode, `${bound(since)}..${bound(until)}`, detail, names.join()].join(' ')
}
