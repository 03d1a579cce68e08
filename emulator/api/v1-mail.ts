import { isDeleted } from '../company/entities.ts'
import { childRows } from '../company/links.ts'
import { badRequest, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json, Row } from '../json.ts'
import { timeOf, v1Time } from '../time.ts'
import { oneOf } from './parameters.ts'
import { parentOf } from './parent.ts'
import { answered, offsetList, wholeList } from './v1-rows.ts'

const folders = ['inbox', 'drafts', 'sent', 'archive'] as const

/** Shown by the messages of a deal, not by those of a thread (openapi v1). */
const ofDealsOnly = [
  'body',
  'nylas_id',
  's3_bucket',
  's3_bucket_path',
  'external_deleted_flag',
  'mua_message_id',
  'template_id',
  'company_id',
] as const

const shown = (rows: readonly Row[], { switches }: ApiRequest): Row[] =>
  rows.filter((row) => switches.deletedInLists || !isDeleted(row))

const newestFirst = (rows: readonly Row[], key: string): Row[] =>
  rows.toSorted((a, b) => timeOf(b[key]) - timeOf(a[key]))

const lies = (value: Json | undefined, folder: string): boolean =>
  Array.isArray(value) && (value as readonly Json[]).includes(folder)

/** Of one folder, by the latest message of each; a thread may lie in several (openapi v1; seen in practice). */
function threads(request: ApiRequest): Answer {
  const { company, query } = request
  if (!query.has('folder')) throw badRequest("Parameter 'folder' is required")
  const folder = oneOf(query, 'folder', folders, 'inbox')
  const found = company.mail_threads.list().filter((row) => lies(row['folders'], folder))
  return offsetList(request, newestFirst(shown(found, request), 'last_message_timestamp'), false)
}

function messagesOfThread(request: ApiRequest): Answer {
  const { id } = parentOf(request, 'mail_threads')
  const rows = childRows(request.company.collections.mail_messages, 'mail_thread_id', id)
  return wholeList(request, answered(shown(rows, request), ['deal_id', ...ofDealsOnly]))
}

/** A message as it is told of a deal, its body when asked for (openapi v1, deals mailMessages). */
function told(row: Row, isWhole: boolean): Row {
  const [data = {}] = answered([row], ['deal_id', ...(isWhole ? [] : ['body'])])
  const item = { item_type: 'mailMessage', timestamp: row['add_time'] ?? null }
  return { object: 'mailMessage', timestamp: v1Time(timeOf(row['add_time'])), data: { ...data, ...item } }
}

function messagesOfDeal(request: ApiRequest): Answer {
  const { id } = parentOf(request, 'deals')
  const isWhole = oneOf(request.query, 'include_body', ['0', '1'], '0') === '1'
  const rows = shown(childRows(request.company.collections.mail_messages, 'deal_id', id), request)
  return offsetList(
    request,
    newestFirst(rows, 'add_time').map((row) => told(row, isWhole)),
    true,
  )
}

const get = (path: string, handle: Route['handle']): Route => ({
  method: 'GET',
  version: 'v1',
  path,
  cost: 20,
  feature: 'mail',
  handle,
})

export const v1MailRoutes: readonly Route[] = [
  get('/mailbox/mailThreads', threads),
  get('/mailbox/mailThreads/:id/mailMessages', messagesOfThread),
  get('/deals/:id/mailMessages', messagesOfDeal),
]
