/** How Pipedrive answers for what the account's plan does not include (documentation, http status codes). */
export type LockedStatus = 402 | 403 | 404 | 415

/**
 * What the documentation leaves open. Each switch is one behaviour that nobody outside Pipedrive has confirmed;
 * a program that reads the API should be right under every value.
 */
export interface Switches {
  /** `limit` over the maximum: cut to it, or answer 400. */
  limitTooLarge: 'clamp' | 'refuse'
  /**
   * Deleted persons, organizations, activities and products: still in lists with `is_deleted: true`, or gone; so are
   * participants, comments and relationships with `active_flag: false`.
   */
  deletedInLists: boolean
  /** A read by id of a soft-deleted record. */
  deletedById: 'not-found' | 'flagged'
  /** `status` of a deleted deal: `deleted` as in v1, or what it was before. */
  deletedDealStatus: 'deleted' | 'kept'
  /** Deleted notes stay in `/v1/notes` with `active_flag: false`. */
  deletedNotesListed: boolean
  /** Archiving and unarchiving a deal or lead moves its `update_time`. */
  archiveBumpsUpdateTime: boolean
  /** A change to one stage moves `update_time` of every stage of the pipeline (recorded 2026-05-15). */
  stagePatchBumpsSiblings: boolean
  /** The survivor of a merge gets a new `update_time`. */
  mergeBumpsSurvivor: boolean
  /** Records that pointed at the absorbed one get a new `update_time` when they are repointed. */
  mergeBumpsMoved: boolean
  /**
   * A note, activity or file that is added moves `update_time` of the deal, person and organization it hangs on; so
   * does a child of any other kind that is added, changed or removed for the record it is read through.
   */
  childBumpsParent: boolean
  /** Deleting a custom field moves `update_time` of every record that had a value in it. */
  fieldDeletionBumpsRecords: boolean
  /** A deleted person, organization, activity or product in `/v1/recents`: `data: null`, or marked inactive. */
  recentsDeleted: 'null' | 'flagged'
  /** Of which records `/v1/recents` tells what they took in last (`merge_what_id`). */
  recentsMerges: 'none' | 'persons' | 'all'
  /** It still tells when the survivor was edited after the merge. */
  recentsMergesStay: boolean
  /** `data` of an empty v1 list. */
  emptyV1List: 'null' | 'array'
  /** Offset lists whose document shows no `additional_data` have their pagination like the others. */
  undocumentedPagination: boolean
  /** Value of an enum or set field whose option was deleted. */
  deletedOption: 'kept' | 'cleared'
  /** Send `x-daily-ratelimit-token-*`; Pipedrive leaves them out at times. */
  dailyHeaders: boolean
  /** Send `retry-after` with a burst 429. */
  burstRetryAfter: boolean
  /** Hours that the midnight of the daily reset lies before midnight UTC; the server's time zone is not named. */
  dailyResetOffsetHours: number
  /** A request that costs more than is left of the day, while something is left: refused, or served. */
  lastOfTheDay: 'refused' | 'served'
  /** Requests answered 429 before Cloudflare takes over, and for how long it then answers 403. */
  cloudflareAfter: number
  cloudflareSeconds: number
  /** A page token that is not one: 400, or the first page. */
  badPageToken: 'refuse' | 'ignore'
  /** The token's user is a global admin; without it `/collection` answers 403. */
  admin: boolean
  /** The list of installments comes in pages; its schema says nothing of a next one. */
  installmentsPaged: boolean
  /** Records of `/collection` have the documented keys and custom fields, or those of v1's other lists too. */
  collectionKeys: 'documented' | 'all'
  /** Archived deals are in `/v1/deals/collection`. */
  archivedInCollection: boolean
  /** `since` of `/collection`: that second and later ones, or only later ones. */
  collectionSince: 'from' | 'after'
  /** Persons have their contact sync keys, messengers under one of the two names that are documented. */
  contactSync: boolean
  messengerKey: 'im' | 'ims'
  /** Organizations have their website, industry and size. */
  organizationData: boolean
  /** What the account's plan does not include, by the name that a route has for its feature. */
  lockedFeatures: readonly string[]
  lockedStatus: LockedStatus
}

type Choices = {
  readonly [
    Name in keyof Switches as Switches[Name] extends string | LockedStatus ? Name : never
  ]: readonly Switches[Name][]
}

/** Every value of the switches that name a behaviour. */
export const switchChoices: Choices = {
  limitTooLarge: ['clamp', 'refuse'],
  deletedById: ['not-found', 'flagged'],
  deletedDealStatus: ['deleted', 'kept'],
  recentsDeleted: ['null', 'flagged'],
  recentsMerges: ['none', 'persons', 'all'],
  emptyV1List: ['null', 'array'],
  deletedOption: ['kept', 'cleared'],
  lastOfTheDay: ['refused', 'served'],
  badPageToken: ['refuse', 'ignore'],
  collectionKeys: ['documented', 'all'],
  collectionSince: ['from', 'after'],
  messengerKey: ['im', 'ims'],
  lockedStatus: [402, 403, 404, 415],
}

export const defaultSwitches: Readonly<Switches> = {
  limitTooLarge: 'clamp',
  deletedInLists: false,
  deletedById: 'flagged',
  deletedDealStatus: 'deleted',
  deletedNotesListed: true,
  archiveBumpsUpdateTime: true,
  stagePatchBumpsSiblings: true,
  mergeBumpsSurvivor: true,
  mergeBumpsMoved: true,
  childBumpsParent: false,
  fieldDeletionBumpsRecords: false,
  recentsDeleted: 'null',
  recentsMerges: 'persons',
  recentsMergesStay: true,
  emptyV1List: 'null',
  undocumentedPagination: true,
  deletedOption: 'kept',
  dailyHeaders: true,
  burstRetryAfter: false,
  dailyResetOffsetHours: 0,
  lastOfTheDay: 'refused',
  cloudflareAfter: 10,
  cloudflareSeconds: 60,
  badPageToken: 'refuse',
  admin: true,
  installmentsPaged: true,
  collectionKeys: 'documented',
  archivedInCollection: false,
  collectionSince: 'from',
  contactSync: false,
  messengerKey: 'im',
  organizationData: false,
  lockedFeatures: [],
  lockedStatus: 402,
}
