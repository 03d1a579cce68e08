import { deals } from './deals.ts'
import { organizations } from './organizations.ts'
import { persons } from './persons.ts'
import { products } from './products.ts'
import { ofOne, tokenChildren } from './lists.ts'
import { type Parents, type Stream } from './stream.ts'
import { users } from './users.ts'

/** Who owns a record follows it, so a count of one says that nobody else does. */
const counted: Pick<Parents, 'counter'> = { counter: { column: 'followers_count', none: 1 } }

function followers(name: string, of: Stream, column: string, more: Partial<Parents> = {}): Stream {
  return {
    name,
    description: `Users who follow ${of.name}`,
    key: [column, 'user_id'],
    cursorField: null,
    catalogs: [],
    partitions: [tokenChildren(`/api/v2/${of.name}/{id}/followers`, 10, { ...ofOne(of, column), ...more })],
    columns: { [column]: 'bigint', user_id: 'bigint', add_time: 'timestamptz' },
  }
}

export const dealFollowers = followers('deal_followers', deals, 'deal_id', counted)
export const personFollowers = followers('person_followers', persons, 'person_id', counted)
export const organizationFollowers = followers('organization_followers', organizations, 'org_id', counted)
export const productFollowers = followers('product_followers', products, 'product_id')
export const userFollowers = followers('user_followers', users, 'followed_user_id')
