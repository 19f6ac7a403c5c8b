// Rows that are missing: whatever is missed of a store in one turn is asked for
// in one query, whoever misses it.

import type { Place } from '../input.js'
import type { Flights } from './remote-flights.js'
import type { StoreHandle } from '../store-handle.js'
import type { OperationContext } from '../types.js'

/** Asks for these rows and stores what comes. The ids are sorted, each there once. */
type Fetch = (handle: StoreHandle, ids: string[], context: OperationContext, signal: AbortSignal) => Promise<void>

class Batch {
  readonly ids = new Set<string>()
  readonly controller = new AbortController()
  /** How many wait for it. */
  waiting = 0
  sent = false
  done: Promise<void> = Promise.resolve()

  leave(reason: unknown): void {
    // until it is sent, others may still join
    if (--this.waiting === 0 && this.sent) this.controller.abort(reason)
  }
}

export class MissingRows {
  /** The batches of this turn. */
  private readonly open = new Map<StoreHandle, Batch>()

  constructor(
    private readonly flights: Flights,
    private readonly fetch: Fetch,
  ) {}

  /** Resolves when these rows have been asked for, whatever was found. The first who asks in a turn gives the context. */
  ask(
    handle: StoreHandle,
    ids: Iterable<string>,
    context: () => OperationContext,
    place: Place,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.flights.run(place, signal, (own) => {
      const batch = this.open.get(handle) ?? this.begin(handle, context())
      for (const id of ids) batch.ids.add(id)
      batch.waiting++
      own.addEventListener('abort', () => batch.leave(own.reason))
      return batch.done
    })
  }

  private begin(handle: StoreHandle, context: OperationContext): Batch {
    const batch = new Batch()
    this.open.set(handle, batch)
    batch.done = Promise.resolve().then(async () => {
      this.open.delete(handle)
      batch.sent = true
      if (batch.waiting > 0) await this.fetch(handle, [...batch.ids].sort(), context, batch.controller.signal)
    })
    return batch
  }
}
