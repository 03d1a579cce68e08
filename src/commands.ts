import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import type { BackfillFlags } from '../jobs/backfill.ts'
import type { CheckFlags } from '../jobs/check.ts'
import type { EraseFlags } from '../jobs/erase.ts'
import type { DemoFlags } from '../jobs/demo.ts'
import type { ScheduleFlags } from '../jobs/schedule.ts'
import type { StreamsFlags } from '../jobs/streams.ts'
import type { SyncFlags } from '../jobs/sync.ts'
import type { VerifyFlags } from '../jobs/verify.ts'
import { EXIT } from './errors.ts'
import { redactUsage, runJob, type Job } from './process.ts'

interface Output {
  readonly json?: boolean
}

const program = new Command('pipedrive-warehouse')
  .description(packageJson.description)
  .version(packageJson.version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(redactUsage(text)) })
  .showHelpAfterError('(--help shows what there is)')

function command(usage: string, description: string): Command {
  return program.command(usage).description(description).exitOverride()
}

function withJson(command: Command): Command {
  return command.option('--json', 'one JSON object as the last line of stdout')
}

function withStreams(command: Command): Command {
  const joined = (names: string, before?: string): string =>
    before === undefined ? names : `${before},${names}`
  return command.option('--stream <names>', 'only these streams, separated by commas', joined)
}

function withChoice(command: Command): Command {
  return withStreams(command).option('--all', 'every stream there is, those that are read on demand too')
}

function withBudget(command: Command): Command {
  return command.option(
    '--budget <tokens|share>',
    'tokens this run may spend, or a share of what the day has left',
    '50%',
  )
}

function withApi(command: Command): Command {
  return command.option(
    '--api <name>',
    'v2, or v1-collection for the old lists of deals, persons, organizations and activities',
    'v2',
  )
}

function withLimits(command: Command): Command {
  return withBudget(command)
    .option('--max-share <share>', 'most of a table that a complete read may find deleted', '5%')
    .option(
      '--schema-contract <contract>',
      'freeze: change no table, and keep what is new in _extra',
      'evolve',
    )
}

function withPlan(command: Command): Command {
  return withLimits(command).option('--plan', 'only say what it would take: requests, tokens, time, and why')
}

/** What each command does when it is called with its flags; what that takes is loaded only then. */
function does<Flags extends Output>(job: (flags: Flags) => Job) {
  return (flags: Flags): Promise<void> => runJob(job(flags), flags.json === true)
}

withJson(withPlan(withApi(withChoice(command('sync', 'read what has changed since the last sync')))))
  .option('--tick', 'only what Pipedrive says has changed since the last tick: one request where nothing has')
  .option('--sweep', 'read everything, to find what was deleted')
  .action(
    does<SyncFlags & Output>(
      (flags) => async (context) => (await import('../jobs/sync.ts')).sync(context, flags),
    ),
  )

withJson(
  withPlan(withApi(withChoice(command('backfill', 'read everything once; goes on where it was cut off')))),
)
  .option('--since <date>', 'only what was updated at or after this date or ISO time (UTC)')
  .option('--until <date>', 'only what was updated before this date or ISO time (UTC)')
  .action(
    does<BackfillFlags & Output>(
      (flags) => async (context) => (await import('../jobs/backfill.ts')).backfill(context, flags),
    ),
  )

withJson(
  withLimits(withApi(withChoice(command('schedule', 'tick, pass and sweep by a timetable until stopped')))),
)
  .option('--tick <cron|off>', 'when to read what Pipedrive says has changed (default: "*/5 * * * *")')
  .option('--pass <cron|off>', 'when to read all that has changed (default: "0 * * * *")')
  .option('--sweep <cron|off>', 'when to read a part whole, all of it in a week (default: "30 2 * * *")')
  .option('--timezone <name>', 'time zone of these (default: UTC)')
  .action(
    does<ScheduleFlags & Output>(
      (flags) => async (context, show) =>
        (await import('../jobs/schedule.ts')).schedule(context, flags, show),
    ),
  )

