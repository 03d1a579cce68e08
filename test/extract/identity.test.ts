import { describe, expect, test } from 'vitest'
import { readIdentity } from '../../src/extract/identity.ts'
import { answers, failure } from './support.ts'

const me = {
  id: 25760681,
  name: 'Ada',
  is_admin: 1,
  access: [{ app: 'global', admin: true, permission_set_id: 'x' }],
  company_id: 15043420,
  company_name: 'Acme',
  company_domain: 'acme',
}
const body = (data: object) => ({ success: true, data, additional_data: {} })

describe('whose token it is', () => {
  test('is read with one request of two tokens', async () => {
    const { send, requests } = answers(body(me))
    expect(await readIdentity(send)).toEqual({
      userId: 25760681,
      userName: 'Ada',
      isAdmin: true,
      roleId: null,
      access: [{ app: 'global', admin: true, permissionSetId: 'x' }],
      companyId: 15043420,
      companyName: 'Acme',
      companyDomain: 'acme',
    })
    expect(requests).toEqual([{ stream: 'account', path: '/v1/users/me', cost: 2, params: {} }])
  })

  test.each([
    ['1', { is_admin: 1, access: [] }, true],
    ['true', { is_admin: true, access: null }, true],
    ['0', { is_admin: 0, access: [] }, false],
    ['nothing', { is_admin: undefined, access: undefined }, false],
    ['0, but admin of everything', { is_admin: 0, access: [{ app: 'global', admin: true }] }, true],
    [
      '0, and admin of the sales app only',
      {
        is_admin: 0,
        access: [
          { app: 'sales', admin: true },
          { app: 'global', admin: false },
        ],
      },
      false,
    ],
  ])('an admin is one whose is_admin is %s', async (_what, more, isAdmin) => {
    expect((await readIdentity(answers(body({ ...me, ...more })).send)).isAdmin).toBe(isAdmin)
  })

  test('may come without names', async () => {
    const nameless = { id: 1, company_id: 2, name: null, company_name: null }
    expect(await readIdentity(answers(body(nameless)).send)).toMatchObject({
      userName: '',
      companyName: '',
      companyDomain: '',
    })
  })

  test.each([
    ['no company', { ...me, company_id: undefined }],
    ['a company that is no number', { ...me, company_id: '15043420' }],
    ['no user', { ...me, id: null }],
  ])('must not be in doubt: %s ends the run', async (_what, data) => {
    expect(await failure(readIdentity(answers(body(data)).send))).toMatchObject({
      code: 'E_ENVELOPE',
      recovery: 'abort-run',
    })
  })

  test('is not guessed from an odd answer', async () => {
    expect((await failure(readIdentity(answers({ success: true, data: [me] }).send))).code).toBe('E_ENVELOPE')
  })
})
