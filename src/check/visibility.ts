import type { Identity } from '../extract/identity.ts'

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
