import type { Identity } from '../extract/identity.ts'
import type { Rights } from './rights.ts'

/** Apps whose admins see all records of a kind, and the kinds (openapi v1, permission sets). */
const RECORDS_OF: Readonly<Record<string, string>> = {
  sales: 'deals and leads',
  global: 'persons, organizations, activities and products',
  projects: 'projects and tasks',
}

/**
 * What may be hidden from the token's user, a sentence each; nothing where the user is admin of all that holds records.
 * An app that is not in `access` is one that the company does not have.
 */
export function hiddenFrom({ isAdmin, access }: Identity): readonly string[] {
  const admin = new Map([
    ['sales', isAdmin],
    ...access.map((one) => [one.app, one.admin] as const),
    ['global', isAdmin],
  ])
  const hidden = Object.entries(RECORDS_OF)
    .filter(([app]) => admin.get(app) === false)
    .map(
      ([app, records]) => `${records} whose owner or visibility keeps them from this user (no ${app} admin)`,
    )
  return isAdmin
    ? hidden
    : [...hidden, 'fields and settings that only admins see, and the /collection endpoints of v1']
}

/** What a permission that is lacking hides (openapi v1). */
const SEEN_WITH: Readonly<Record<string, string>> = {
  can_see_other_users: 'other users',
  can_see_hidden_items_names: 'the names of records that are hidden, where others refer to them',
  can_see_deals_list_summary: 'the summary of deals, with which verify compares counts and sums',
}

/** Settings of a role, and what they are about (openapi v1). */
const DEFAULTS: Readonly<Record<string, string>> = {
  deal_default_visibility: 'deals',
  lead_default_visibility: 'leads',
  person_default_visibility: 'persons',
  org_default_visibility: 'organizations',
  product_default_visibility: 'products',
}

/** Owner only, or owner and followers, as the plan has it; what 3 stands for depends on the plan too (openapi v1). */
const OWNER = 1

function ownersOnly(roleSettings: Rights['roleSettings']): readonly string[] {
  const kinds = Object.entries(DEFAULTS).filter(([setting]) => roleSettings[setting] === OWNER)
  return kinds.length === 0
    ? []
    : [
        `${kinds.map(([, records]) => records).join(', ')} that others with this user's role add: their owners and followers see them, unless they are shown to more`,
      ]
}

/** What the rights of somebody who is not admin of everything hide for certain, or as a rule; a sentence each. */
export function hiddenBy({ lacking, roleSettings, hiddenPipelines }: Rights): readonly string[] {
  const pipelines = `deals of the pipelines ${hiddenPipelines.join(', ')}, which this user's role does not see`
  const things = Object.entries(SEEN_WITH).filter(([permission]) => lacking.includes(permission))
  return [
    ...(hiddenPipelines.length === 0 ? [] : [pipelines]),
    ...things.map(([permission, what]) => `${what} (no ${permission})`),
    ...ownersOnly(roleSettings),
  ]
}
