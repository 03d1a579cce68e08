import type { Fault, FaultKind } from './http/faults.ts'
import { isRow } from './json.ts'

type Part = 'number' | 'string' | 'number?' | 'string?'
type Parts = Readonly<Record<string, Part>>

/** What a fault of each kind is told, `?` where it may be left out. */
const partsOfKind: Readonly<Record<FaultKind['kind'], Parts>> = {
  latency: { ms: 'number' },
  status: { status: 'number', body: 'string?' },
  'timeout-524': {},
  'connection-reset': {},
  'truncated-body': {},
  'cut-connection': {},
  'null-body': {},
  'html-body': {},
  'empty-body': {},
  forbidden: {},
  'wrong-scope': {},
  'feature-capped': {},
  'payment-required': {},
  'repeated-page-token': {},
  'stuck-page': {},
  'slow-drip': { ms: 'number', pieces: 'number?' },
  'unsorted-page': {},
  'missing-key': { key: 'string' },
}
const partsOfAll: Parts = { match: 'string?', method: 'string?', times: 'number?', after: 'number?' }

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function takes(part: Part, value: unknown): boolean {
  if (value === undefined) return part.endsWith('?')
  return part.startsWith('number')
    ? Number.isSafeInteger(value) && (value as number) >= 0
    : typeof value === 'string'
}

const isStatus = (value: unknown): boolean => typeof value === 'number' && value >= 200 && value < 600

/** A fault in JSON: `{"kind":"status","status":503,"match":"/api/v2/deals","times":2}`. */
export function readFault(text: string): Fault {
  const fault = parsed(text)
  if (!isRow(fault)) throw new Error(`--fault takes JSON like '{"kind":"status","status":503}'.`)
  const kind = fault['kind']
  const kinds = Object.keys(partsOfKind)
  if (typeof kind !== 'string' || !Object.hasOwn(partsOfKind, kind))
    throw new Error(`--fault needs a "kind", one of ${kinds.join(', ')}.`)
  const parts: Parts = { ...partsOfKind[kind as FaultKind['kind']], ...partsOfAll }
  const unknown = Object.keys(fault).find((key) => key !== 'kind' && !Object.hasOwn(parts, key))
  if (unknown !== undefined)
    throw new Error(`--fault of kind ${kind} takes no "${unknown}", only ${Object.keys(parts).join(', ')}.`)
  const wrong = Object.entries(parts).find(([key, part]) => !takes(part, fault[key]))
  if (wrong)
    throw new Error(
      `--fault of kind ${kind} needs "${wrong[0]}" to be a ${wrong[1].startsWith('number') ? 'whole number' : 'text'}.`,
    )
  if (kind === 'status' && !isStatus(fault['status']))
    throw new Error('--fault of kind status needs a "status" from 200 to 599.')
  return fault as unknown as Fault
}
