// What useSyncExternalStore takes: something to subscribe to, and what it is now.

import { useMemo, useSyncExternalStore } from 'react'
import { channelOf } from '../../jsbridge/js/channel.js'
import type { LiveViews } from '../../jsbridge/js/live/live.js'
import { constant, derived, type Source } from '../../jsbridge/js/live/live-source.js'
import { copyQuery, keyOf } from '../../jsbridge/js/read/query-input.js'
import type { StoreHandle } from '../../jsbridge/js/store-handle.js'

export { constant, derived, type Source }

/** Reads a source that is kept over renders: what is mounted when its client is disposed keeps what it shows. */
export function useSource<S>(source: Source<S>): S {
  return useSyncExternalStore(source.subscribe, source.current, source.current)
}

/**
 * The live result that `make` asks a store for. `question` is what it depends
 * on, by value: an object written inline neither subscribes again nor loops.
 */
export function useLive<S>(store: unknown, question: unknown, make: (live: LiveViews, handle: StoreHandle) => Source<S>): S {
  const channel = channelOf(store)
  const key = keyOfValue(question)
  const source = useMemo(() => {
    const handle = channel.getHandle()
    return make(handle.live, handle)
  }, [channel, key])
  return useSource(source)
}

/** A text that equal values share. What cannot be read is refused by whoever is asked it. */
export function keyOfValue(value: unknown): string {
  // the only ones for most rows of a list
  if (value === undefined) return ''
  if (typeof value === 'string') return `"${value}`
  try {
    return keyOf(copyQuery({ value }, {}))
  } catch {
    return 'unreadable'
  }
}
