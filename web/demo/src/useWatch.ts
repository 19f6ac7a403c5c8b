// `watch` of atoma-wasm as a React hook: a filtered, sorted list that stays right.

import { useMemo, useSyncExternalStore } from 'react'
import { watch, type Query, type Store, type Watch } from 'atoma-wasm'

const peekMs = 1_000

function live<T extends { id: string }>(store: Store<T>, query: Query<T>) {
  let open: Watch<T> | undefined
  let last: readonly T[] | undefined
  return {
    snapshot(): readonly T[] {
      if (open) return open.current.data
      if (!last) {
        // A render reads before it subscribes, and may never subscribe. Equal queries share one view, so holding
        // it for a moment is enough for the subscription to find it warm.
        const peek = watch(store, query, () => {})
        last = peek.current.data
        setTimeout(() => peek.unsubscribe(), peekMs)
      }
      return last
    },
    subscribe(listener: () => void): () => void {
      const mine = (open = watch(store, query, listener))
      return () => {
        last = mine.current.data
        open = undefined
        mine.unsubscribe()
      }
    },
  }
}

/** The rows of `query`, whose operands are JSON: equal queries are told by their text. */
export function useWatch<T extends { id: string }>(store: Store<T>, query: Query<T>): readonly T[] {
  const text = JSON.stringify(query)
  const { subscribe, snapshot } = useMemo(() => live(store, JSON.parse(text) as Query<T>), [store, text])
  return useSyncExternalStore(subscribe, snapshot)
}
