import stringWidth from 'string-width'

/** A value as one line of text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string') return value.replaceAll(/\s*\n\s*/g, ' ')
  return JSON.stringify(value)
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return right ? space + text : text + space
}

/** Columns under their names, numbers to the right; for a fixed-width terminal. */
export function textTable<Row extends object>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map((column) => cellText(row[column])))
  const right = columns.map(
    (column) => rows.length > 0 && rows.every((row) => typeof (row[column] ?? 0) === 'number'),
  )
  const widths = columns.map((column, index) =>
    cells.reduce((width, line) => Math.max(width, stringWidth(line[index] ?? '')), stringWidth(column)),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, right[index] ?? false))
      .join('  ')
      .trimEnd()
  return [
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map((row) => line(row)),
  ].join('\n')
}
