import type { Json, Row } from '../json.ts'
import type { ChildName } from './children.ts'
import { mention, mentionAsValue } from './mentions.ts'
import type { Collections } from './shapes.ts'

type Answered = (row: Row, all: Collections) => Row

const participant: Answered = (row, all) => ({
  ...row,
  person_id: mentionAsValue(all, 'persons', row['person_id']),
  related_item_data: {
    deal_id: row['deal_id'] ?? null,
    title: mention(all, 'deals', row['deal_id'])?.['title'] ?? null,
  },
  added_by_user_id: mentionAsValue(all, 'users', row['added_by_user_id']),
  related_item_type: 'deal',
  related_item_id: row['deal_id'] ?? null,
})

const comment: Answered = (row) => ({
  ...row,
  object_id: JSON.stringify(row['note_id']),
  object_type: 'note',
})

/** What the other organization is to the one that asks: an owner of the type `parent` has a daughter (openapi v1, example). */
export function seenFrom(asking: Json, row: Row, all: Collections): Row {
  const isOwner = row['org_id'] === asking
  const other = (isOwner ? row['rel_linked_org_id'] : row['org_id']) ?? null
  const type = row['type'] ?? null
  return {
    calculated_type: type === 'parent' && isOwner ? 'daughter' : type,
    calculated_related_org_id: other,
    related_organization_name: mention(all, 'organizations', other)?.['name'] ?? null,
  }
}

const relationship: Answered = (row, all) => ({
  ...row,
  rel_owner_org_id: mentionAsValue(all, 'organizations', row['org_id']),
  rel_linked_org_id: mentionAsValue(all, 'organizations', row['rel_linked_org_id']),
  // A text (openapi v1, schema and example).
  active_flag: row['active_flag'] === false ? 'false' : 'true',
  ...seenFrom(row['org_id'] ?? null, row, all),
})

/** The children whose answers say more than is held of them. */
export const childAnswers: Readonly<Partial<Record<ChildName, Answered>>> = {
  deal_participants: participant,
  note_comments: comment,
  organization_relationships: relationship,
}
