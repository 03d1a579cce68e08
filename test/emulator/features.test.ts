import { describe, expect, test } from 'vitest'
import { readSwitch } from '../../emulator/cli-switches.ts'
import { run } from './support/emulator.ts'

describe('a feature that the plan does not include', () => {
  test.each([
    [402, 'Required suites missing'],
    [403, 'You do not have permissions to do this.'],
    [404, 'Entity was not found'],
    [415, 'The feature is not enabled'],
  ] as const)('answers %s', async (lockedStatus, error) => {
    const { call } = await run({ switches: { lockedFeatures: ['goals'], lockedStatus } })
    const reply = await call('/v1/goals/find')
    expect(reply.status).toBe(lockedStatus)
    expect(reply.body).toMatchObject({ success: false, error, data: null })
    expect((await call('/v1/notes')).status).toBe(200)
  })

  test('can be named when the emulator is started', () => {
    expect(readSwitch('lockedFeatures=goals,mail')).toEqual({ lockedFeatures: ['goals', 'mail'] })
    expect(readSwitch('lockedStatus=415')).toEqual({ lockedStatus: 415 })
  })
})
