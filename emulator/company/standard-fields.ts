import type { Field, FieldEntity } from './catalog.ts'

type Line = readonly [
  code: string,
  name: string,
  type: string,
  options?: readonly (readonly [number | string, string])[],
]

const visibility = [
  [1, 'Owner & followers'],
  [3, 'Entire company'],
] as const
const labels = [
  [11, 'Customer'],
  [12, 'Hot lead'],
  [13, 'Warm lead'],
  [14, 'Cold lead'],
] as const
const when: readonly Line[] = [
  ['add_time', 'Created', 'date'],
  ['update_time', 'Updated', 'date'],
]
const id: readonly Line[] = [['id', 'ID', 'int']]
const owned: readonly Line[] = [
  ['owner_id', 'Owner', 'user'],
  ['visible_to', 'Visible to', 'visible_to', visibility],
]

/** Built-in fields by their v2 codes; the ones a sync would meet (openapi v2). */
const lines: Readonly<Record<FieldEntity, readonly Line[]>> = {
  deals: [
    ...id,
    ['title', 'Title', 'varchar'],
    ['creator_user_id', 'Creator', 'user'],
    ...owned,
    ['value', 'Value', 'monetary'],
    ['currency', 'Currency of Value', 'varchar'],
    ['label_ids', 'Label', 'set', labels],
    ['person_id', 'Contact person', 'people'],
    ['org_id', 'Organization', 'org'],
    ['pipeline_id', 'Pipeline', 'double'],
    ['stage_id', 'Stage', 'stage'],
    [
      'status',
      'Status',
      'status',
      [
        ['open', 'Open'],
        ['won', 'Won'],
        ['lost', 'Lost'],
        ['deleted', 'Deleted'],
      ],
    ],
    ['probability', 'Probability', 'int'],
    ['lost_reason', 'Lost reason', 'varchar_options'],
    ...when,
    ['stage_change_time', 'Last stage change', 'date'],
    ['won_time', 'Won time', 'date'],
    ['lost_time', 'Lost time', 'date'],
    ['close_time', 'Deal closed on', 'date'],
    ['expected_close_date', 'Expected close date', 'date'],
    ['origin', 'Source origin', 'varchar'],
    [
      'channel',
      'Source channel',
      'enum',
      [
        [8, 'Marketplace'],
        [52, 'Billboard'],
      ],
    ],
    ['archive_time', 'Archive time', 'date'],
    ['is_archived', 'Archive status', 'boolean'],
  ],
  persons: [
    ...id,
    ['name', 'Name', 'varchar'],
    ['first_name', 'First name', 'varchar'],
    ['last_name', 'Last name', 'varchar'],
    ...owned,
    ['label_ids', 'Labels', 'set', labels],
    ['org_id', 'Organization', 'org'],
    ['phones', 'Phone', 'phone'],
    ['emails', 'Email', 'varchar'],
    ['picture_id', 'Profile picture', 'picture'],
    ...when,
  ],
  organizations: [
    ...id,
    ['name', 'Name', 'varchar'],
    ...owned,
    ['label_ids', 'Labels', 'set', labels],
    ['address', 'Address', 'address'],
    ...when,
  ],
  products: [
    ...id,
    ['name', 'Name', 'varchar'],
    ['code', 'Product code', 'varchar'],
    ['description', 'Description', 'text'],
    ['unit', 'Unit', 'varchar'],
    ['tax', 'Tax', 'double'],
    [
      'category',
      'Category',
      'enum',
      [
        ['21', 'Hardware'],
        ['22', 'Services'],
      ],
    ],
    ['billing_frequency', 'Billing frequency', 'billing_frequency'],
    ...owned,
    ...when,
  ],
  projects: [
    ...id,
    ['title', 'Title', 'varchar'],
    ['description', 'Description', 'text'],
    [
      'status',
      'Status',
      'status',
      [
        ['open', 'Open'],
        ['completed', 'Completed'],
        ['canceled', 'Canceled'],
        ['deleted', 'Deleted'],
      ],
    ],
    ['board_id', 'Board', 'projects_board'],
    ['phase_id', 'Phase', 'projects_phase'],
    ['owner_id', 'Owner', 'user'],
    ['start_date', 'Start date', 'date'],
    ['end_date', 'End date', 'date'],
    ['deal_ids', 'Deals', 'deals'],
    ['person_ids', 'Contact people', 'people'],
    ['org_ids', 'Organizations', 'org'],
    ['label_ids', 'Labels', 'set', labels],
    ['health_status', 'Health status', 'int'],
    ['status_change_time', 'Last status change', 'date'],
    ['archive_time', 'Archive time', 'date'],
    ...when,
  ],
  activities: [
    ...id,
    ['subject', 'Subject', 'varchar'],
    [
      'type',
      'Type',
      'enum',
      [
        ['call', 'Call'],
        ['meeting', 'Meeting'],
        ['task', 'Task'],
        ['email', 'Email'],
        ['lunch', 'Lunch'],
      ],
    ],
    ['owner_id', 'Assigned to user', 'user'],
    ['due_date', 'Due date', 'date'],
    ['due_time', 'Due time', 'time'],
    ['duration', 'Duration', 'time'],
    ['done', 'Done', 'boolean'],
    ['deal_id', 'Deal', 'deal'],
    ['person_id', 'Contact person', 'people'],
    ['org_id', 'Organization', 'org'],
    ['note', 'Note', 'text'],
    ['location', 'Location', 'address'],
    ['marked_as_done_time', 'Marked as done time', 'date'],
    ...when,
  ],
}

export function standardFields(entity: FieldEntity, start: number): Field[] {
  return lines[entity].map(([code, name, type, options], i) => ({
    id: 12_400 + i,
    code,
    name,
    type,
    custom: false,
    seeded: null,
    optional: false,
    description: null,
    options: options?.map(([optionId, label]) => ({ id: optionId, label })) ?? null,
    deletedOptions: [],
    changed: start,
  }))
}
