import { extname, join } from 'node:path'

/** What a module is called here: as it was written, or as it was compiled. */
export const SUFFIX = extname(import.meta.filename)

/** The folder of what is running, and that of the project: the same where nothing was compiled. */
export const HERE = join(import.meta.dirname, '..')
export const ROOT = SUFFIX === '.ts' ? HERE : join(HERE, '..')
