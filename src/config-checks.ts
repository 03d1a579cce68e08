import { statSync } from 'node:fs'
import pg from 'pg'
import { z } from 'zod'

export function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

export function isBare(text: string): boolean {
  const { username, password, search, hash } = new URL(text)
  return [username, password, search, hash].every((part) => part === '')
}

/** The driver decodes the URL and reads the certificates that it names before it connects. */
export function isTakenByDriver(url: string): boolean {
  try {
    return new pg.Client({ connectionString: url }).host !== ''
  } catch {
    return false
  }
}

export function isDirectoryOrAbsent(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** `acme`, `acme.pipedrive.com` and `https://acme.pipedrive.com/` all name the company acme. */
export function companyOf(domain: string): string {
  return domain
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\.pipedrive\.com\/?$/, '')
}

export const schemaName = z.string().refine(
  // A dot would divide the name where it stands before a table's.
  (name) => Buffer.byteLength(name) <= 63 && !name.startsWith('pg_') && !/[".\0]/.test(name),
  'must be the name of a schema: at most 63 bytes, no quotes, no dots, not beginning with pg_',
)
