import { join } from 'node:path'

/** The folder of the project: npm runs scripts there. */
export const ROOT = process.cwd()

/** What is measured was bundled before (bench/rolldown.config.ts). */
export const BUILT = join(ROOT, 'build')
