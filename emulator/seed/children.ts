import type { ChildName } from '../company/children.ts'
import type { Source } from '../company/collection.ts'
import { dealChangeSource, organizationChangeSource, personChangeSource } from './changes.ts'
import { commentSource, relationshipSource, variationSource } from './other-children.ts'
import { dealProductSource, discountSource, installmentSource } from './deal-children.ts'
import { flowSource } from './flow.ts'
import { followerSources } from './followers.ts'
import { participantChangeSource, participantSource } from './participants.ts'
import { permittedUserSource } from './permitted-users.ts'
import type { World } from './world.ts'

export const childSources: Readonly<Record<ChildName, (world: World) => Source>> = {
  deal_products: dealProductSource,
  deal_installments: installmentSource,
  deal_discounts: discountSource,
  deal_participants: participantSource,
  deal_participant_changes: participantChangeSource,
  ...followerSources,
  deal_changes: dealChangeSource,
  person_changes: personChangeSource,
  organization_changes: organizationChangeSource,
  deal_flow: flowSource,
  note_comments: commentSource,
  product_variations: variationSource,
  organization_relationships: relationshipSource,
  permitted_users: permittedUserSource,
}
