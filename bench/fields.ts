import type { BenchServer } from './database.ts'
import { startEmulatorProcess, type BenchEmulator } from './emulator.ts'
import { measureBackfill, type Measurement } from './piece.ts'

/** Deals, how many custom fields they have, and how many of those are null in every deal; of the others two in five are set. */
export interface FieldCase {
  readonly deals: number
  readonly fields: number
  readonly unset: number
}

/** Of each group the cases are compared with its first. */
export function fieldCases(quick: boolean): readonly (readonly FieldCase[])[] {
  const { deals, many } = quick ? { deals: 500, many: 2000 } : { deals: 10_000, many: 100_000 }
  return [
    [0, 15, 87, 500].map((fields) => ({ deals, fields, unset: 0 })),
    [
      { deals: many, fields: 4, unset: 0 },
      // As in an account that was looked at: 87 fields, of which 83 are null.
      { deals: many, fields: 87, unset: 83 },
    ],
  ]
}

const TYPES = ['varchar', 'double', 'monetary', 'enum', 'set', 'user', 'date', 'time', 'address', 'text']
const OPTIONS = [{ label: 'One' }, { label: 'Two' }]

/** Makes fields that nobody has filled in: their keys are in every deal, with null. */
async function addUnset({ url, token }: BenchEmulator, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const type = TYPES[index % TYPES.length] ?? 'varchar'
    const options = type === 'enum' || type === 'set' ? { options: OPTIONS } : {}
    const response = await fetch(`${url}/api/v2/dealFields`, {
      method: 'POST',
      headers: { 'x-api-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ field_name: `Unset ${index}`, field_type: type, ...options }),
    })
    if (!response.ok)
      throw new Error(`A field could not be made: ${response.status} ${await response.text()}`)
  }
}

interface StartedCases extends AsyncDisposable {
  readonly emulators: readonly BenchEmulator[]
}

/** A company for each case. */
export async function startCases(cases: readonly FieldCase[]): Promise<StartedCases> {
  const stack = new AsyncDisposableStack()
  const emulators: BenchEmulator[] = []
  for (const { deals, fields, unset } of cases) {
    const emulator = stack.use(await startEmulatorProcess({ deals, 'custom-fields': fields - unset }))
    await addUnset(emulator, unset)
    emulators.push(emulator)
  }
  return { emulators, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** A first backfill of the deals of each company, one after the other, so that a change of the machine's mood meets all. */
export async function measureCases(
  { emulators }: StartedCases,
  server: BenchServer,
): Promise<readonly Measurement[]> {
  const measured: Measurement[] = []
  for (const emulator of emulators)
    measured.push(await measureBackfill(emulator, server, { streams: ['deals'] }))
  return measured
}
