import type { Generated } from 'kysely'
import type { Timestamp } from './control-tables.ts'

/** The catalog of fields, in the data schema. */
export interface CatalogTables {
  fields: {
    entity: string
    field_code: string
    label: string
    field_type: string
    /** The first column of the field in its table. */
    column_name: string | null
    is_custom: boolean
    description: string | null
    first_seen_at: Generated<Date>
    removed_at: Timestamp | null
    /** Options were renamed or added since the rows were last relabelled. */
    labels_owed: Generated<boolean>
  }
  field_options: {
    entity: string
    field_code: string
    option_id: string
    label: string
    color: string | null
    position: number
    first_seen_at: Generated<Date>
    removed_at: Timestamp | null
  }
}

/** Tables that are planned from the registry: names and columns are not known to the compiler. */
export type StreamTables = Record<string, Record<string, unknown>>
