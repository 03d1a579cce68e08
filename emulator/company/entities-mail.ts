import type { EntitySpec } from './entities.ts'

export const mailNames = ['mail_threads', 'mail_messages'] as const
export type MailName = (typeof mailNames)[number]

/** A deleted one is marked by a number (openapi v1, mailbox). */
const mail = {
  times: 'lead',
  addedKey: 'add_time',
  updatedKey: 'update_time',
  key: 'id',
  newKey: 'number',
  deletion: { deleted_flag: 1 },
  purged: false,
  fields: null,
  namesOthers: true,
} as const

export const mailSpecs: Readonly<Record<MailName, EntitySpec>> = {
  mail_threads: { ...mail, linkKey: 'mail_thread_id' },
  mail_messages: { ...mail, linkKey: 'mail_message_id' },
}
