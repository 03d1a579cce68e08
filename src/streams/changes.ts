import { deals } from './deals.ts'
import { organizations } from './organizations.ts'
import { persons } from './persons.ts'
import { ofOne, tokenChildren } from './lists.ts'
import type { Stream } from './stream.ts'

/** The change log has no ids: changes of one field by one user in one second are numbered. */
function changes(name: string, of: Stream, column: string): Stream {
  return {
    name,
    description: `What was changed in ${of.name}, field by field`,
    onDemand: true,
    key: [column, 'field_key', 'time', 'actor_user_id', 'position'],
    numbered: ['field_key', 'time', 'actor_user_id'],
    cursorField: null,
    catalogs: [],
    partitions: [tokenChildren(`/v1/${of.name}/{id}/changelog`, 20, ofOne(of, column))],
    columns: {
      [column]: 'bigint',
      field_key: 'text',
      time: 'timestamptz',
      actor_user_id: 'bigint',
      position: 'bigint',
      old_value: 'text',
      new_value: 'text',
      change_source: 'text',
      change_source_user_agent: 'text',
      is_bulk_update_flag: 'boolean',
    },
  }
}

export const dealChanges = changes('deal_changes', deals, 'deal_id')
export const personChanges = changes('person_changes', persons, 'person_id')
export const organizationChanges = changes('organization_changes', organizations, 'org_id')
