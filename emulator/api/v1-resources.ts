import { refusals } from '../http/answer.ts'
import { COMPANY_ID } from '../seed/world.ts'
import type { V1Resource } from './v1-list.ts'

const noteSorts = [
  'id',
  'user_id',
  'deal_id',
  'person_id',
  'org_id',
  'content',
  'add_time',
  'update_time',
] as const
const leadSorts = [
  'id',
  'title',
  'owner_id',
  'creator_id',
  'was_seen',
  'expected_close_date',
  'next_activity_id',
  'add_time',
  'update_time',
] as const

const leads = {
  entity: 'leads',
  mostRows: 500,
  sorts: leadSorts,
  filters: ['owner_id', 'person_id', 'organization_id'],
  filterId: true,
  deletedListed: () => false,
  missing: refusals.leadNotFound,
} as const

export const v1Resources: readonly V1Resource[] = [
  // Out of support since 2026-08-01, still answered (recorded 2026-05-15).
  {
    path: 'pipelines',
    entity: 'pipelines',
    cost: 10,
    mostRows: 500,
    sorts: [],
    filters: [],
    updatedSince: false,
    deletedListed: () => false,
    missing: refusals.notFound,
    byId: true,
  },
  { ...leads, path: 'leads', cost: 20, updatedSince: true, partition: 'not-archived', byId: true },
  { ...leads, path: 'leads/archived', cost: 40, updatedSince: false, partition: 'archived', byId: false },
  {
    path: 'notes',
    entity: 'notes',
    cost: 20,
    mostRows: 500,
    sorts: noteSorts,
    filters: ['user_id', 'lead_id', 'deal_id', 'person_id', 'org_id'],
    flags: [
      'pinned_to_lead_flag',
      'pinned_to_deal_flag',
      'pinned_to_person_flag',
      'pinned_to_organization_flag',
    ],
    addedBetween: true,
    updatedSince: true,
    deletedListed: (switches) => switches.deletedNotesListed,
    missing: refusals.notFound,
    byId: true,
  },
  {
    path: 'files',
    entity: 'files',
    cost: 20,
    mostRows: 100,
    sorts: ['id', 'update_time'],
    filters: [],
    updatedSince: false,
    deletedListed: () => true,
    missing: refusals.notFound,
    byId: true,
  },
  {
    path: 'users',
    entity: 'users',
    cost: 20,
    mostRows: 500,
    sorts: [],
    filters: [],
    updatedSince: false,
    deletedListed: () => true,
    missing: refusals.userNotFound,
    unpaged: { company_id: COMPANY_ID },
    byId: true,
  },
  {
    path: 'roles',
    entity: 'roles',
    cost: 20,
    mostRows: 500,
    sorts: [],
    filters: [],
    updatedSince: false,
    deletedListed: (switches) => switches.deletedInLists,
    missing: refusals.notFound,
    byId: false,
  },
]
