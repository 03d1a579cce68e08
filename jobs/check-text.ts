import type { CheckReport } from '../src/check.ts'
import type { StreamCheck } from '../src/check/try-streams.ts'
import type { Verdict } from '../src/check/verdict.ts'
import type { Stream } from '../src/streams/stream.ts'
import { reserveText } from './spent-text.ts'
import { cellText } from './text-table.ts'

/** Letters that fit beside the name of a fact. */
const SCREEN = 85

/** The report on one screen, what matters most first. */
export function checkText(report: CheckReport, verdict: Verdict, streams: readonly Stream[]): string {
  const requests = report.requests === 1 ? 'one request' : `${report.requests} requests`
  return [
    ...alarms(verdict),
    ...[...facts(report, verdict), ...streamFacts(report, streams)].flatMap(linesOf),
    '',
    `This check cost ${report.tokens} tokens (${requests}) and loaded nothing.`,
    ending(report, verdict),
  ].join('\n')
}

function alarms({ errors, warnings, hidden }: Verdict): readonly string[] {
  const [first = '', ...others] = warnings
  const lines = [
    ...errors.map((error) => `ERROR: ${cellText(error)}`),
    ...(hidden.length === 0
      ? []
      : [`WARNING: ${cellText(first)} Hidden may be:`, ...hidden.map((what) => `  - ${what}`)]),
    ...(hidden.length === 0 ? warnings : others).map((warning) => `WARNING: ${warning}`),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}

/** A name and what there is to say of it, in lines. */
type Fact = readonly [name: string, ...lines: readonly string[]]

function linesOf([name, ...lines]: Fact): readonly string[] {
  return lines.map((line, index) => `${(index === 0 ? name : '').padEnd(10)} ${cellText(line)}`)
}

function facts(report: CheckReport, verdict: Verdict): readonly Fact[] {
  const { companyName, companyDomain, userName, userId } = report.identity
  return [
    ['Database', databaseText(report)],
    ['Pipedrive', `${companyName} (${companyDomain}), as ${userName} (user ${userId})`],
    ['Access', accessText(report, verdict)],
    ['Budget', budgetText(report)],
    ['Clock', clockText(report)],
  ]
}

function databaseText({ warehouse }: CheckReport): string {
  if (warehouse === null) return 'the embedded PostgreSQL, made by the first backfill'
  const { version, user, database, schemas } = warehouse
  const places = schemas.map(({ name, exists }) => `${name} (${exists ? 'there' : 'to be made'})`)
  return `${version}, "${database}" as "${user}", who may write to ${places.join(' and ')}`
}

function accessText({ identity, rights }: CheckReport, { hidden }: Verdict): string {
  const apps = identity.access.map(({ app, admin, permissionSetId: id }) => {
    const set = rights?.sets.get(id ?? '')
    return `${admin ? '' : 'no '}${app} admin${set === undefined ? '' : ` ("${set}")`}`
  })
  const global = identity.isAdmin ? 'global admin' : 'no global admin'
  const sees = hidden.length === 0 ? 'sees everything' : 'does not see everything'
  return `${sees}: ${apps.length === 0 ? global : apps.join(', ')}`
}

function budgetText({ balance, burstLimit, reserve }: CheckReport): string {
  const day =
    balance === null
      ? 'what the day has left was not told'
      : `${balance.remaining} of ${balance.limit} tokens left today`
  const kept = reserveText(reserve)
  const burst = burstLimit === null ? 'the burst limit was not told' : `${burstLimit} requests in 2 s at most`
  return [day, ...(kept === null ? [] : [kept]), burst].join('; ')
}

function clockText({ clock }: CheckReport): string {
  if (clock === null) return "Pipedrive's was not told"
  const seconds = (Math.abs(clock.ms) / 1000).toFixed(1)
  const within = (clock.within / 1000).toFixed(1)
  return Math.abs(clock.ms) <= clock.within
    ? `as Pipedrive's, within ${within} s`
    : `${seconds} s ${clock.ms > 0 ? 'behind' : 'ahead of'} Pipedrive's, within ${within} s`
}

/** Streams by what became of them; those that cannot be read each with the reason. */
function streamFacts({ streams: checks }: CheckReport, streams: readonly Stream[]): readonly Fact[] {
  if (checks.length === 0) return [['Streams', 'not tried']]
  const named = (status: StreamCheck['status']): readonly string[] =>
    checks.filter((check) => check.status === status).map(({ stream }) => stream)
  const own = streams.filter(({ ofUser }) => ofUser !== undefined).map(({ name }) => name)
  const reasons = checks.flatMap(({ status, error }) => (error === undefined ? [] : [{ status, error }]))
  return [
    namesFact('Readable', named('readable')),
    namesFact('User only', own, ["Pipedrive shows no others' records than the token's user's"]),
    namesFact('Not tried', named('untried'), [...new Set(checks.flatMap(({ reason }) => reason ?? []))]),
    ...reasons.map(({ status, error }): Fact => [capital(status), brief(error)]),
  ]
}

/** As many names a line as a screen is wide, and what is to be said of them behind; nothing where there is no name. */
function namesFact(title: string, names: readonly string[], about: readonly string[] = []): Fact {
  if (names.length === 0) return [title]
  const words = names.map((name, at) => (at < names.length - 1 ? `${name},` : name))
  const lines = words.reduce<readonly string[]>((lines, word) => {
    const line = `${lines.at(-1) ?? ''} ${word}`.trim()
    return line.length <= SCREEN ? [...lines.slice(0, -1), line] : [...lines, word]
  }, [])
  return [title, ...lines, ...about.map((line) => `(${line})`)]
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Which request it was is told by its path; some carry a line of parameters. */
function brief(error: string): string {
  return cellText(error.replace(/(GET \/[^ ?]*)\?\S+/, '$1'))
}

function ending({ warehouse, streams }: CheckReport, { status }: Verdict): string {
  const next = (warehouse?.company ?? null) === null ? 'backfill' : 'sync'
  const missing = streams.filter(({ error }) => error !== undefined).map(({ stream }) => stream)
  switch (status) {
    case 'ready':
      return `Ready: run ${next}.`
    case 'partial':
      return `Ready, but for ${missing.join(', ')}: run ${next}.`
    case 'deferred':
      return `Not all was tried (${missing.join(', ')}): try again when the budget is back.`
    case 'failed':
      return 'Not ready: see the errors above.'
  }
}
