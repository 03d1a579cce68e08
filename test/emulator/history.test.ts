import { describe, expect, test } from 'vitest'
import type { Company, EntityName, Row } from '../../emulator/index.ts'
import { iso, run, START } from './support/emulator.ts'

const size = {
  persons: 120,
  organizations: 60,
  deals: 900,
  activities: 900,
  notes: 500,
  files: 300,
  leads: 200,
}

async function companyOf(seed: number): Promise<Company> {
  return (await run({ seed, size })).emulator.company
}

const time = (value: unknown): number =>
  Date.parse(
    String(value)
      .replace(' ', 'T')
      .replace(/(?<!Z)$/, 'Z'),
  )

type Link = readonly [child: EntityName, key: string, parent: EntityName]

const linksOf = (key: string, parent: EntityName, ...children: EntityName[]): Link[] =>
  children.map((child) => [child, key, parent])

const links: readonly Link[] = [
  ...linksOf('org_id', 'organizations', 'persons', 'deals', 'activities', 'notes', 'files'),
  ...linksOf('organization_id', 'organizations', 'leads'),
  ...linksOf('person_id', 'persons', 'deals', 'activities', 'notes', 'files', 'leads'),
  ...linksOf('deal_id', 'deals', 'activities', 'notes', 'files'),
  ...linksOf('owner_id', 'users', 'deals', 'persons', 'organizations', 'products', 'activities', 'leads'),
  ...linksOf('user_id', 'users', 'notes', 'files'),
  ...linksOf('stage_id', 'stages', 'deals'),
  ...linksOf('pipeline_id', 'pipelines', 'stages'),
]

const linked = (company: Company, name: EntityName, key: string, to: EntityName): [Row, Row][] =>
  company.list(name).flatMap((row): [Row, Row][] => {
    const parent = row[key] === null ? undefined : company.get(to, row[key] as number)
    return parent ? [[row, parent]] : []
  })

const addedAt = (row: Row): number => time(row['add_time'] ?? row['created'])

describe.each([1, 2, 3, 77])('the history of the company of seed %i', (seed) => {
  test.each(links)('has no record of %s that is older than its %s', async (name, key, to) => {
    const pairs = linked(await companyOf(seed), name, key, to)
    expect(pairs.length).toBeGreaterThan(5)
    expect(pairs.filter(([child, parent]) => addedAt(child) < addedAt(parent))).toEqual([])
  })

  test('has every lead linked to a person', async () => {
    const leads = (await companyOf(seed)).list('leads')
    expect(leads.filter((lead) => lead['person_id'] === null)).toEqual([])
  })

  test('has nothing happen to a deal before it came or after its last update', async () => {
    const keys = ['stage_change_time', 'won_time', 'lost_time', 'close_time', 'archive_time']
    const deals = (await companyOf(seed)).list('deals')
    expect(deals.some((deal) => deal['is_deleted'] === true && deal['close_time'] !== null)).toBe(true)
    for (const deal of deals) {
      const happened = keys.map((key) => deal[key] ?? null).filter((at) => at !== null)
      const [from, to] = [addedAt(deal), time(deal['update_time'])]
      expect(happened.filter((at) => time(at) < from || time(at) > to)).toEqual([])
    }
  })

  test('adds, edits and finishes nothing on a deal that is deleted', async () => {
    const company = await companyOf(seed)
    const names = ['activities', 'notes', 'files'] as const
    const pairs = names.flatMap((name) => linked(company, name, 'deal_id', 'deals'))
    const ofDeleted = pairs.filter(([, deal]) => deal['is_deleted'] === true)
    expect(ofDeleted.length).toBeGreaterThan(0)
    for (const [child, deal] of ofDeleted)
      expect(time(child['update_time'])).toBeLessThanOrEqual(time(deal['update_time']))
  })

  test('leaves nothing to be probable of a deal that has ended', async () => {
    const ended = (await companyOf(seed)).list('deals').filter((deal) => deal['close_time'] !== null)
    expect(ended.length).toBeGreaterThan(100)
    expect(ended.filter((deal) => deal['probability'] !== null)).toEqual([])
  })

  test('invites people under their own name and address', async () => {
    const company = await companyOf(seed)
    const invited = company.list('activities').flatMap((row) => row['attendees'] as unknown as Row[])
    expect(invited.length).toBeGreaterThan(20)
    for (const { person_id: id, name, email } of invited) {
      const person = company.persons.get(id as number)
      expect(person?.['name']).toBe(name)
      expect((person?.['emails'] as unknown as Row[]).map((one) => one['value'])).toContain(email)
    }
  })

  const values = (company: Company, name: 'deals' | 'persons', type: string, label = ''): Row[] => {
    const field = company.catalog.custom(name).find((one) => one.type === type && one.name.includes(label))
    const set = company.list(name).map((row) => (row['custom_fields'] as Row)[field?.code ?? ''] ?? null)
    return set.filter((value) => value !== null) as unknown as Row[]
  }

  test('has custom values that mean something', async () => {
    const company = await companyOf(seed)
    const discounts = values(company, 'deals', 'double', '%') as unknown as number[]
    expect(discounts.length).toBeGreaterThan(50)
    expect(discounts.filter((value) => value < 0 || value > 100)).toEqual([])
    for (const type of ['timerange', 'daterange']) {
      const ranges = values(company, 'deals', type)
      expect(ranges.length).toBeGreaterThan(50)
      expect(ranges.filter(({ value, until }) => (until as string) < (value as string))).toEqual([])
    }
    expect(values(company, 'deals', 'timerange').filter(({ value, until }) => value === until)).toEqual([])
  })

  test('counts yen in whole ones', async () => {
    const company = await companyOf(seed)
    const budgets = values(company, 'deals', 'monetary')
    const amounts = [...budgets, ...company.list('deals')].filter((one) => one['currency'] === 'JPY')
    expect(amounts.length).toBeGreaterThan(50)
    expect(amounts.filter(({ value }) => !Number.isInteger(value))).toEqual([])
  })

  test('has users who were here lately, and files of the type that their name says', async () => {
    const company = await companyOf(seed)
    const logins = company.list('users').map((user) => time(user['last_login']))
    expect(logins.filter((at) => at > START || at < Date.parse('2026-06-09'))).toEqual([])
    const types = company
      .list('files')
      .map((file) => `${(file['name'] as string).split('.')[1]} ${file['file_type'] as string}`)
    expect(new Set(types)).toEqual(new Set(['pdf pdf', 'docx docx', 'png img', 'xlsx xlsx', 'jpg img']))
  })
})

test('a company without pipelines has no deals, and nothing that hangs on one', async () => {
  const { company } = (await run({ size: { pipelines: 0 } })).emulator
  expect(company.deals.size).toBe(0)
  for (const name of ['activities', 'notes', 'files'] as const)
    expect(company.list(name).filter((row) => row['deal_id'] !== null)).toEqual([])
  expect(iso(company.start)).toBe(iso(START))
})