withJson(withPlan(withChoice(command('verify', 'compare the warehouse with Pipedrive, record by record'))))
  .option(
    '--sample <number|all>',
    'records of each stream that are read again, column by column; all: every child of every parent too',
    '100',
  )
  .option('--seed <text>', 'what the sample is drawn by: the same text, the same records')
  .option('--repair', 'read again what differs, load it and look at it again')
  .action(
    does<VerifyFlags & Output>(
      (flags) => async (context) => (await import('../jobs/verify.ts')).verify(context, flags),
    ),
  )

withJson(command('status', 'what the warehouse holds, how it is, how to connect to it'))
  .option('--hold', 'keep the embedded server running until stopped')
  .action(
    does<{ hold?: boolean } & Output>((flags) => async (context) => {
      const { hold, status } = await import('../jobs/status.ts')
      return (flags.hold === true ? hold : status)(context)
    }),
  )

withJson(
  withBudget(
    withApi(withChoice(command('check', 'see what a run would find: token, streams, budget, database'))),
  ),
)
  .option('--quick', 'try token and database only, for 2 API tokens')
  .action(
    does<CheckFlags & Output>(
      (flags) => async (context) => (await import('../jobs/check.ts')).check(context, flags),
    ),
  )

withJson(
  withApi(withStreams(command('streams', 'list the tables, where they come from and what a request costs'))),
)
  .option('--markdown', 'the whole page about the tables, with their columns')
  .action(
    does<StreamsFlags & Output>(
      (flags) => async () => (await import('../jobs/streams.ts')).listStreams(flags),
    ),
  )

withJson(withStreams(command('fields', 'list the fields and the column of each'))).action(
  does<{ stream?: string } & Output>(
    (flags) => async (context) => (await import('../jobs/fields.ts')).fields(context, flags),
  ),
)

withJson(command('query <sql>', 'run one SQL statement that only reads')).action(
  (sql: string, flags: Output) =>
    runJob(async (context) => (await import('../jobs/query.ts')).query(context, sql), flags.json === true),
)

withJson(command('migrate', 'make or update the control tables (every run does it too)'))
  .option('--print-sql', 'only print the statements')
  .action(
    does<{ printSql?: boolean } & Output>(
      (flags) => async (context) => (await import('../jobs/migrate.ts')).migrate(context, flags),
    ),
  )

withJson(command('reset <stream>', 'forget how far a stream was read, so that the next sync reads all of it'))
  .option('--empty', 'remove its rows too')
  .action((stream: string, flags: { empty?: boolean } & Output) =>
    runJob(
      async (context) => (await import('../jobs/reset.ts')).reset(context, stream, flags),
      flags.json === true,
    ),
  )

withJson(command('resume', "whether Pipedrive's gateway has blocked this account, and until when"))
  .option('--now', 'end the wait for it: the next run sends again')
  .action(
    does<{ now?: boolean } & Output>(
      (flags) => async (context) => (await import('../jobs/resume.ts')).resume(context, flags),
    ),
  )

withJson(command('erase [kind] [id]', 'remove a person or another record for good, and keep it out'))
  .option('--dry-run', 'only count what would go')
  .option('--list', 'only list what was erased')
  .action((kind: string | undefined, id: string | undefined, flags: EraseFlags & Output) =>
    runJob(
      async (context) => (await import('../jobs/erase.ts')).erase(context, kind, id, flags),
      flags.json === true,
    ),
  )

withJson(command('demo', 'keep a made-up company in the embedded warehouse'))
  .option('--deals <number>', 'how many deals the company has', '1000')
  .option('--remove', 'remove what an earlier demo left')
  .action(
    does<DemoFlags & Output>(
      (flags) => async (context) => (await import('../jobs/demo.ts')).demo(context, flags),
    ),
  )

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
  const asJson = process.exitCode !== EXIT.done && process.argv.includes('--json')
  const message = redactUsage(error.message.replace(/^error: /, ''))
  const told = { status: 'failed', code: 'E_CONFIG', error: message }
  if (asJson) process.stdout.write(`${JSON.stringify(told)}\n`)
}
