export interface FetchedOption {
  /** A number for custom fields, a word for some system fields; kept as text. */
  readonly id: string
  readonly label: string
  readonly color: string | null
}

/** A field as Pipedrive describes it today. */
export interface FetchedField {
  readonly code: string
  readonly label: string
  readonly type: string
  readonly description: string | null
  readonly isCustom: boolean
  readonly options: readonly FetchedOption[]
}

/** The fields of an entity, and when Pipedrive was asked for the first of them. */
export interface FetchedCatalog {
  readonly fields: readonly FetchedField[]
  readonly askedAt: string
}
