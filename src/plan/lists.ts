import type { Partition } from '../streams/stream.ts'
import type { Bound, ListFacts, Size } from './facts.ts'

/** Requests of one price for one reason. */
export interface Part {
  readonly requests: number
  readonly cost: number
  readonly records: number
  readonly bound: Bound
  readonly reason: string
}

export function amount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** Requests that so many records take; there is always one. A v1 page begins with the last record of the one before. */
export function pagesOf({ paging, pageSize }: Partition, records: number): number {
  if (paging === 'single') return 1
  const [first, more] = [pageSize, paging === 'offset' ? pageSize - 1 : pageSize]
  return 1 + Math.max(0, Math.ceil((records - first) / more))
}

/** All records of a list: what is held where that is all, else what Pipedrive tells. */
export function wholeSize({ held, counted }: ListFacts, name: string): Size {
  return counted ?? { records: held, bound: 'about', says: `${amount(held)} ${name} in the warehouse` }
}

/** Records that changed within a window: those that are held, and as many a day since as on the days before. */
function changedSize({ inWindow, changedPerDay, daysBehind }: ListFacts, isOpen: boolean): Size {
  const since = isOpen ? changedPerDay * daysBehind : 0
  const perDay = isOpen ? `, ${amount(changedPerDay)} changes a day` : ''
  return { records: inWindow + since, bound: 'about', says: `${amount(inWindow)} in the window${perDay}` }
}

/** Of a list of which not all is held: what is said of its size, less what was read already. */
function restSize({ held, inWindow, isPart }: ListFacts, size: Size): Size {
  const read = isPart ? 0 : held - inWindow
  return {
    records: Math.max(0, size.records - read),
    bound: isPart && size.bound === 'about' ? 'at most' : size.bound,
    says: read === 0 ? size.says : `${size.says}, ${amount(read)} of them read`,
  }
}

function sizeOf(list: ListFacts, name: string): Size {
  const { window, counted } = list
  if (window?.complete !== false) return wholeSize(list, name)
  if (counted !== null) return restSize(list, counted)
  return window.since === null && window.until === null
    ? wholeSize(list, name)
    : changedSize(list, window.until === null)
}

/** The requests of a walk over a list. */
export function walkPart(list: ListFacts, name: string): Part {
  const { partition, window } = list
  const { cost, paging, pageSize } = partition
  const of = partition.name === 'live' ? '' : `${partition.name}: `
  if (window === null)
    return {
      requests: 0,
      cost,
      records: 0,
      bound: 'about',
      reason: `${of}read to its end less than a day ago`,
    }
  const { records, bound, says } = sizeOf(list, name)
  const how = paging === 'single' ? 'one answer' : `${says} / ${pageSize} a page`
  const told = paging === 'single' ? 'about' : bound
  return { requests: pagesOf(partition, records), cost, records, bound: told, reason: `${of}${how}` }
}
