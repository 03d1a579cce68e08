import anyAscii from 'any-ascii'

/** PostgreSQL cuts identifiers at 63 bytes without an error; every name made here is ASCII, so bytes are characters. */
export const MAX_IDENTIFIER = 63

/** `Möödumine (päevades)` -> `moodumine_paevades`; empty when nothing of the label can be written in ASCII. */
export function snakeCase(label: string): string {
  return anyAscii(label.normalize('NFC'))
    .toLowerCase()
    .replaceAll(/['’`]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
}

/**
 * A column name for a custom field seen for the first time: `cf_` and the label, short enough that each of its
 * derived columns (`suffixes`) fits, numbered where any of them is taken.
 */
export function nameField(label: string, suffixes: readonly string[], taken: ReadonlySet<string>): string {
  return freeName(`cf_${snakeCase(label) || 'field'}`, suffixes, taken)
}

/** A name for a field that has changed its type and so needs other columns: the one that it had, and its type now. */
export function nameRetyped(
  before: string,
  type: string,
  suffixes: readonly string[],
  taken: ReadonlySet<string>,
): string {
  return freeName(`${before}__${snakeCase(type)}`, suffixes, taken)
}

function freeName(base: string, suffixes: readonly string[], taken: ReadonlySet<string>): string {
  const longest = Math.max(0, ...suffixes.map((suffix) => suffix.length))
  for (let count = 1; ; count++) {
    const ending = count === 1 ? '' : `_${count}`
    const stem = base.slice(0, MAX_IDENTIFIER - longest - ending.length).replace(/_+$/, '')
    const name = `${stem}${ending}`
    if (suffixes.every((suffix) => !taken.has(name + suffix))) return name
  }
}
