import type { Answer } from '../http/answer.ts'
import type { ApiRequest, Router } from '../http/router.ts'

/** The page token at the end of a v2 list answer. */
function nextToken({ body }: Answer): string | null {
  const tail = typeof body === 'string' ? body : `{"data":[${body.at(-1)?.toString() ?? ''}`
  const { additional_data: additional } = JSON.parse(tail) as {
    additional_data?: { next_cursor?: string } | null
  }
  return additional?.next_cursor ?? null
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
    const { params, route } = found
    token = nextToken(route.handle({ ...context, params, query: url.searchParams, body: undefined }))
  }
}
