import type { Migration } from 'kysely/migration'
import * as controlTables from './0001-control-tables.ts'
import * as block from './0002-block.ts'
import * as parentRead from './0003-parent-read.ts'
import * as erased from './0004-erased.ts'
import * as sweepsOfParents from './0005-sweeps-of-parents.ts'
import * as schemaChangeColumn from './0008-schema-change-column.ts'
import * as erasedVacuum from './0009-erased-vacuum.ts'
import * as changeGate from './0010-change-gate.ts'
import * as plans from './0011-plans.ts'
import * as windowParts from './0012-window-parts.ts'
import * as catalogAsked from './0013-catalog-asked.ts'
import * as tokenDay from './0014-token-day.ts'
import * as changeHints from './0015-change-hints.ts'
import * as gateItems from './0016-gate-items.ts'

/** The control schema's history, in order. Tables of streams are planned from the registry instead. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-control-tables': controlTables,
  '0002-block': block,
  '0003-parent-read': parentRead,
  '0004-erased': erased,
  '0005-sweeps-of-parents': sweepsOfParents,
  '0008-schema-change-column': schemaChangeColumn,
  '0009-erased-vacuum': erasedVacuum,
  '0010-change-gate': changeGate,
  '0011-plans': plans,
  '0012-window-parts': windowParts,
  '0013-catalog-asked': catalogAsked,
  '0014-token-day': tokenDay,
  '0015-change-hints': changeHints,
  '0016-gate-items': gateItems,
}
