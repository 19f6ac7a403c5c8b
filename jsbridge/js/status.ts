// How a client is doing, behind a symbol of the client object.

import { invalidInput } from './input.js'
import type { ClientStatus } from './types.js'

/** The symbol property of a client that leads to its status. */
export const clientInternal: unique symbol = Symbol.for('atoma.clientInternal') as never

export interface LiveStatus {
  current(): ClientStatus
  subscribe(listener: () => void): () => void
}

const ready: ClientStatus = Object.freeze({ hydrated: true, pendingWrites: 0 })

/** Of a client without plugins: there is nothing to load and nobody to wait for. */
export const inMemory: LiveStatus = Object.freeze({ current: () => ready, subscribe: () => () => {} })

/** The status of a client; anything else is `invalid_input`. */
export function statusOf(client: unknown): LiveStatus {
  const status = (client as { [clientInternal]?: LiveStatus } | null | undefined)?.[clientInternal]
  if (!status) throw invalidInput('this is no client: pass what createClient gave', {})
  return status
}
