import { deals } from './deals.ts'
import { leads } from './leads.ts'
import { organizations } from './organizations.ts'
import { persons } from './persons.ts'
import { products } from './products.ts'
import { ofOne } from './lists.ts'
import { type Partition, type Stream } from './stream.ts'

function permittedUsersOf(of: Stream): Partition {
  return {
    name: of.name,
    path: `/v1/${of.name}/{id}/permittedUsers`,
    cost: 10,
    paging: 'single',
    pageSize: 0,
    records: { kind: 'values', name: 'user_id' },
    parents: ofOne(of, 'entity_id'),
    adds: { entity: of.name },
  }
}

/** Ids are texts, since a lead's is one. */
export const permittedUsers: Stream = {
  name: 'permitted_users',
  description: 'Users who may see a record',
  onDemand: true,
  key: ['entity', 'entity_id', 'user_id'],
  cursorField: null,
  catalogs: [],
  partitions: [deals, persons, organizations, leads, products].map(permittedUsersOf),
  columns: { entity: 'text', entity_id: 'text', user_id: 'bigint' },
}
