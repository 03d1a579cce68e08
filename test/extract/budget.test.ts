import { describe, expect, test } from 'vitest'
import { type Allowance } from '../../src/extract/allowance.ts'
import { RunLedger } from '../../src/extract/budget.ts'
import { withRetry } from '../../src/extract/retry.ts'
import { withBudget } from '../../src/extract/with-budget.ts'
import { SyncError } from '../../src/errors.ts'
import { aRequest, answered, answers, failure, neverStops, testClock } from './support.ts'

const NOON = Date.UTC(2026, 4, 15, 12)
const HOUR = 3_600_000

function ledgerOf(allowance: Allowance, now = NOON): RunLedger {
  return known(new RunLedger(allowance, testClock(now)))
}

/** Told by runs before that days turn at midnight. */
function known(ledger: RunLedger): RunLedger {
  ledger.know({ turnsAt: NOON - 12 * HOUR, seen: null })
  return ledger
}

function balance(limit: number, remaining: number): Headers {
  return answered(null, {
    'x-daily-ratelimit-token-limit': String(limit),
    'x-daily-ratelimit-token-remaining': String(remaining),
  }).headers
}

describe('the ledger', () => {
  test('adds up requests and tokens, by stream and in all', () => {
    const ledger = ledgerOf({ tokens: 100 })
    ledger.charge('deals', 10)
    ledger.charge('deals', 10)
    ledger.charge('notes', 20)
    expect(ledger.streams()).toEqual(['deals', 'notes'])
    expect(ledger.of('deals')).toEqual({ requests: 2, tokens: 20 })
    expect(ledger.of('users')).toEqual({ requests: 0, tokens: 0 })
    expect(ledger.total).toEqual({ requests: 3, tokens: 40 })
  })

  test('takes off the told balance what the request itself cost, since it is told from before', () => {
    const ledger = ledgerOf({ tokens: 100 })
    expect(ledger.balance()).toBeNull()
    ledger.learn(balance(150_000, 145_263), 5)
    expect(ledger.balance()).toEqual({ limit: 150_000, remaining: 145_258 })
  })

  test.each([
    ['no headers', {}],
    ['one of two', { 'x-daily-ratelimit-token-limit': '10' }],
    ['the other of two', { 'x-daily-ratelimit-token-remaining': '10' }],
    ['nonsense', { 'x-daily-ratelimit-token-limit': 'many', 'x-daily-ratelimit-token-remaining': '10' }],
  ])('leaves the balance as it was after %s', (_what, headers) => {
    const ledger = ledgerOf({ share: 0.5 })
    ledger.learn(answered(null, headers).headers, 10)
    expect(ledger.balance()).toBeNull()
    ledger.learn(balance(100, 50), 10)
    ledger.learn(answered(null, headers).headers, 10)
    expect(ledger.balance()).toEqual({ limit: 100, remaining: 40 })
  })
})

