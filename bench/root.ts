import { dirname, join } from 'node:path'
import { findPackageJSON } from 'node:module'

/** The folder of the project. */
export const ROOT = dirname(findPackageJSON(import.meta.url) ?? '.')

/** What is measured was bundled before (bench/rolldown.config.ts). */
export const BUILT = join(ROOT, 'build')
