import { textTable } from '../jobs/text-table.ts'
import { SMALLEST, type DayRun } from './day.ts'

interface Spent {
  readonly requests: number
  readonly tokens: number
}

function sum(all: readonly Spent[]): Spent {
  const add = (key: keyof Spent): number => all.reduce((total, one) => total + one[key], 0)
  return { requests: add('requests'), tokens: add('tokens') }
}

/** What a cadence spent: on each stream, and before any (whose token it is, what has changed). */
function byStream(runs: readonly DayRun[]) {
  const streams = runs.flatMap((run) => run.streams)
  const groups = [...Map.groupBy(streams, ({ stream }) => stream)].map(([stream, all]) => ({
    stream,
    ...sum(all),
  }))
  const [all, told] = [sum(runs), sum(streams)]
  const itself = { requests: all.requests - told.requests, tokens: all.tokens - told.tokens }
  return [{ stream: '(gate, identity)', ...itself }, ...groups]
    .filter(({ tokens }) => tokens > 0)
    .toSorted((one, other) => other.tokens - one.tokens)
}

/** The tokens of a day by cadence and stream. */
export function dayFigures(runs: readonly DayRun[]) {
  const cadences = [...Map.groupBy(runs, ({ cadence }) => cadence)].map(([cadence, all]) => ({
    cadence,
    runs: all.length,
    done: all.filter(({ status }) => status === 'done').length,
    ...sum(all),
    streams: byStream(all),
  }))
  const { requests, tokens } = sum(runs)
  return { requests, tokens, share_of_smallest_plan: tokens / SMALLEST.daily, cadences }
}

export function dayText({ cadences, ...day }: ReturnType<typeof dayFigures>): string {
  const rows = cadences.flatMap(({ cadence, runs, requests, tokens, streams }) => [
    [cadence, `${runs} runs`, requests, tokens],
    ...streams.map((one) => ['', one.stream, one.requests, one.tokens]),
  ])
  const percent = (day.share_of_smallest_plan * 100).toFixed(1)
  const total = ['day', `${percent} % of the smallest plan's`, day.requests, day.tokens]
  return `${textTable(['cadence', 'stream', 'requests', 'tokens'], [...rows, total])}\n`
}
