import { startEmulator, type Emulator } from '../emulator/index.ts'
import { readWarehouse, type Environment } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { databaseExists } from '../src/load/database.ts'
import { lockDemo, makeDemoSchema, removeDemo } from '../src/load/demo-schema.ts'
import type { RunReport } from '../src/run-types.ts'
import { backfill } from './backfill.ts'
import { withWarehouse, type JobContext, type JobResult } from './job.ts'
import { sync } from './sync.ts'

export interface DemoFlags {
  readonly deals: string
  readonly remove?: boolean
}

export const DEMO_QUERIES: readonly { readonly asks: string; readonly sql: string }[] = [
  {
    asks: 'What stands in each stage?',
    sql: `select p.name as pipeline, s.name as stage, count(*) as deals, sum(d.value) as value, d.currency from deals d join stages s on s.id = d.stage_id join pipelines p on p.id = d.pipeline_id where d.status = 'open' and d._deleted_at is null group by p.name, s.order_nr, s.name, d.currency order by p.name, s.order_nr`,
  },
  {
    asks: 'How much was won in each month?',
    sql: `select to_char(won_time, 'YYYY-MM') as month, count(*) as won, sum(value) as value, currency from deals where status = 'won' and _deleted_at is null group by 1, currency order by 1 desc limit 12`,
  },
  {
    asks: 'Who closes what they open?',
    sql: `select u.name, count(*) filter (where d.status = 'won') as won, count(*) filter (where d.status = 'lost') as lost, round(100.0 * count(*) filter (where d.status = 'won') / nullif(count(*) filter (where d.status in ('won', 'lost')), 0), 1) as win_rate from deals d join users u on u.id = d.owner_id where d._deleted_at is null group by u.name order by win_rate desc nulls last`,
  },
  {
    asks: 'Whom to call, and where?',
    sql: `select p.name, o.name as organization, e.value as email, count(d.id) as open_deals from persons p join deals d on d.person_id = p.id and d.status = 'open' and d._deleted_at is null left join organizations o on o.id = p.org_id left join person_emails e on e.person_id = p.id and e.is_primary group by p.id, p.name, o.name, e.value order by open_deals desc limit 10`,
  },
  {
    asks: 'Which column holds which custom field?',
    sql: `select label, field_type, column_name from fields where entity = 'deals' and is_custom order by label`,
  },
]

/** Nobody wants to wait for the made-up company's rate limit; its day is as long as the demo needs. */
const LIMITS = { burst: 4000, daily: 10_000_000 } as const

/** The demo's own settings: never the customer's database or token. */
function demoEnvironment(environment: Environment, emulator?: Emulator): Environment {
  const { PIPEDRIVE_WAREHOUSE_DIR: dir, LOG_LEVEL: level } = environment
  return {
    PIPEDRIVE_WAREHOUSE_DIR: dir,
    LOG_LEVEL: level,
    PIPEDRIVE_BASE_URL: emulator?.url,
    PIPEDRIVE_API_TOKEN: emulator?.token,
  }
}

async function remove(own: JobContext): Promise<JobResult> {
  const warehouse = readWarehouse(own.environment)
  const removed =
    (await databaseExists(warehouse)) &&
    (await withWarehouse(own, 'demo', async (session) => {
      await lockDemo(session)
      return removeDemo(session, warehouse.account)
    }))
  return { json: { removed }, text: removed ? 'The demo is removed.' : 'There was no demo.', exit: 0 }
}

/** What people do in a CRM between two syncs. */
function changeCompany({ company }: Emulator): readonly string[] {
  const open = company.list('deals').filter((deal) => deal['status'] === 'open')
  const [won, lost, moved, deleted] = open
  const organization = company.organizations.create({ name: 'Kivi & Põder OÜ' })
  company.deals.create({
    title: 'Kivi & Põder: roof of the new hall',
    org_id: organization['id'] ?? null,
    value: 48_500,
  })
  const done = ['an organization and a deal were added']
  const change = (deal: typeof won, what: string, act: (id: number) => unknown): void => {
    if (typeof deal?.['id'] !== 'number') return
    act(deal['id'])
    done.push(`deal ${deal['id']} ${what}`)
  }
  change(won, 'was won', (id) => company.deals.update(id, { status: 'won' }))
  change(lost, 'was lost', (id) => company.deals.update(id, { status: 'lost', lost_reason: 'Too late' }))
  change(moved, 'got another value', (id) => company.deals.update(id, { value: 12_345 }))
  change(deleted, 'was deleted', (id) => company.deals.delete(id))
  return done
}

/** How to call this program so that it finds the demo's warehouse, whatever else is set. */
function invocation(environment: Environment): string {
  const others = ['DATABASE_URL', 'PIPEDRIVE_SCHEMA', 'PIPEDRIVE_SYNC_SCHEMA']
  const emptied = others.filter((name) => (environment[name]?.trim() ?? '') !== '').map((name) => `${name}= `)
  const program = process.argv[1]?.endsWith('.ts') === true ? 'npm start --' : 'pipedrive-warehouse'
  return emptied.join('') + program
}

function total(report: RunReport, what: 'inserted' | 'updated' | 'tombstoned'): number {
  return report.streams.reduce((sum, stream) => sum + stream[what], 0)
}

function story(first: RunReport, changes: readonly string[], second: RunReport, hint: string): string {
  const queries = DEMO_QUERIES.map(({ asks, sql }) => `-- ${asks}\n${sql}`).join('\n\n')
  return [
    `Backfill: ${total(first, 'inserted')} rows in ${first.seconds.toFixed(1)} s, for ${first.tokens} tokens.`,
    `Then ${changes.join(', ')}.`,
    `Sync: ${total(second, 'inserted')} rows added, ${total(second, 'updated')} updated, ${total(second, 'tombstoned')} marked as deleted, for ${second.tokens} tokens.`,
    '',
    `The warehouse stays. Try:  ${hint} query "<SQL>"  with one of these, and  ${hint} status  to connect psql or a BI tool.`,
    '',
    queries,
  ].join('\n')
}

/** Backfill, a few changes, sync. */
async function play(context: JobContext, emulator: Emulator): Promise<JobResult> {
  const own = { ...context, environment: demoEnvironment(context.environment, emulator) }
  const usual = { budget: '50%', maxShare: '5%' }
  const backfilled = await backfill(own, usual)
  if (backfilled.exit !== 0) return backfilled
  const changes = changeCompany(emulator)
  const synced = await sync(own, usual)
  if (synced.exit !== 0) return synced
  const [first, second] = [backfilled.json as RunReport, synced.json as RunReport]
  const text = story(first, changes, second, invocation(context.environment))
  return { json: { backfill: first, changes, sync: second, queries: DEMO_QUERIES }, text, exit: 0 }
}

/** Keeps a made-up company in the embedded warehouse, in place of what an earlier demo left there. */
export async function demo(context: JobContext, flags: DemoFlags): Promise<JobResult> {
  if (!/^[1-9]\d{0,6}$/.test(flags.deals)) throw configError('--deals takes a number from 1 to 9,999,999.')
  const own = { ...context, environment: demoEnvironment(context.environment) }
  if (flags.remove === true) return remove(own)
  // Its session holds the lock, and keeps the server up, from the first step to the last.
  return withWarehouse(own, 'demo', async (session) => {
    await lockDemo(session)
    await removeDemo(session, readWarehouse(own.environment).account)
    await makeDemoSchema(session)
    const emulator = await startEmulator({ size: { deals: Number(flags.deals) }, limits: LIMITS })
    try {
      return await play(context, emulator)
    } finally {
      await emulator.stop()
    }
  })
}
