import { configError } from '../errors.ts'
import {
  permissionSetAssignments,
  permissionSets,
  roleAssignments,
  rolePipelines,
  roleSettings,
  roles,
  teamUsers,
  teams,
  userPermissions,
} from './access.ts'
import { billingAddons, company, currencies, filters, webhooks } from './account.ts'
import { activities, activityTypes } from './activities.ts'
import { callLogs } from './call-logs.ts'
import { dealChanges, organizationChanges, personChanges } from './changes.ts'
import {
  dealDiscounts,
  dealFlow,
  dealInstallments,
  dealParticipantChanges,
  dealParticipants,
  dealProducts,
} from './deal-children.ts'
import { deals } from './deals.ts'
import { files } from './files.ts'
import {
  dealFollowers,
  organizationFollowers,
  personFollowers,
  productFollowers,
  userFollowers,
} from './followers.ts'
import { goalResults, goals } from './goals.ts'
import { leadLabels, leadSources, leads } from './leads.ts'
import { dealMailMessages, mailMessages, mailThreads } from './mail.ts'
import { noteComments, notes } from './notes.ts'
import { organizationRelationships, organizations } from './organizations.ts'
import { permittedUsers } from './permitted-users.ts'
import { persons } from './persons.ts'
import { pipelines, stages } from './pipelines.ts'
import { productVariations, products } from './products.ts'
import {
  projectBoards,
  projectChanges,
  projectPhases,
  projectTemplates,
  projects,
  tasks,
} from './projects.ts'
import { recordMerges } from './record-merges.ts'
import type { Stream } from './stream.ts'
import { userConnections, userSettings, users } from './users.ts'

/** Every stream that has records, in the order in which a run starts them: what is small and referred to first, children behind their parents. */
const withRecords: readonly Stream[] = [
  users,
  pipelines,
  stages,
  organizations,
  persons,
  products,
  deals,
  leads,
  activities,
  notes,
  files,
  activityTypes,
  currencies,
  filters,
  leadLabels,
  leadSources,
  roles,
  permissionSets,
  teams,
  webhooks,
  billingAddons,
  userConnections,
  userSettings,
  company,
  goals,
  callLogs,
  recordMerges,
  projects,
  tasks,
  projectBoards,
  projectTemplates,
  mailThreads,
  dealProducts,
  dealInstallments,
  dealDiscounts,
  dealParticipants,
  dealParticipantChanges,
  dealFollowers,
  personFollowers,
  organizationFollowers,
  productFollowers,
  userFollowers,
  noteComments,
  productVariations,
  projectPhases,
  roleAssignments,
  roleSettings,
  rolePipelines,
  permissionSetAssignments,
  teamUsers,
  userPermissions,
  goalResults,
  organizationRelationships,
  dealChanges,
  personChanges,
  organizationChanges,
  projectChanges,
  dealFlow,
  permittedUsers,
  mailMessages,
  dealMailMessages,
]

/** The field catalogs of all streams, kept in `fields` and `field_options`; it has no records of its own. */
const fields: Stream = {
  name: 'fields',
  description: 'What Pipedrive says its fields and their options are, and the column of each',
  key: ['field_code'],
  cursorField: null,
  columns: {},
  partitions: [],
  catalogs: withRecords.flatMap((stream) => stream.catalogs),
}

/** The whole registry. */
export const streams: readonly Stream[] = [...withRecords, fields]

/** Names of the columns that the registry declares for an entity of the field catalog. */
export function nativeColumns(entity: string): readonly string[] {
  return Object.keys(streams.find((stream) => stream.name === entity)?.columns ?? {})
}

/**
 * The streams of these names in registry order; when no name is given, all but those that are read on demand. Unknown
 * names are a usage error.
 */
export function selectStreams(names: readonly string[]): readonly Stream[] {
  const known = new Set(streams.map((stream) => stream.name))
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw configError(
      `There is no stream ${unknown.map((name) => `"${name}"`).join(', ')}. The streams are: ${[...known].join(', ')}.`,
    )
  return streams.filter(({ name, onDemand }) =>
    names.length === 0 ? onDemand === undefined : names.includes(name),
  )
}
