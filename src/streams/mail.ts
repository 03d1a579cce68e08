import { deals } from './deals.ts'
import { LIST_AGAIN, ofOne } from './lists.ts'
import { goesWith, refersTo, type Mention } from './mentions.ts'
import { type ColumnSpecs, type Partition, type Stream } from './stream.ts'

/** A folder has to be named; one thread may be in several (openapi v1; seen by others). */
function folder(name: string): Partition {
  return {
    name,
    path: '/v1/mailbox/mailThreads',
    cost: 20,
    paging: 'offset',
    pageSize: 500,
    untold: true,
    params: { folder: name },
  }
}

function parties(...by: readonly string[]): Mention {
  return { of: 'persons', by, goes: 'elements', member: 'linked_person_id' }
}

export const mailThreads: Stream = {
  name: 'mail_threads',
  description: "Mail threads of the token's user",
  onDemand: true,
  key: ['id'],
  ofUser: 'user_id',
  cursorField: 'update_time',
  deletedWhen: { field: 'deleted_flag', is: true },
  readById: LIST_AGAIN,
  erasable: 'mail-thread',
  mentions: [
    parties('parties', 'drafts_parties'),
    refersTo('deals', 'deal_id'),
    refersTo('leads', 'lead_id'),
  ],
  catalogs: [],
  partitions: ['inbox', 'drafts', 'sent', 'archive'].map(folder),
  columns: {
    id: 'bigint',
    account_id: 'text',
    user_id: 'bigint',
    subject: 'text',
    snippet: 'text',
    snippet_draft: 'text',
    snippet_sent: 'text',
    folders: 'text[]',
    parties: 'jsonb',
    drafts_parties: 'jsonb',
    message_count: 'bigint',
    version: 'bigint',
    deal_id: 'bigint',
    deal_status: 'text',
    lead_id: 'uuid',
    read_flag: 'boolean',
    mail_tracking_status: 'text',
    mail_link_tracking_enabled_flag: 'boolean',
    has_attachments_flag: 'boolean',
    has_inline_attachments_flag: 'boolean',
    has_real_attachments_flag: 'boolean',
    has_draft_flag: 'boolean',
    has_sent_flag: 'boolean',
    deleted_flag: 'boolean',
    synced_flag: 'boolean',
    smart_bcc_flag: 'boolean',
    archived_flag: 'boolean',
    shared_flag: 'boolean',
    external_deleted_flag: 'boolean',
    first_message_to_me_flag: 'boolean',
    all_messages_sent_flag: 'boolean',
    first_message_timestamp: 'timestamptz',
    last_message_timestamp: 'timestamptz',
    last_message_sent_timestamp: 'timestamptz',
    last_message_received_timestamp: 'timestamptz',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

/** In both lists of messages. */
const MESSAGE = {
  id: 'bigint',
  mail_thread_id: 'bigint',
  account_id: 'text',
  user_id: 'bigint',
  subject: 'text',
  snippet: 'text',
  from: 'jsonb',
  to: 'jsonb',
  cc: 'jsonb',
  bcc: 'jsonb',
  body_url: 'text',
  draft: 'text',
  read_flag: 'boolean',
  mail_tracking_status: 'text',
  mail_link_tracking_enabled_flag: 'boolean',
  has_attachments_flag: 'boolean',
  has_inline_attachments_flag: 'boolean',
  has_real_attachments_flag: 'boolean',
  has_body_flag: 'boolean',
  draft_flag: 'boolean',
  deleted_flag: 'boolean',
  synced_flag: 'boolean',
  sent_flag: 'boolean',
  sent_from_pipedrive_flag: 'boolean',
  smart_bcc_flag: 'boolean',
  message_time: 'timestamptz',
  add_time: 'timestamptz',
  update_time: 'timestamptz',
} as const satisfies ColumnSpecs

const messageParties = parties('from', 'to', 'cc', 'bcc')

export const mailMessages: Stream = {
  name: 'mail_messages',
  description: "Messages of the token's user's mail threads, without their bodies",
  onDemand: true,
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'deleted_flag', is: true },
  mentions: [messageParties],
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/mailbox/mailThreads/{id}/mailMessages',
      cost: 20,
      paging: 'single',
      pageSize: 0,
      records: { kind: 'list-or-null' },
      parents: ofOne(mailThreads, 'mail_thread_id'),
    },
  ],
  columns: MESSAGE,
}

/** A table of its own: other users' messages come too, and a message in another form than its thread has it. */
export const dealMailMessages: Stream = {
  name: 'deal_mail_messages',
  description: 'Mail messages that are linked to deals, of every user, without their bodies',
  onDemand: true,
  key: ['deal_id', 'id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'deleted_flag', is: true },
  mentions: [messageParties, goesWith('mail_threads', 'mail_thread_id')],
  leftOut: ['body', 'item_type', 'timestamp', 'company_id'],
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/deals/{id}/mailMessages',
      cost: 20,
      paging: 'offset',
      pageSize: 500,
      recordIn: 'data',
      parents: { of: deals, columns: ['deal_id'], counter: { column: 'email_messages_count', none: 0 } },
    },
  ],
  columns: {
    deal_id: 'bigint',
    ...MESSAGE,
    external_deleted_flag: 'boolean',
    nylas_id: 'text',
    s3_bucket: 'text',
    s3_bucket_path: 'text',
    mua_message_id: 'text',
    template_id: 'bigint',
  },
}
