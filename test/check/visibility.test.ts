import { describe, expect, test } from 'vitest'
import { hiddenFrom } from '../../src/check/visibility.ts'

const nobody = {
  userId: 1,
  userName: 'Ada',
  companyId: 1,
  companyName: 'Acme',
  companyDomain: 'acme',
  isAdmin: false,
  access: [],
} as const
const app = (name: string, admin: boolean) => ({ app: name, admin, permissionSetId: null })

/** The apps that stand in what is hidden. */
const appsOf = (hidden: readonly string[]): string[] =>
  hidden.map((what) => /\(no (\w+) admin\)$/.exec(what)?.[1] ?? 'settings')

describe('what may be hidden', () => {
  test.each([
    ['a global admin whose apps are not told', true, [], []],
    ['an admin of every app', true, [app('sales', true), app('global', true), app('projects', true)], []],
    [
      'a global admin without the rights of billing',
      true,
      [app('sales', true), app('global', true), app('account_settings', false)],
      [],
    ],
    ['a global admin who is none of sales', true, [app('global', true), app('sales', false)], ['sales']],
    [
      'a global admin who is none of projects',
      true,
      [app('sales', true), app('projects', false)],
      ['projects'],
    ],
    [
      'an admin of sales only',
      false,
      [app('sales', true), app('global', false), app('projects', false)],
      ['global', 'projects', 'settings'],
    ],
    ['somebody of whom nothing is told', false, [], ['sales', 'global', 'settings']],
  ])('from %s', (_what, isAdmin, access, hidden) => {
    expect(appsOf(hiddenFrom({ ...nobody, isAdmin, access }))).toEqual(hidden)
  })
})
