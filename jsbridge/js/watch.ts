import { channelOf } from './channel.js'
import { invalidInput, kindOf } from './input.js'
import type { Entity, PageInfo, Query, Store, Watch } from './types.js'

/**
 * A live result, framework-neutral. `current` is right as soon as a write's
 * call has returned. The listener is told in a microtask, once a turn in which
 * the result changed; never for the state at subscription, never after
 * `unsubscribe`. Throws `invalid_query` at once when the query is malformed,
 * `disposed` when the client is.
 */
export function watch<T extends Entity, R>(
  store: Store<T, R>,
  query: Query<T, R> | undefined,
  listener: (result: { data: T[]; pageInfo?: PageInfo }) => void,
): Watch<T> {
  const channel = channelOf(store)
  if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
  const view = channel.getHandle().live.view(query)
  const unsubscribe = view.subscribe(listener as never)
  return {
    get current() {
      return view.current() as unknown as { data: T[] }
    },
    unsubscribe,
  }
}
