import type { Source } from '../company/collection.ts'
import type { Json, Row } from '../json.ts'
import { drawsFor, hashText, pick } from '../random.ts'
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
  type Party,
} from './mail-story.ts'
import { FIRST_USER, type World } from './world.ts'

const PURPOSE = hashText('mail threads')

function threadParty(party: Party, id: number, story: MailStory, latest: boolean, at: number): Row {
  return {
    ...partyRow(party, id),
    latest_sent: latest,
    message_time: at,
    linked_organization_id: party.person === null ? null : story.organization,
  }
}

/** A thread lies in the folder of each of its messages, or in the archive. */
function foldersOf(thread: number): string[] {
  const answered = messagesOf(thread) > 1
  return [
    thread % 5 === 0 ? 'archive' : 'inbox',
    ...(answered ? ['sent'] : []),
    ...(thread % 7 === 0 ? ['drafts'] : []),
  ]
}

const flag = (is: boolean): number => (is ? 1 : 0)

function threadRow(world: World, story: MailStory, thread: number): Row {
  const draw = drawsFor(world.seed, PURPOSE, thread)
  const count = messagesOf(thread)
  const last = sentAt(story, count - 1)
  const answer = count > 1 ? sentAt(story, 1) : null
  const received = sentAt(story, count === 2 ? 0 : count - 1)
  const folders = foldersOf(thread)
  const text = (at: number | null): Json => (at === null ? null : leadTime(at))
  return {
    id: thread,
    parties: {
      to: [threadParty(tokenOwner(), thread * 10, story, isOurs(count - 1), last)],
      from: [threadParty(customer(world, story, thread), thread * 10 + 1, story, !isOurs(count - 1), last)],
    },
    drafts_parties: [],
    folders,
    account_id: accountId(world),
    user_id: FIRST_USER,
    version: count,
    subject: story.subject,
    snippet: snippet(world, thread, count - 1),
    snippet_draft: folders.includes('drafts') ? 'Tere! …' : null,
    snippet_sent: answer === null ? '' : snippet(world, thread, 1),
    message_count: count,
    read_flag: flag(draw() < 0.8),
    mail_tracking_status: pick(draw, [null, 'opened', 'not opened']),
    has_attachments_flag: flag(thread % 4 === 0),
    has_inline_attachments_flag: 0,
    has_real_attachments_flag: flag(thread % 4 === 0),
    has_draft_flag: flag(folders.includes('drafts')),
    has_sent_flag: flag(answer !== null),
    archived_flag: flag(folders.includes('archive')),
    deleted_flag: 0,
    shared_flag: flag(story.deal !== null),
    synced_flag: 1,
    external_deleted_flag: 0,
    smart_bcc_flag: 0,
    first_message_to_me_flag: 1,
    mail_link_tracking_enabled_flag: 0,
    last_message_timestamp: leadTime(last),
    first_message_timestamp: leadTime(story.began),
    last_message_sent_timestamp: text(answer),
    last_message_received_timestamp: leadTime(received),
    add_time: leadTime(story.began),
    update_time: leadTime(last),
    deal_id: story.deal,
    deal_status: null,
    lead_id: null,
    all_messages_sent_flag: 0,
  }
}

export function mailThreadSource(world: World): Source {
  const story = mailStories(world)
  return {
    count: world.size.mailThreads,
    id: (n) => n,
    head: (n) => ({
      added: story(n).began,
      updated: sentAt(story(n), messagesOf(n) - 1),
      flags: 0,
    }),
    row: (n) => threadRow(world, story(n), n),
  }
}
