import type { Session } from './load/connection.ts'
import type { Loading } from './load-all.ts'
import type { StreamLayout } from './transform/layout.ts'
import type { Transform } from './transform/records.ts'

/** What reading one stream takes. */
export interface Work extends Loading {
  readonly session: Session
  readonly layout: StreamLayout
  readonly transform: Transform
}
