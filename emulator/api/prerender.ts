import { Refusal, textOf, type Answer } from '../http/answer.ts'
import type { ApiRequest, Match, Router } from '../http/router.ts'

/** The page token at the end of a v2 list answer. */
function nextToken({ body }: Answer): string | null {
  const tail = typeof body === 'string' ? body : `{"data":[${body.at(-1)?.toString() ?? ''}`
  const { additional_data: additional } = JSON.parse(tail) as {
    additional_data?: { next_cursor?: string } | null
  }
  return additional?.next_cursor ?? null
}

interface Asked extends Match {
  readonly url: URL
  readonly context: Pick<ApiRequest, 'company' | 'switches'>
}

function handled({ route, params, url, context }: Asked): Answer {
  try {
    return route.handle({ ...context, params, query: url.searchParams, body: undefined })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { error: why } = JSON.parse(textOf(error.answer)) as { error: string }
    throw new Error(`Cannot make the pages of ${url.pathname} ahead: ${why}.`, { cause: error })
  }
}

/** Makes every page of a v2 list ahead, so that serving it costs no more than copying. */
export function prerender(
  router: Router,
  context: Pick<ApiRequest, 'company' | 'switches'>,
  path: string,
): void {
  const url = new URL(path, 'http://emulator')
  const found = router('GET', url.pathname)
  if (found?.route.version !== 'v2') throw new Error(`No v2 list at ${url.pathname}.`)
  for (let token: string | null = ''; token !== null;) {
    if (token !== '') url.searchParams.set('cursor', token)
    token = nextToken(handled({ ...found, url, context }))
  }
}
