// Rows: all, one, some, and ids alone.

import { checkId, itemsOf, type Row } from '../../jsbridge/js/input.js'
import type { Entity, Include, Query, Store, WithRelated } from '../../jsbridge/js/types.js'
import { constant, derived, type Source, useLive } from './source.js'

/** Related rows to attach. */
export type IncludeOptions<I> = { include?: I }

/**
 * All rows of a store, by id ascending, with what they are to include. A new
 * array whenever one of them changed; rows that did not change keep identity.
 */
export function useAll<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  { include }: IncludeOptions<I> = {},
): WithRelated<T, R, NoInfer<I>>[] {
  const query = include === undefined ? undefined : { include }
  return useLive(store, query, (live) => live.view(query)).data as never
}

/**
 * The row with this id, or undefined: when there is none, or while no id is
 * given. Renders again only when this row, or what it includes, changes.
 */
export function useOne<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  id: T['id'] | undefined,
  { include }: IncludeOptions<I> = {},
): WithRelated<T, R, NoInfer<I>> | undefined {
  return useLive<Row | undefined>(store, include === undefined ? id : [id ?? null, include], (live, handle) => {
    if (id === undefined) return constant(undefined)
    if (include !== undefined) {
      return derived(live.view({ filter: { op: 'eq', field: 'id', value: id }, include }), ({ data }) => data[0])
    }
    return { subscribe: (listener) => live.subscribeRow(id, listener), current: () => handle.peek(id) }
  }) as never
}

/**
 * The rows with these ids, in the order and as often as asked; missing ones are
 * left out. A new array whenever one of them changed.
 */
export function useMany<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  ids: readonly T['id'][],
  { include }: IncludeOptions<I> = {},
): WithRelated<T, R, NoInfer<I>>[] {
  return useLive<readonly Row[]>(store, [ids, include ?? null], (live, handle) => {
    const wanted = itemsOf(ids, 'ids', handle.place).map((id, i) => checkId(id, handle.storeName, [i]))
    if (wanted.length === 0) return none
    const filter = { op: 'in', field: 'id', values: [...new Set(wanted)] }
    return derived(live.view(include === undefined ? { filter } : { filter, include }), ({ data }) => {
      const byId = new Map(data.map((row) => [row['id'], row]))
      return wanted.map((id) => byId.get(id)).filter((row) => row !== undefined)
    })
  }) as never
}

const none: Source<readonly Row[]> = constant(Object.freeze([]))

/**
 * The ids of the rows of a query. Changes only when membership or order does:
 * for lists whose rows subscribe by themselves.
 */
export function useIds<T extends Entity, R>(store: Store<T, R>, query?: Query<T, R>): T['id'][] {
  return useLive(store, query, (live) => live.ids(query)) as T['id'][]
}
