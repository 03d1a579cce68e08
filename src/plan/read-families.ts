import type { SyncContext } from '../context.ts'
import { familiesOf, isAskedWhole } from '../families.ts'
import type { Session } from '../load/connection.ts'
import { countParents } from '../load/plan-facts.ts'
import { childrenIn } from '../streams/children.ts'
import type { Stream } from '../streams/stream.ts'
import { layoutStream } from '../transform/layout.ts'
import type { Asked, FamilyFacts } from './facts.ts'

/** What the warehouse says of the parents whose children a run would ask for. */
export async function readFamilyFacts(
  stream: Stream,
  session: Session,
  context: SyncContext,
  { mode }: Asked,
): Promise<readonly FamilyFacts[]> {
  const found: FamilyFacts[] = []
  const partitions = childrenIn(stream)
  for (const [index, family] of familiesOf(stream, layoutStream(stream, []), context).entries()) {
    const partition = partitions[index]
    const every = mode !== 'verify' && (await isAskedWhole(session, context, family))
    if (partition !== undefined)
      found.push({ partition, every, ...(await countParents(session, family, every)) })
  }
  return found
}
