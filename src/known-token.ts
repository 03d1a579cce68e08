import { createHmac } from 'node:crypto'
import type { SourceConfig } from './config.ts'

/** By this a token is known again that is itself kept nowhere; at another place, or of another account, it is another. */
export function fingerprintOf(account: string, { baseUrl, token }: SourceConfig): string {
  return createHmac('sha256', token).update(`${account} ${baseUrl}`).digest('hex')
}
