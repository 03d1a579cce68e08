import type { Company } from '../company/company.ts'
import { json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Row } from '../json.ts'

/** The same user without the rights of an admin: in each app with the set of its regular users. */
function asRegular(user: Row, company: Company): Row {
  const sets = company.list('permission_sets').filter((set) => set['type'] === 'regular')
  const access = ((user['access'] ?? []) as readonly Row[]).map((one) => {
    const set = sets.find(({ app }) => app === one['app'])
    return { ...one, admin: false, permission_set_id: set?.['id'] ?? null }
  })
  return { ...user, is_admin: 0, access }
}

function me({ company, switches }: ApiRequest): Answer {
  const user = company.users.list().find((one) => one['is_you'] === true)
  if (!user) throw new Refusal(refusals.userNotFound())
  const about = company.company.list().at(0)
  return json(200, {
    success: true,
    data: { ...(switches.admin ? user : asRegular(user, company)), ...about },
  })
}

/** Rates of the emulator's own; Pipedrive converts to the default currency of the token's user. */
const rates: Readonly<Record<string, number>> = {
  EUR: 1,
  USD: 0.9,
  GBP: 1.15,
  SEK: 0.09,
  JPY: 0.006,
  CNY: 0.13,
}

const cents = (amount: number): number => Math.round(amount * 100) / 100
const money = (amount: number, currency: string): string =>
  `${currency} ${cents(amount).toLocaleString('en-US')}`

function summed(
  rows: readonly Row[],
  weight: (row: Row) => number,
): Map<string, { value: number; count: number }> {
  const totals = new Map<string, { value: number; count: number }>()
  for (const row of rows) {
    const currency = typeof row['currency'] === 'string' ? row['currency'] : 'EUR'
    const total = totals.get(currency) ?? { value: 0, count: 0 }
    total.value += (typeof row['value'] === 'number' ? row['value'] : 0) * weight(row)
    total.count++
    totals.set(currency, total)
  }
  return totals
}

const probability = (row: Row): number =>
  typeof row['probability'] === 'number' ? row['probability'] / 100 : 1

function totals(sums: ReturnType<typeof summed>): { each: Row; converted: number } {
  const each: Row = {}
  let converted = 0
  for (const [currency, { value, count }] of sums) {
    const inEuro = value * (rates[currency] ?? 1)
    converted += inEuro
    each[currency] = {
      value: cents(value),
      count,
      value_converted: cents(inEuro),
      value_formatted: money(value, currency),
      value_converted_formatted: money(inEuro, 'EUR'),
    }
  }
  return { each, converted: cents(converted) }
}

/** Archived and deleted deals do not count (changelog, archived deals and leads). */
function summary({ company, query }: ApiRequest): Answer {
  const keys = { status: 'status', user_id: 'owner_id', pipeline_id: 'pipeline_id', stage_id: 'stage_id' }
  const wanted = Object.entries(keys).flatMap(([name, key]): [string, string][] => {
    const text = query.get(name)
    return text === null ? [] : [[key, text]]
  })
  const rows = company.deals
    .list()
    .filter((row) => row['is_deleted'] !== true && row['is_archived'] !== true)
    .filter((row) => wanted.every(([key, text]) => JSON.stringify(row[key]).replaceAll('"', '') === text))
  const plain = totals(summed(rows, () => 1))
  const weighted = totals(summed(rows, probability))
  return json(200, {
    success: true,
    data: {
      values_total: plain.each,
      weighted_values_total: weighted.each,
      total_count: rows.length,
      total_currency_converted_value: plain.converted,
      total_weighted_currency_converted_value: weighted.converted,
      total_currency_converted_value_formatted: money(plain.converted, 'EUR'),
      total_weighted_currency_converted_value_formatted: money(weighted.converted, 'EUR'),
    },
  })
}

const get = (path: string, cost: number, handle: Route['handle']): Route => ({
  method: 'GET',
  version: 'v1',
  path,
  cost,
  handle,
})

export const v1Singles: readonly Route[] = [get('/users/me', 2, me), get('/deals/summary', 40, summary)]
