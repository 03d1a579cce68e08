import { EXIT } from '../src/errors.ts'
import { exitCode } from '../src/outcome.ts'
import { KINDS, type Kind } from '../src/reconcile/findings.ts'
import type { StreamVerdict, VerifyReport } from '../src/reconcile/verify.ts'
import type { JobResult } from './job.ts'
import { progressText } from './plan-progress-text.ts'
import { recordTable, textTable } from './text-table.ts'

/** Differences that are shown one by one to a person; programs get them all. */
const MOST_SHOWN = 50
const COLUMNS = [
  'stream',
  'status',
  'there',
  'here',
  'parents',
  'compared',
  ...KINDS,
  'mended',
  'not_synced',
  'changed',
  'unconfirmed',
  'requests',
  'tokens',
  'seconds',
] as const
const TOTALS = ['by', 'group', 'there', 'here', 'sum_there', 'sum_here', 'equal'] as const

function lineOf({ differences, mended, pending, parents, parents_read: read, ...rest }: StreamVerdict) {
  const counted = KINDS.map((kind) => [kind, differences.filter((each) => each.kind === kind).length])
  return {
    ...rest,
    ...(Object.fromEntries(counted) as Record<Kind, number>),
    parents: parents === null ? null : `${read ?? 0} of ${parents}`,
    mended: mended.length,
    not_synced: pending,
  }
}

function listed(title: string, found: readonly (readonly [string, StreamVerdict['differences'][number]])[]) {
  if (found.length === 0) return []
  const rows = found
    .slice(0, MOST_SHOWN)
    .map(([stream, { key, kind, columns }]) => [stream, key, kind, columns.join(', ')])
  const more = found.length > MOST_SHOWN ? [`… and ${found.length - MOST_SHOWN} more (--json has all)`] : []
  return ['', textTable([title, 'key', 'kind', 'columns'], rows), ...more]
}

function totals(streams: VerifyReport['streams']): readonly string[] {
  const shown = streams.filter((stream) => stream.totals.length > 0)
  return shown.flatMap(({ stream, totals: lines, pending, changed }) => [
    '',
    `Totals of ${stream}${pending + changed > 0 ? ', which count what is not synced yet' : ''}:`,
    recordTable(TOTALS, lines),
  ])
}

/** Where another door may account for what differs. */
function unread(streams: VerifyReport['streams']): readonly string[] {
  const some = streams.filter((stream) => stream.unread_partitions.length > 0)
  return some.map(
    ({ stream, unread_partitions: names }) =>
      `${stream}: ${names.join(' and ')} not read as a whole yet, as compared here; sync --stream ${stream} does.`,
  )
}

/** What an equality leaves out. */
function reservations(streams: VerifyReport['streams']): string {
  const sum = (of: (stream: StreamVerdict) => number): number =>
    streams.reduce((total, stream) => total + of(stream), 0)
  const left = [
    [sum(({ pending }) => pending), 'not synced yet'],
    [sum(({ changed }) => changed), 'changed again and again while they were read'],
    [streams.filter(({ status }) => status === 'skipped').length, 'streams not shown to us'],
  ] as const
  const said = left.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
  return said.length === 0 ? '' : `, but for ${said.join(', ')}`
}

function ending({
  status,
  equal,
  streams,
  requests,
  tokens,
  seconds,
  sample,
  seed,
  error,
  resume_at,
  plan,
}: VerifyReport) {
  const verdict = equal ? `equal${reservations(streams)}` : status === 'done' ? 'different' : status
  const drawn = `sample of ${sample ?? 'all'} drawn by seed ${seed}`
  const why = error === undefined ? [] : [error]
  const when = resume_at === undefined ? [] : [`It can go on after ${resume_at}.`]
  const spent = `${requests} requests, ${tokens} tokens, ${seconds.toFixed(1)} s`
  const planned = plan === undefined ? [] : [progressText(plan)]
  return ['', `${verdict}: ${spent}; ${drawn}`, ...why, ...when, ...planned]
}

/** What a verification found, for programs and for people. */
export function verifyResult(report: VerifyReport): JobResult {
  const { streams, status, code, equal } = report
  const of = (what: 'differences' | 'mended') =>
    streams.flatMap((stream) => stream[what].map((each) => [stream.stream, each] as const))
  const text = [
    recordTable(COLUMNS, streams.map(lineOf)),
    ...totals(streams),
    ...listed('differs', of('differences')),
    ...listed('mended', of('mended')),
    ...unread(streams).map((line, index) => (index === 0 ? `\n${line}` : line)),
    ...ending(report),
  ]
  const exit = equal ? EXIT.done : status === 'done' ? EXIT.partial : exitCode(status, code)
  return { json: report, text: text.join('\n'), exit }
}
