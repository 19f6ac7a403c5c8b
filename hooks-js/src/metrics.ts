// Numbers about rows, and how a client is doing.

import type { AggregateRow, AggregateSpec, ClientStatus, Entity, Filter, Store } from '../../jsbridge/js/types.js'
import { statusOf } from '../../jsbridge/js/status.js'
import { useLive, useSource } from './source.js'

/** How many rows match a filter; all of them without one. */
export function useCount<T extends Entity, R>(store: Store<T, R>, filter?: Filter<T>): number {
  return useLive(store, filter, (live) => live.count(filter))
}

/** Groups of rows and their metrics, live. Groups that did not change keep identity. */
export function useAggregate<T extends Entity, R, const S extends AggregateSpec<T>>(
  store: Store<T, R>,
  spec: S,
): AggregateRow<T, NoInfer<S>>[] {
  return useLive(store, spec, (live) => live.aggregate(spec)) as never
}

/** How a client is doing: whether persisted data is loaded, how many writes are unconfirmed. */
export function useStatus(client: object): ClientStatus {
  return useSource(statusOf(client))
}
