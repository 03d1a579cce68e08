import type { Source } from '../company/collection.ts'
import type { MailName } from '../company/entities-mail.ts'
import { mailMessageSource } from './mail-messages.ts'
import { mailThreadSource } from './mail-threads.ts'
import type { World } from './world.ts'

export const mailSources: Readonly<Record<MailName, (world: World) => Source>> = {
  mail_threads: mailThreadSource,
  mail_messages: mailMessageSource,
}
