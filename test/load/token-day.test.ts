import { expect, test } from 'vitest'
import { keepTokenDay, readTokenDay } from '../../src/load/token-day.ts'
import { ACCOUNT, migratedWarehouse } from './support/warehouse.ts'

const seen = (remaining: number, at: number) => ({ limit: 1000, remaining, at })

test('what is known of the token day is kept, and what was told before it takes nothing back', async () => {
  const { session } = await migratedWarehouse()
  await keepTokenDay(session, ACCOUNT, { turnsAt: null, seen: seen(900, 2000) })
  await keepTokenDay(session, ACCOUNT, { turnsAt: null, seen: seen(950, 1000) })
  expect(await readTokenDay(session, ACCOUNT)).toEqual({ turnsAt: null, seen: seen(900, 2000) })
  await keepTokenDay(session, ACCOUNT, { turnsAt: 5000, seen: null })
  expect(await readTokenDay(session, ACCOUNT)).toEqual({ turnsAt: 5000, seen: seen(900, 2000) })
  await keepTokenDay(session, ACCOUNT, { turnsAt: 6000, seen: seen(800, 3000) })
  expect(await readTokenDay(session, ACCOUNT)).toEqual({ turnsAt: 6000, seen: seen(800, 3000) })
})
