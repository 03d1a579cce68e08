import { build } from 'rolldown'
import { bundle, program } from '../../rolldown.config.ts'

/** Where a test finds the program in the form in which it is published; below the packages that it needs. */
export const BUNDLED = 'node_modules/.cache/program'

export default async function setup(): Promise<void> {
  await build(bundle(program, BUNDLED))
}
