import { channelOf } from '../channel.js'
import { invalidInput, kindOf } from '../input.js'
import type { Entity, Filter, Include, PageInfo, Query, Store, Watch, WithRelated } from '../types.js'

/**
 * A live result, framework-neutral. `current` is right as soon as a write's
 * call has returned. The listener is told in a microtask, once a turn in which
 * the result changed; never for the state at subscription, never after
 * `unsubscribe`. Throws `invalid_query` at once when the query is malformed,
 * `disposed` when the client is.
 */
export function watch<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  query: Query<T, R, I> | undefined,
  listener: (result: { data: WithRelated<T, R, NoInfer<I>>[]; pageInfo?: PageInfo }) => void,
): Watch<WithRelated<T, R, NoInfer<I>>> {
  const channel = channelOf(store)
  if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
  const view = channel.getHandle().live.view(query)
  const unsubscribe = view.subscribe(listener as never)
  return {
    get current() {
      return view.current() as never
    },
    unsubscribe,
  }
}

/** How many rows match a filter, live: like watch, for a number. */
export function watchCount<T extends Entity, R>(
  store: Store<T, R>,
  filter: Filter<T> | undefined,
  listener: (count: number) => void,
): { readonly current: number; unsubscribe(): void } {
  const channel = channelOf(store)
  if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
  const count = channel.getHandle().live.count(filter)
  const unsubscribe = count.subscribe(listener)
  return {
    get current() {
      return count.current()
    },
    unsubscribe,
  }
}
