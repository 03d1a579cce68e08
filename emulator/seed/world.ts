import type { Catalog } from '../company/catalog.ts'
import { below, type Draw } from '../random.ts'
import type { Switches } from '../switches.ts'
import { DAY, SECOND, toSecond } from '../time.ts'

export interface CompanySize {
  readonly users: number
  readonly pipelines: number
  readonly organizations: number
  readonly persons: number
  readonly deals: number
  readonly activities: number
  readonly notes: number
  readonly leads: number
  readonly products: number
  readonly files: number
  /** Each with three tasks. */
  readonly projects: number
  /** Each with one to three messages. */
  readonly mailThreads: number
  /** Custom fields of each of deals, persons, organizations, products and projects; 16 gives one of every type. */
  readonly customFields: number
}

export const defaultSize: CompanySize = {
  users: 8,
  pipelines: 3,
  organizations: 300,
  persons: 800,
  deals: 1000,
  activities: 2000,
  notes: 600,
  leads: 120,
  products: 60,
  files: 150,
  projects: 40,
  mailThreads: 60,
  customFields: 18,
}

const MOST = 2_000_000
/** Beyond these a list without pages or the memory of the process would not hold them. */
const bounds: Readonly<Partial<Record<keyof CompanySize, readonly [least: number, most: number]>>> = {
  users: [1, 10_000],
  pipelines: [0, 1000],
  customFields: [0, 500],
}

/** Throws for a company that cannot be made. */
export function checkSize(size: CompanySize): void {
  for (const [name, count] of Object.entries(size) as [keyof CompanySize, number][]) {
    const [least, most] = bounds[name] ?? [0, MOST]
    if (!Number.isInteger(count) || count < least || count > most)
      throw new RangeError(`The company can have from ${least} to ${most} ${name}, not ${count}.`)
  }
}

/** What every generator may know. The history ends at `start`, so nothing has happened in the future. */
export interface World {
  readonly seed: number
  readonly start: number
  readonly size: CompanySize
  readonly catalog: Catalog
  readonly switches: Switches
}

const HISTORY = 3 * 365 * DAY

export const FIRST_USER = 25_760_681
export const COMPANY_ID = 999_000_001
export const COMPANY_DOMAIN = 'pohjala'
export const COMPANY_NAME = 'Põhjala Katused'

export const userOf = (world: World, n: number): number => FIRST_USER + (n % Math.max(1, world.size.users))

const SPAN = (HISTORY - DAY) / SECOND

/**
 * Record n of count was added here: ids rise with time, evenly over the history. Counted in whole seconds and
 * divided last, so that kinds of different counts compare exactly.
 */
export const addedAt = (world: World, n: number, count: number): number =>
  toSecond(world.start - HISTORY) + Math.floor(((n - 1) * SPAN) / count) * SECOND

/** One of `parents` records that were there when record n of count was added. */
export function pickEarlier(draw: Draw, n: number, count: number, parents: number): number | null {
  return parents === 0 ? null : 1 + below(draw, Math.floor(((n - 1) * parents) / count) + 1)
}

export const foundedAt = (start: number): number => toSecond(start - HISTORY - DAY)
