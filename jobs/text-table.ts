import stringWidth from 'string-width'

/** A value as one line of text that cannot steer the terminal. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  const text = typeof value === 'string' ? value.replaceAll(/\s*\n\s*/g, ' ') : JSON.stringify(value)
  return text.replaceAll(/\p{Cc}/gu, '\uFFFD')
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return right ? space + text : text + space
}

/** Columns under their names, numbers to the right; for a fixed-width terminal. */
export function textTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const names = columns.map(cellText)
  const cells = rows.map((row) => columns.map((_name, index) => cellText(row[index])))
  const right = columns.map(
    (_name, index) => rows.length > 0 && rows.every((row) => typeof (row[index] ?? 0) === 'number'),
  )
  const widths = names.map((name, index) =>
    cells.reduce((width, line) => Math.max(width, stringWidth(line[index] ?? '')), stringWidth(name)),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, right[index] ?? false))
      .join('  ')
      .trimEnd()
  return [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map((row) => line(row))].join(
    '\n',
  )
}

/** The same of records, each column by its name. */
export function recordTable<Row extends object>(
  columns: readonly (keyof Row & string)[],
  records: readonly Row[],
): string {
  return textTable(
    columns,
    records.map((record) => columns.map((column) => record[column])),
  )
}
