import type { Body } from './body.ts'
import type { Params } from '../streams/stream.ts'

/** A GET request. `stream` names who pays for it in the ledger and whom an error concerns. */
export interface ApiRequest {
  readonly stream: string
  /** Path below the base URL: `/api/v2/deals`. */
  readonly path: string
  readonly params: Params
  /** Tokens the request costs. */
  readonly cost: number
  /** What a 403 means here, where it is known. */
  readonly forbidden?: string
}

export interface ApiResponse {
  readonly headers: Headers
  readonly body: Body
}

/** Sends one request; throws SyncError for every answer that is not a 2xx with JSON. */
export type Send = (request: ApiRequest) => Promise<ApiResponse>

/** The request as a person may see it: the token travels in a header and is never part of it. */
export function describeRequest({ path, params }: ApiRequest): string {
  const query = new URLSearchParams(params).toString()
  return `GET ${path}${query === '' ? '' : `?${query}`}`
}
