import type { Field, FieldEntity } from '../company/catalog.ts'
import { subfieldParts } from '../company/subfields.ts'
import { json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json, Row } from '../json.ts'
import { v1Time } from '../time.ts'
import { emptyList, offsetPage, pagination } from './v1-list.ts'

/** A field as v1 answers it; `options_deleted` only when there is one (openapi v1). */
export function fieldV1(field: Field, order: number): Row {
  const options = field.options?.map((option) => ({ ...option })) ?? null
  return {
    id: field.custom ? field.id : order < 3 ? null : field.id,
    key: field.code,
    name: field.name,
    order_nr: order,
    field_type: field.type,
    json_column_flag: field.custom,
    add_time: v1Time(field.changed),
    update_time: v1Time(field.changed),
    last_updated_by_user_id: null,
    created_by_user_id: null,
    active_flag: true,
    edit_flag: field.custom,
    index_visible_flag: true,
    details_visible_flag: true,
    add_visible_flag: true,
    important_flag: false,
    bulk_edit_allowed: true,
    filtering_allowed: true,
    sortable_flag: true,
    mandatory_flag: field.code === 'title' || field.code === 'name',
    searchable_flag: field.type === 'varchar',
    ...(options ? { options } : {}),
    ...(field.deletedOptions.length > 0
      ? { options_deleted: field.deletedOptions.map((option) => ({ ...option })) }
      : {}),
  }
}

const v1Lists: Readonly<Record<string, FieldEntity>> = {
  dealFields: 'deals',
  personFields: 'persons',
  organizationFields: 'organizations',
  productFields: 'products',
  leadFields: 'deals',
  activityFields: 'activities',
}

/** Their fields are not read one by one (openapi v1). */
const listedOnly = new Set(['leadFields', 'activityFields'])

/** Leads have the deal's custom fields and few of its own (documentation, custom fields). */
const leadKeys = new Set([
  'id',
  'title',
  'owner_id',
  'value',
  'person_id',
  'expected_close_date',
  'add_time',
  'update_time',
])

function fieldsOf(path: string, entity: FieldEntity, { company }: ApiRequest): readonly Field[] {
  const all = company.catalog.all(entity)
  return path === 'leadFields' ? all.filter((field) => field.custom || leadKeys.has(field.code)) : all
}

/** A part of a composite value is a field too, without an id of its own (openapi v1; documentation, custom fields). */
function partsOf(field: Field, parent: Row): Row[] {
  if (!field.custom && field.type !== 'address') return []
  return Object.entries(subfieldParts[field.type] ?? {}).map(([suffix, [what, type]]) => ({
    ...parent,
    id: null,
    key: `${field.code}_${suffix}`,
    name: `${what} of ${field.name}`,
    field_type: type,
    is_subfield: true,
    parent_id: field.id,
    id_suffix: suffix,
  }))
}

/** Every field, its parts behind it. */
function rowsOf(path: string, entity: FieldEntity, request: ApiRequest): Row[] {
  return fieldsOf(path, entity, request)
    .flatMap((field, i) => {
      const row = fieldV1(field, i + 1)
      const parts = partsOf(field, row)
      return [parts.length === 0 ? row : { ...row, subfields: parts }, ...parts]
    })
    .map((row, i) => ({ ...row, order_nr: i + 1 }))
}

function listFields(path: string, entity: FieldEntity) {
  return (request: ApiRequest): Answer => {
    const rows = rowsOf(path, entity, request)
    const { start, limit } = offsetPage(request.query, 500, request.switches)
    const page = rows.slice(start, start + limit)
    const additional = { pagination: pagination(start, limit, start + limit < rows.length) }
    if (page.length === 0) return emptyList(request.switches, additional)
    return json(200, { success: true, data: page, additional_data: additional })
  }
}

function oneField(path: string, entity: FieldEntity) {
  return (request: ApiRequest): Answer => {
    const field = fieldsOf(path, entity, request).find(({ id }) => String(id) === request.params['id'])
    const row = field && rowsOf(path, entity, request).find((one) => one['key'] === field.code)
    if (!row) throw new Refusal(refusals.fieldGone())
    return json(200, { success: true, data: row })
  }
}

const flag = (name: string): Row => ({
  key: `pinned_to_${name}_flag`,
  name: `Note is pinned to ${name}`,
  field_type: 'enum',
  options: [
    { id: 1, label: 'Yes' },
    { id: 0, label: 'No' },
  ],
})
const noteField = (key: string, name: string, type: string): Row => ({ key, name, field_type: type })

const noteFields: Json = [
  noteField('content', 'Content', 'text'),
  noteField('user_id', 'User', 'user'),
  noteField('deal_id', 'Deal', 'deal'),
  noteField('person_id', 'Person', 'people'),
  noteField('org_id', 'Organization', 'org'),
  noteField('add_time', 'Add time', 'date'),
  noteField('update_time', 'Update time', 'date'),
  flag('deal'),
  flag('person'),
  flag('organization'),
  flag('lead'),
].map((field, i) => ({
  id: i + 1,
  ...field,
  active_flag: true,
  edit_flag: false,
  bulk_edit_allowed: true,
  mandatory_flag: true,
}))

export const v1FieldRoutes: readonly Route[] = [
  ...Object.entries(v1Lists).flatMap(([path, entity]): Route[] => [
    { method: 'GET', version: 'v1', path: `/${path}`, cost: 20, handle: listFields(path, entity) },
    ...(listedOnly.has(path)
      ? []
      : [
          {
            method: 'GET',
            version: 'v1',
            path: `/${path}/:id`,
            cost: 2,
            handle: oneField(path, entity),
          } as const,
        ]),
  ]),
  {
    method: 'GET',
    version: 'v1',
    path: '/noteFields',
    cost: 20,
    handle: () =>
      json(200, {
        success: true,
        data: noteFields,
        additional_data: { pagination: pagination(0, 100, false) },
      }),
  },
]
