// React hooks on the bridge's client (React 18 and 19). They subscribe by
// storeKey: a facade made anew, or an equal query written inline, is the same
// subscription. All lifecycle is in jsbridge/js/live.ts; nothing is subscribed
// in effects and nothing is written while rendering.

import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { channelOf } from '../../jsbridge/js/channel.js'
import type { Entity, Store } from '../../jsbridge/js/types.js'

/**
 * All rows of a store, by id ascending. A new array whenever one of them
 * changed; rows that did not change keep identity.
 */
export function useAll<T extends Entity, R>(store: Store<T, R>): T[] {
  const channel = channelOf(store)
  // kept over renders: what is mounted when its client is disposed keeps its rows
  const view = useMemo(() => channel.getHandle().live.view(undefined), [channel])
  return useSyncExternalStore(view.subscribe, view.current, view.current).data as unknown as T[]
}

/**
 * The row with this id, or undefined: when there is none, or while no id is
 * given. Renders again only when this row changes.
 */
export function useOne<T extends Entity, R>(store: Store<T, R>, id: T['id'] | undefined): T | undefined {
  const channel = channelOf(store)
  const handle = useMemo(() => channel.getHandle(), [channel])
  const subscribe = useCallback(
    (listener: () => void) => (id === undefined ? () => {} : handle.live.subscribeRow(id, listener)),
    [handle, id],
  )
  const current = (): unknown => (id === undefined ? undefined : handle.peek(id))
  return useSyncExternalStore(subscribe, current, current) as T | undefined
}
