import type {
  CatalogSpec,
  ColumnType,
  Exploded,
  Parents,
  Partition,
  ReadById,
  RecordsIn,
  Stream,
} from './stream.ts'

/** A row for each label of a record; the ids are a column of the record too. */
export function labels(table: string, of: string, parent: string, type: ColumnType = 'bigint'): Exploded {
  return {
    table,
    from: 'label_ids',
    parent,
    description: `Labels of ${of}, one a row`,
    columns: { label_id: { type, from: 'value' } },
  }
}

/** A v2 list: page tokens, 500 a page, ordered by `update_time` or by `id`. */
export function v2List(path: string, cost: number, more: Partial<Partition> = {}): Partition {
  return {
    name: 'live',
    path,
    cost,
    paging: 'page-token',
    pageSize: 500,
    order: {
      byCursor: { sort_by: 'update_time', sort_direction: 'asc' },
      stable: { sort_by: 'id', sort_direction: 'asc' },
    },
    ...more,
  }
}

/** `updated_since` is inclusive, `updated_until` exclusive (openapi v2). */
export const UPDATED_BETWEEN = { since: 'updated_since', until: 'updated_until' } as const
export const UPDATED_SINCE = { since: 'updated_since' } as const

export const MANY_IDS: ReadById = { kind: 'many', param: 'ids', most: 100 }
export const LIST_AGAIN: ReadById = { kind: 'list' }

/** A v1 list that comes whole in one answer. */
export function v1Whole(path: string, cost: number, more: Partial<Partition> = {}): Partition {
  return {
    name: 'live',
    path,
    cost,
    paging: 'single',
    pageSize: 0,
    records: { kind: 'list-or-null' },
    ...more,
  }
}

/** The parents of a list that is read by the id of one, in the path. */
export function ofOne(of: Stream, column: string): Parents {
  return { of, columns: [column] }
}

/** A list of one parent's children that comes with page tokens. */
export function tokenChildren(path: string, cost: number, parents: Parents): Partition {
  const records: RecordsIn | null = path.startsWith('/v1/') ? { kind: 'list-or-null' } : null
  return {
    name: 'live',
    path,
    cost,
    paging: 'page-token',
    pageSize: 500,
    parents,
    ...(records === null ? {} : { records }),
  }
}

export function v2Fields(entity: string, path: string): CatalogSpec {
  return { entity, sources: [{ path, cost: 10, paging: 'page-token', pageSize: 500 }] }
}
