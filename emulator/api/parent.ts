import { isDeleted, type EntityName } from '../company/entities.ts'
import { refusals, Refusal, type Answer } from '../http/answer.ts'
import type { ApiRequest } from '../http/router.ts'
import type { Id, Row } from '../json.ts'
import { typed } from './parameters.ts'

/** The live record that the path names; refused when there is none. */
export function parentOf(
  { company, params }: ApiRequest,
  entity: EntityName,
  missing: (id: Id) => Answer = refusals.notFound,
): Row & { readonly id: Id } {
  const id = typed(params['id'] ?? '') as Id
  const held = company.collections[entity]
  const slot = held.slotOf(id)
  const row = slot === undefined ? undefined : held.coreAt(slot)
  if (row === undefined || isDeleted(row)) throw new Refusal(missing(id))
  return { ...row, id }
}
