import { textTable } from '../jobs/text-table.ts'
import type { ChildCost } from './children.ts'
import type { Way } from './ways.ts'

export type CostsByWay = Readonly<Partial<Record<Way['name'], readonly ChildCost[]>>>

/** A stream's children as the registry has them read, and the tokens of the other ways; null where they are the same. */
export function childFigures({ ours = [], ...others }: CostsByWay) {
  return ours.map((cost) => {
    const { stream, parents, rows, requests, tokens, laterRequests, laterTokens } = cost
    const other = (name: 'uncounted' | 'single' | 'neither'): ChildCost | undefined =>
      others[name]?.find((each) => each.stream === stream)
    const dearest = other('neither') ?? cost
    return {
      stream,
      rows,
      parents,
      requests,
      tokens,
      tokens_uncounted: other('uncounted')?.tokens ?? null,
      tokens_single: other('single')?.tokens ?? null,
      requests_neither: other('neither')?.requests ?? null,
      tokens_neither: other('neither')?.tokens ?? null,
      saved_percent: Math.round((1 - tokens / dearest.tokens) * 1000) / 10,
      later_requests: laterRequests,
      later_tokens: laterTokens,
    }
  })
}

/** One line a stream. */
export function childText(figures: ReturnType<typeof childFigures>): string {
  const [first] = figures
  const names = Object.keys(first ?? {})
  const rows = figures.map((figure) => Object.values(figure))
  return `${textTable(
    names.map((name) => name.replaceAll('_', ' ')),
    rows,
  )}\n`
}
