import { expect, onTestFinished } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import type { TestDatabase } from '../../support/database.ts'

export const PASSWORD = 'my-secret'

/** The same address with a user, a password and perhaps another database. */
export function withUser(
  url: string,
  user: string,
  more: { readonly pathname?: string; readonly port?: string } = {},
) {
  return Object.assign(new URL(url), { username: user, password: PASSWORD, ...more }).href
}

/** A role of its own for this test. */
export async function makeRole(db: TestDatabase, name: string, more = ''): Promise<string> {
  const role = `${name}_${process.pid}`
  await db.query(`create role ${role} login password '${PASSWORD}' ${more}`)
  onTestFinished(async () => {
    await db.query(`drop owned by ${role} cascade`)
    await db.query(`drop role ${role}`)
    await db[Symbol.asyncDispose]()
  })
  return role
}

export async function failureOf(work: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await work.then(
    () => new Error('it worked'),
    (cause: unknown) => cause,
  )
  if (error instanceof SyncError) return error
  throw new Error('no SyncError', { cause: error })
}

/** One line that names the place and never the password, anywhere in it. */
export function expectSafe(error: SyncError): void {
  expect(error).toMatchObject({ code: 'E_DATABASE', recovery: 'abort-run' })
  expect(error.message).not.toContain('\n')
  expect(error.message).not.toContain(PASSWORD)
  expect(JSON.stringify(error)).not.toContain(PASSWORD)
}
