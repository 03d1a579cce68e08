import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { drawsFor, hashText, hex } from '../random.ts'
import { leadTime } from '../time.ts'
import {
  accountId,
  customer,
  isOurs,
  mailStories,
  messagesOf,
  partyRow,
  sentAt,
  snippet,
  tokenOwner,
  type MailStory,
} from './mail-story.ts'
import { COMPANY_ID, FIRST_USER, type World } from './world.ts'

const PURPOSE = hashText('mail messages')

/** Where a message stands: three threads after another have six. */
interface Seat {
  readonly thread: number
  readonly place: number
}

const round: readonly Seat[] = [1, 2, 3].flatMap((thread) =>
  Array.from({ length: messagesOf(thread) }, (_, place) => ({ thread, place })),
)

function seatOf(n: number): Seat {
  const rounds = Math.floor((n - 1) / round.length)
  const { thread, place } = round[(n - 1) % round.length] as Seat
  return { thread: rounds * 3 + thread, place }
}

const messagesIn = (threads: number): number =>
  Math.floor(threads / 3) * round.length + round.filter(({ thread }) => thread <= threads % 3).length

function messageRow(world: World, story: MailStory, n: number): Row {
  const { thread, place } = seatOf(n)
  const draw = drawsFor(world.seed, PURPOSE, n)
  const [ours, theirs] = [partyRow(tokenOwner(), n * 2), partyRow(customer(world, story, thread), n * 2 + 1)]
  const sent = isOurs(place)
  const at = leadTime(sentAt(story, place))
  const text = snippet(world, thread, place)
  const attached = thread % 4 === 0 && place === 0 ? 1 : 0
  const key = hex(draw, 22)
  return {
    id: n,
    from: [sent ? ours : theirs],
    to: [sent ? theirs : ours],
    cc: [],
    bcc: [],
    body_url: `https://mail.pohjala.example/${n}`,
    body: `<p>${text}</p>`,
    nylas_id: key,
    account_id: accountId(world),
    user_id: FIRST_USER,
    mail_thread_id: thread,
    deal_id: story.deal,
    subject: place === 0 ? story.subject : `Re: ${story.subject}`,
    snippet: text,
    mail_tracking_status: sent ? 'opened' : null,
    mail_link_tracking_enabled_flag: 0,
    read_flag: 1,
    draft: null,
    s3_bucket: 'pipedrive-mail-live-fr',
    s3_bucket_path: `${COMPANY_ID}/${FIRST_USER}/nylas/${n}/body`,
    draft_flag: 0,
    synced_flag: 1,
    deleted_flag: 0,
    external_deleted_flag: false,
    has_body_flag: 1,
    sent_flag: sent ? 1 : 0,
    sent_from_pipedrive_flag: sent ? 1 : 0,
    smart_bcc_flag: 0,
    message_time: at,
    add_time: at,
    update_time: at,
    has_attachments_flag: attached,
    has_inline_attachments_flag: 0,
    has_real_attachments_flag: attached,
    mua_message_id: `${key}-0@mailer.nylas.com`,
    template_id: null,
    company_id: COMPANY_ID,
  }
}

export function mailMessageSource(world: World): Source {
  const story = mailStories(world)
  const at = (n: number): number => sentAt(story(seatOf(n).thread), seatOf(n).place)
  return {
    count: messagesIn(world.size.mailThreads),
    id: (n) => n,
    head: (n) => ({ added: at(n), updated: at(n), flags: 0 }),
    row: (n) => messageRow(world, story(seatOf(n).thread), n),
  }
}