describe('what a run leaves untouched', () => {
  const ledgerWith = (allowance: Allowance, reserve: Allowance): RunLedger =>
    known(new RunLedger(allowance, testClock(NOON), reserve))

  test.each([
    ['tokens', { tokens: 300 }],
    ['a share of the day', { share: 0.3 }],
  ])('is %s that are left to others, whatever one run may spend', async (_what, reserve) => {
    const ledger = ledgerWith({ tokens: 5000 }, reserve)
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 400), 2)
    expect(ledger.left()).toBe(98)
    ledger.charge('deals', 98)
    const error = await failure(Promise.resolve().then(() => ledger.charge('deals', 1)))
    expect(error).toMatchObject({ code: 'E_BUDGET', recovery: 'defer', retryAfterMs: 12 * HOUR })
    expect(error.message).toMatch(/has 300 tokens left, and 300 for other integrations \(TOKEN_RESERVE\)/)
  })

  test('is nothing of what a share is taken from', () => {
    const ledger = ledgerWith({ share: 0.5 }, { share: 0.3 })
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 902), 2)
    expect(ledger.left()).toBe(299)
    expect(ledger.perDay()).toBe(350)
    ledger.keep(400)
    expect(ledger.left()).toBe(199)
    expect(ledger.perDay()).toBe(150)
  })

  test('is left by others too: what they spend meanwhile is not there any more', () => {
    const ledger = ledgerWith({ tokens: 5000 }, { tokens: 300 })
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 900), 2)
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 315), 10)
    expect(() => ledger.charge('deals', 10)).toThrowError('TOKEN_RESERVE')
    ledger.charge('deals', 5)
  })

  test('is a share of the limit that is assumed where none is told', () => {
    const ledger = ledgerWith({ tokens: 5000 }, { share: 0.3 })
    ledger.assume(400, 1000)
    ledger.charge('deals', 100)
    expect(() => ledger.charge('deals', 1)).toThrowError('TOKEN_RESERVE')
  })

  test('counts anew when the day has turned', () => {
    const ledger = ledgerWith({ tokens: 5000 }, { tokens: 300 })
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 320), 10)
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 1000), 10)
    ledger.charge('deals', 690)
    expect(ledger.total.tokens).toBe(710)
  })

  test('goes on below the balance of the day before when the day has turned', () => {
    const ledger = ledgerWith({ tokens: 5000 }, { tokens: 100 })
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 320), 10)
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 1000), 10)
    ledger.charge('deals', 690)
    ledger.learn(balance(1000, 990), 690)
    expect(ledger.left('deals')).toBe(200)
    ledger.charge('deals', 200)
    expect(() => ledger.charge('deals', 1)).toThrowError('TOKEN_RESERVE')
  })

  test.each([
    ['all where others have what is left', { tokens: 95 }, 5, 'account'],
    ['those that matter no more where ours have it', { tokens: 5 }, 90, 'kind'],
  ])('is waited for by %s', async (_what, reserve, ours, waits) => {
    for (const allowance of [{ tokens: 5000 }, { share: 0.5 }]) {
      const ledger = ledgerWith(allowance, reserve)
      ledger.charge('account', 2)
      ledger.learn(balance(1000, 102), 2)
      ledger.keep(2 * ours)
      const error = await failure(Promise.resolve().then(() => ledger.charge('deals', 10)))
      expect(error).toMatchObject({ waits, retryAfterMs: 12 * HOUR })
    }
  })

  test('of the runs that matter more is what they need for the rest of the day, of a new one all of it', () => {
    const clock = testClock(NOON)
    const ledger = known(new RunLedger({ tokens: 5000 }, clock))
    ledger.keep(100)
    const left = (hours: number): number => {
      clock.advance(hours * HOUR)
      ledger.learn(balance(1000, 400), 0)
      return ledger.left()
    }
    expect([left(0), left(6), left(6), left(12)]).toEqual([350, 375, 300, 350])
  })

  test('is named by whom it is for', () => {
    const ledger = ledgerWith({ tokens: 5000 }, { tokens: 0 })
    ledger.keep(100)
    ledger.assume(60, 1000)
    ledger.charge('deals', 10)
    expect(() => ledger.charge('deals', 1)).toThrowError(
      /50 tokens left, and 50 for more important runs of them/,
    )
  })
})

describe('the budget of a run', () => {
  test('may be spent to the last token, and not one more', () => {
    const ledger = ledgerOf({ tokens: 30 })
    ledger.charge('deals', 10)
    ledger.charge('deals', 20)
    expect(() => ledger.charge('deals', 1)).toThrowError(
      expect.objectContaining({ code: 'E_BUDGET' }) as Error,
    )
    expect(ledger.total).toEqual({ requests: 2, tokens: 30 })
  })

  test.each([
    ['nothing, where nobody has told the balance', null, 0, 'run', /its 5 tokens \(0 used\).*--budget/],
    ['nothing, where the day has tokens', 12, 0, 'run', /its 5 tokens \(0 used\).*--budget/],
    [
      'the rest of the day, where it has none',
      11,
      11 * HOUR,
      'account',
      /^The day has 9 tokens left, too few/,
    ],
  ])('defers the run, in words that say how to go on, and for %s', async (_what, left, wait, waits, says) => {
    const ledger = ledgerOf({ tokens: 5 }, NOON + HOUR)
    if (left !== null) ledger.learn(balance(1000, left), 2)
    const error = await failure(Promise.resolve().then(() => ledger.charge('deals', 10)))
    expect(error).toMatchObject({ code: 'E_BUDGET', recovery: 'defer', retryAfterMs: wait, waits })
    expect(error.message).toMatch(says)
  })

  test('counts requests on their way as spent when it says whether the day has tokens', async () => {
    const ledger = ledgerOf({ share: 1 })
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 30), 2)
    for (const stream of ['deals', 'leads']) ledger.charge(stream, 10)
    const error = await failure(Promise.resolve().then(() => ledger.charge('notes', 10)))
    expect(error.retryAfterMs).toBe(12 * HOUR)
  })

  test('is a share of what the day is taken to have, as long as no answer tells it', () => {
    const ledger = ledgerOf({ share: 0.5 })
    ledger.charge('account', 2)
    ledger.assume(100)
    ledger.charge('deals', 48)
    expect(() => ledger.charge('deals', 1)).toThrowError('50 tokens (50 used)')
    ledger.learn(balance(1000, 500), 48)
    ledger.charge('deals', 200)
    ledger.assume(1)
    ledger.charge('deals', 2)
    expect(() => ledger.charge('deals', 1)).toThrowError('252 tokens (252 used)')
  })

  test('that is a number does not depend on what the day has', () => {
    const ledger = ledgerOf({ tokens: 30 })
    ledger.assume(0)
    ledger.charge('deals', 30)
  })

  test('is a share of what the day has left before the first request, that request included', () => {
    const ledger = ledgerOf({ share: 0.5 })
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 101), 2)
    ledger.charge('deals', 48)
    expect(() => ledger.charge('deals', 1)).toThrowError('50 tokens (50 used)')
  })

  test('stays the share of the first balance, however the balance moves later', () => {
    const ledger = ledgerOf({ share: 0.5 })
    ledger.charge('account', 2)
    ledger.learn(balance(1000, 100), 2)
    ledger.charge('deals', 10)
    ledger.learn(balance(1000, 1000), 10)
    expect(() => ledger.charge('deals', 39)).toThrowError('50 tokens')
    ledger.charge('deals', 38)
  })

  test('is not bounded as long as nobody has told a balance', () => {
    const ledger = ledgerOf({ share: 0.5 })
    for (let count = 0; count < 100; count++) ledger.charge('deals', 20)
    expect(ledger.total.tokens).toBe(2000)
  })

  test('of nothing lets nothing through', () => {
    expect(() => ledgerOf({ tokens: 0 }).charge('deals', 1)).toThrowError('0 tokens')
  })
})

