import { MANY_IDS, UPDATED_SINCE, ofOne, tokenChildren, v2Fields, v2List } from './lists.ts'
import type { Stream } from './stream.ts'

export const products: Stream = {
  name: 'products',
  description: 'Products that deals are made of',
  recentsItem: 'product',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  catalogs: [v2Fields('products', '/api/v2/productFields')],
  partitions: [v2List('/api/v2/products', 10, { filter: UPDATED_SINCE })],
  exploded: [
    {
      table: 'product_prices',
      from: 'prices',
      parent: 'product_id',
      description: 'Prices of products, one currency a row',
      columns: {
        price: 'numeric',
        currency: 'text',
        cost: 'numeric',
        direct_cost: 'numeric',
        notes: 'text',
      },
    },
  ],
  columns: {
    id: 'bigint',
    name: 'text',
    code: 'text',
    unit: 'text',
    tax: 'numeric',
    category: 'text',
    description: 'text',
    owner_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    billing_frequency: 'text',
    billing_frequency_cycles: 'bigint',
    is_linkable: 'boolean',
    is_deleted: 'boolean',
    visible_to: 'bigint',
  },
}

export const productVariations: Stream = {
  name: 'product_variations',
  description: 'Variations of products, with their prices',
  key: ['id'],
  cursorField: null,
  catalogs: [],
  partitions: [tokenChildren('/api/v2/products/{id}/variations', 10, ofOne(products, 'product_id'))],
  columns: { id: 'bigint', product_id: 'bigint', name: 'text', prices: 'jsonb' },
}
