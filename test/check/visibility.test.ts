import { describe, expect, test } from 'vitest'
import type { Rights } from '../../src/check/rights.ts'
import { hiddenBy, hiddenFrom } from '../../src/check/visibility.ts'

const nobody = {
  userId: 1,
  userName: 'Ada',
  companyId: 1,
  companyName: 'Acme',
  companyDomain: 'acme',
  isAdmin: false,
  access: [],
  roleId: null,
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

describe('what rights tell to be hidden', () => {
  const all: Rights = { sets: new Map(), lacking: [], roleSettings: {}, hiddenPipelines: [], refused: [] }
  test.each<[string, Partial<Rights>, string[]]>([
    ['nothing, where none is lacking', {}, []],
    ['nothing, by permissions to change something', { lacking: ['can_add_products', 'can_merge_deals'] }, []],
    [
      'users, names and sums',
      { lacking: ['can_see_other_users', 'can_see_hidden_items_names', 'can_see_deals_list_summary'] },
      [
        'other users (no can_see_other_users)',
        'the names of records that are hidden, where others refer to them (no can_see_hidden_items_names)',
        'the summary of deals, with which verify compares counts and sums (no can_see_deals_list_summary)',
      ],
    ],
    [
      'pipelines',
      { hiddenPipelines: [2, 5] },
      ["deals of the pipelines 2, 5, which this user's role does not see"],
    ],
    [
      'what only owners see, and no other level',
      {
        roleSettings: {
          deal_default_visibility: 1,
          lead_default_visibility: 3,
          org_default_visibility: 1,
          product_access_level: 1,
        },
      },
      [
        "deals, organizations that others with this user's role add: their owners and followers see them, unless they are shown to more",
      ],
    ],
  ])('%s', (_what, rights, hidden) => {
    expect(hiddenBy({ ...all, ...rights })).toEqual(hidden)
  })
})