describe('history', () => {
  const history = { streams: new Set(['deals']), kind: 'backfill', day: 800 }
  const short = (wait: number) => ({ waits: 'history', retryAfterMs: wait })

  test('leaves what those runs need that keep the tables current, and nothing else has to wait for it', async () => {
    for (const allowance of [{ tokens: 5000 }, { share: 1 }]) {
      const ledger = known(new RunLedger(allowance, testClock(NOON)))
      ledger.learn(balance(1000, 450), 0)
      ledger.keep(40, history)
      expect([ledger.left('deals'), ledger.left('persons'), ledger.left()]).toEqual([50, 430, 430])
      ledger.charge('deals', 50)
      const error = await failure(Promise.resolve().then(() => ledger.charge('deals', 10)))
      expect(error).toMatchObject(short(12 * HOUR))
      ledger.charge('persons', 380)
      expect(() => ledger.charge('persons', 10)).toThrowError(
        expect.objectContaining({ waits: 'kind' }) as Error,
      )
      expect([ledger.page('deals').kind, ledger.page('persons').kind]).toEqual(['backfill', null])
    }
  })

  test('takes its share of what is above that, and goes on with the next run', async () => {
    const ledger = known(new RunLedger({ share: 0.5 }, testClock(NOON)))
    ledger.learn(balance(1000, 900), 0)
    ledger.keep(40, history)
    ledger.charge('deals', 250)
    const error = await failure(Promise.resolve().then(() => ledger.charge('deals', 10)))
    expect(error).toMatchObject(short(0))
  })
})

describe('when the day turns', () => {
  const exhaust = (ledger: RunLedger): Promise<SyncError> =>
    failure(Promise.resolve().then(() => ledger.charge('deals', 10_000)))

  test('is looked for each hour as long as it is not known', async () => {
    const ledger = new RunLedger({ share: 1 }, testClock(NOON))
    ledger.learn(balance(1000, 5), 2)
    expect(await exhaust(ledger)).toMatchObject({ waits: 'account', retryAfterMs: HOUR })
  })

  test('is learned from a refusal of the server', async () => {
    const ledger = new RunLedger({ share: 1 }, testClock(NOON))
    const more = { retryAfterMs: 5 * HOUR }
    const refusal = new SyncError({ code: 'E_BUDGET', recovery: 'defer', message: 'x', ...more })
    await failure(withBudget(answers(refusal).send, ledger)(aRequest))
    expect(ledger.tokenDay().turnsAt).toBe(NOON + 5 * HOUR)
    ledger.learn(balance(1000, 5), 2)
    expect(await exhaust(ledger)).toMatchObject({ retryAfterMs: 5 * HOUR })
  })

  test('is not learned from a refusal that ends at no midnight', async () => {
    const ledger = new RunLedger({ share: 1 }, testClock(NOON))
    const more = { retryAfterMs: 5 * HOUR - HOUR / 8 }
    const refusal = new SyncError({ code: 'E_BUDGET', recovery: 'defer', message: 'x', ...more })
    expect(await failure(withBudget(answers(refusal).send, ledger)(aRequest))).toMatchObject(more)
    expect(ledger.tokenDay().turnsAt).toBeNull()
  })

  test('is learned from a balance that is back since this run, or one before, was told one', () => {
    const at = NOON + HOUR / 2
    const earlier = { limit: 30_000, remaining: 500, at: NOON - HOUR / 4 }
    for (const isLate of [true, false]) {
      const ledger = new RunLedger({ share: 1 }, testClock(at))
      if (isLate) ledger.learn(balance(30_000, 29_990), 2)
      ledger.know({ turnsAt: null, seen: earlier })
      if (!isLate) ledger.learn(balance(30_000, 29_990), 2)
      expect(ledger.tokenDay()).toEqual({ turnsAt: NOON, seen: { limit: 30_000, remaining: 29_988, at } })
    }
  })

  test('does not move the page of a run that is on its way', () => {
    const ledger = new RunLedger({ share: 1 }, testClock(NOON + 11 * HOUR))
    ledger.know({ turnsAt: null, seen: { limit: 30_000, remaining: 500, at: NOON + 10.5 * HOUR } })
    ledger.learn(balance(30_000, 29_990), 2)
    expect(ledger.tokenDay().turnsAt).toBe(NOON + 11 * HOUR)
    expect(ledger.page('deals')).toMatchObject({ day: '2026-05-15' })
  })
})

