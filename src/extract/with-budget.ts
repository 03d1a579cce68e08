import type { RunLedger } from './budget.ts'
import type { Send } from './request.ts'

/** Each request pays before it is sent, each attempt of it again. */
export function withBudget(next: Send, ledger: RunLedger): Send {
  return async (request) => {
    ledger.charge(request.stream, request.cost)
    try {
      const response = await next(request)
      ledger.learn(response.headers, request.cost)
      return response
    } catch (error) {
      throw ledger.dated(error)
    }
  }
}
