import { isRow } from '../json.ts'

/** A page token that leads back to the page it came with. */
interface Stuck {
  readonly stuck: number
  readonly at: string | null
}

const MARK = 'stuck-'

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function read(token: string | null): Stuck | undefined {
  if (!token?.startsWith(MARK)) return undefined
  const value = parsed(Buffer.from(token.slice(MARK.length), 'base64url').toString())
  if (!isRow(value) || typeof value['stuck'] !== 'number') return undefined
  return { stuck: value['stuck'], at: typeof value['at'] === 'string' ? value['at'] : null }
}

/** Never the same twice in a row, always the same page. */
export function stuckToken(asked: string | null): string {
  const before = read(asked) ?? { stuck: 0, at: asked }
  return MARK + Buffer.from(JSON.stringify({ stuck: before.stuck + 1, at: before.at })).toString('base64url')
}

/** The request without what `stuckToken` made of its page token. */
export function unstuck(url: URL): URL {
  const before = read(url.searchParams.get('cursor'))
  if (!before) return url
  const plain = new URL(url)
  plain.searchParams.delete('cursor')
  if (before.at !== null) plain.searchParams.set('cursor', before.at)
  return plain
}
