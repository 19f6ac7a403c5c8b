// How a client is doing, behind a symbol of the client object.

import { invalidInput } from './input.js'
import type { Pipeline } from './write/pipeline.js'
import type { ClientStatus } from './types.js'

/** The symbol property of a client that leads to its status. */
export const clientInternal: unique symbol = Symbol.for('atoma.clientInternal') as never

export interface LiveStatus {
  /** The same object until something changes. */
  current(): ClientStatus
  subscribe(listener: () => void): () => void
}

/** createClient has loaded what there was to load. */
const hydrated = true

const ready: ClientStatus = Object.freeze({ hydrated, pendingWrites: 0 })

/** The status of a client, as its pipeline tells it. */
export function liveStatus(pipeline: Pipeline): LiveStatus {
  let last = ready
  return Object.freeze({
    current: () => {
      const { pendingWrites } = pipeline
      if (pendingWrites !== last.pendingWrites) {
        last = pendingWrites === 0 ? ready : Object.freeze({ hydrated, pendingWrites })
      }
      return last
    },
    subscribe: (listener: () => void) => pipeline.subscribe(listener),
  })
}

/** The status of a client; anything else is `invalid_input`. */
export function statusOf(client: unknown): LiveStatus {
  const status = (client as { [clientInternal]?: LiveStatus } | null | undefined)?.[clientInternal]
  if (!status) throw invalidInput('this is no client: pass what createClient gave', {})
  return status
}
