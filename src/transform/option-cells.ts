import { arrayElement, copyTextOf } from './copy-text.ts'
import { copyIntegers, type CopyJson } from './json-cells.ts'
import { eachInteger, integerAt } from '../json/literals.ts'

type Options = ReadonlyMap<string, string>

/** Each option's text as it is to be written, by the number that is its id. */
function texts(options: Options, write: (label: string) => Uint8Array): ReadonlyMap<number, Uint8Array> {
  const numbered = [...options].filter(([id]) => /^(0|[1-9]\d{0,14})$/.test(id))
  return new Map(numbered.map(([id, label]) => [Number(id), write(label)]))
}

/** The id of an option: its label and the id. */
export function copyOption(options: Options): CopyJson {
  const labels = texts(options, copyTextOf)
  return (bytes, start, end, out) => {
    const id = integerAt(bytes, start, end)
    const label = id === null ? undefined : labels.get(id)
    if (label === undefined) return false
    out.raw(label, 0, label.length)
    out.raw(bytes, start, end)
    return true
  }
}

/** A list of ids: a list of the labels and one of the ids. */
export function copyOptions(options: Options): CopyJson {
  const labels = texts(options, (label) => copyTextOf(arrayElement(label)))
  return (bytes, start, end, out) => {
    const found: Uint8Array[] = []
    const known = eachInteger(bytes, start, end, (from, to) => {
      const id = integerAt(bytes, from, to)
      const label = id === null ? undefined : labels.get(id)
      if (label !== undefined) found.push(label)
      return label !== undefined
    })
    if (!known) return false
    out.array(found)
    return copyIntegers(bytes, start, end, out)
  }
}
