import { CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, OPEN_OBJECT } from './bytes.ts'
import { JsonScanner } from './scanner.ts'

/** Where the records of a list begin: behind their opening brace, and whether they are empty. */
function openings(list: Uint8Array): { readonly at: number; readonly isEmpty: boolean }[] {
  const scanner = new JsonScanner()
  const found: { at: number; isEmpty: boolean }[] = []
  scanner.open(list)
  scanner.pass(OPEN_LIST)
  if (scanner.peek() === CLOSE_LIST) return found
  do {
    if (scanner.peek() !== OPEN_OBJECT) throw scanner.wrong()
    const start = scanner.at++
    const isEmpty = scanner.peek() === CLOSE_OBJECT
    found.push({ at: start + 1, isEmpty })
    scanner.at = start
    scanner.skipValue()
  } while (scanner.more(CLOSE_LIST))
  return found
}

/**
 * A JSON list, in UTF-8, whose records have these members in front of their own; where a record has one itself, its
 * own comes later and counts. The rest of the text stays as it is. Throws SyntaxError where it is no list of objects.
 */
export function withMembers(
  list: Uint8Array,
  membersOf: (record: number) => Readonly<Record<string, unknown>>,
): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const [index, { at, isEmpty }] of openings(list).entries()) {
    const members = JSON.stringify(membersOf(index)).slice(1, -1)
    pieces.push(list.subarray(from, at), Buffer.from(isEmpty || members === '' ? members : `${members},`))
    from = at
  }
  pieces.push(list.subarray(from))
  return Buffer.concat(pieces)
}