describe('the first request of a run', () => {
  test.each([[{ share: 0.5 }], [{ tokens: 30 }]])(
    'is sent though the day is taken to be spent: %j',
    (allowance) => {
      const ledger = new RunLedger(allowance, testClock(NOON), { tokens: 500 })
      ledger.assume(0, 1000)
      ledger.charge('changes', 20)
      expect(() => ledger.charge('deals', 10)).toThrowError(
        expect.objectContaining({ waits: 'account' }) as Error,
      )
    },
  )

  test('is not sent where it is known which day is spent', () => {
    const ledger = known(new RunLedger({ share: 0.5 }, testClock(NOON), { tokens: 500 }))
    ledger.assume(0, 1000)
    expect(() => ledger.charge('changes', 20)).toThrowError(
      expect.objectContaining({ waits: 'account', retryAfterMs: 12 * HOUR }) as Error,
    )
  })

  test('is not sent where a balance was told that does not reach for it', () => {
    const ledger = new RunLedger({ tokens: 30 }, testClock(NOON), { tokens: 500 })
    ledger.learn(balance(1000, 500), 2)
    expect(() => ledger.charge('changes', 20)).toThrowError('TOKEN_RESERVE')
  })
})

describe('a request', () => {
  test('is not sent when the budget does not reach for it', async () => {
    const wire = answers('ok', 'ok')
    const send = withBudget(wire.send, ledgerOf({ tokens: 10 }))
    await send(aRequest)
    expect((await failure(send(aRequest))).code).toBe('E_BUDGET')
    expect(wire.requests).toHaveLength(1)
  })

  test('pays for each attempt, those that fail included', async () => {
    const ledger = ledgerOf({ tokens: 100 })
    const passing = new SyncError({ code: 'E_SERVER', recovery: 'retry', message: 'x' })
    const clock = testClock()
    const paid = withBudget(answers(passing, passing, 'ok').send, ledger)
    await withRetry(paid, {
      clock,
      signal: neverStops,
      attempts: 5,
      baseDelayMs: 1,
      maxDelayMs: 1,
      random: () => 0,
    })(aRequest)
    expect(ledger.of('deals')).toEqual({ requests: 3, tokens: 30 })
  })

  test('that the server refuses for the day waits for its turn where it does not say how long', async () => {
    const refusal = (more: object) =>
      new SyncError({ code: 'E_BUDGET', recovery: 'defer', message: 'x', ...more })
    const send = withBudget(
      answers(refusal({}), refusal({ retryAfterMs: 5 })).send,
      ledgerOf({ tokens: 100 }),
    )
    expect(await failure(send(aRequest))).toMatchObject({
      code: 'E_BUDGET',
      recovery: 'defer',
      message: 'x',
      retryAfterMs: 12 * HOUR,
    })
    expect(await failure(send(aRequest))).toMatchObject({ retryAfterMs: 5 })
  })

  test('teaches the ledger what its answer tells', async () => {
    const ledger = ledgerOf({ tokens: 100 })
    const headers = { 'x-daily-ratelimit-token-limit': '1000', 'x-daily-ratelimit-token-remaining': '500' }
    await withBudget(() => Promise.resolve(answered('ok', headers)), ledger)(aRequest)
    expect(ledger.balance()).toEqual({ limit: 1000, remaining: 490 })
  })
})
