import { channelOf } from '../channel.js'
import { invalidInput, kindOf, type Row } from '../input.js'
import { frozen } from '../mode.js'
import { List, OpAggregate } from '../protocol.js'
import { copySpec, putQuery } from '../read/query-input.js'
import { settle } from '../write/results.js'
import type { StoreHandle } from '../store-handle.js'
import type { AggregateRow, AggregateSpec, Entity, Store, WatchAggregate } from '../types.js'
import { readOut } from '../codec/value-reader.js'

/**
 * Groups the rows of a store and computes metrics of each group. Without
 * `groupBy` there is one group, of all rows that match. Groups come in the order
 * of their cells, ascending, null last. Rejects with `invalid_query`.
 */
export function aggregate<T extends Entity, R, const S extends AggregateSpec<T>>(
  store: Store<T, R>,
  spec: S,
): Promise<AggregateRow<T, NoInfer<S>>[]> {
  return settle(() => compute(channelOf(store).getHandle(), spec) as never)
}

/**
 * The same, live: kept up as rows change. `current` is right as soon as a
 * write's call has returned; the listener is told in a microtask, once a turn in
 * which a group changed. Groups that did not change keep identity. Throws
 * `invalid_query` at once when the spec is malformed.
 */
export function watchAggregate<T extends Entity, R, const S extends AggregateSpec<T>>(
  store: Store<T, R>,
  spec: S,
  listener: (rows: AggregateRow<T, NoInfer<S>>[]) => void,
): WatchAggregate<AggregateRow<T, NoInfer<S>>> {
  const channel = channelOf(store)
  if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
  const groups = channel.getHandle().live.aggregate(spec)
  const unsubscribe = groups.subscribe(listener as never)
  return {
    get current() {
      return groups.current() as never
    },
    unsubscribe,
  }
}

function compute(handle: StoreHandle, spec: unknown): Row[] {
  const { instance } = handle
  const copy = copySpec(spec, handle.place)
  instance.call(OpAggregate, handle.number, putQuery(handle, copy))
  return readOut(instance, List, frozen) as Row[]
}
