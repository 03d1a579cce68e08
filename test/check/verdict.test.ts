import { describe, expect, test } from 'vitest'
import type { CheckReport } from '../../src/check.ts'
import type { StreamCheck } from '../../src/check/try-streams.ts'
import { judge } from '../../src/check/verdict.ts'

const fine: CheckReport = {
  warehouse: null,
  identity: {
    userId: 1,
    userName: 'Ada',
    isAdmin: true,
    access: [],
    roleId: null,
    companyId: 1,
    companyName: 'Acme',
    companyDomain: 'acme',
  },
  rights: null,
  streams: [],
  beyondBudget: null,
  reserve: { tokens: 0 },
  balance: null,
  burstLimit: null,
  clock: null,
  requests: 1,
  tokens: 2,
}

const ended = (stream: string, status: StreamCheck['status'], error?: string): StreamCheck => ({
  stream,
  status,
  tokens: 10,
  ...(error === undefined ? {} : { error }),
})

describe('the verdict', () => {
  test('has nothing to say where all is well', () => {
    expect(judge(fine)).toEqual({ status: 'ready', errors: [], warnings: [], hidden: [] })
  })

  test.each([
    ['far off', 40_000, 500, 1],
    ['far off on the other side', -40_000, 500, 1],
    ['near', 29_000, 500, 0],
    ['perhaps near, since the answer took so long', 40_000, 15_000, 0],
  ])('warns of a clock only where it is off for certain: %s', (_what, ms, within, warnings) => {
    expect(judge({ ...fine, clock: { ms, within } }).warnings).toHaveLength(warnings)
  })

  const [readable, untried] = [ended('users', 'readable'), ended('deal_followers', 'untried')]
  const [skipped, deferred] = [ended('leads', 'skipped', 'No.'), ended('notes', 'deferred', 'Later.')]
  test.each([
    ['ready', [readable, untried]],
    ['partial', [readable, skipped]],
    ['partial', [readable, skipped, deferred]],
    ['deferred', [readable, deferred]],
  ])('is %s by what became of the streams', (status, streams) => {
    expect(judge({ ...fine, streams }).status).toBe(status)
  })
})
