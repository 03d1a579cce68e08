import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { ROOT } from './root.ts'

const PAGE = join(ROOT, 'docs', 'performance.md')
const [BEGIN, END] = ['<!-- bench -->', '<!-- /bench -->']

/** Puts a text between the two marks of the page on performance. */
export async function writeTable(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8')
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`${PAGE} has no ${BEGIN} … ${END}.`)
  const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`
  const style = await resolveConfig(PAGE)
  await writeFile(PAGE, await format(whole, { ...style, filepath: PAGE }))
}
