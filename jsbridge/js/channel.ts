// What a facade keeps for hooks, devtools and plugins, behind a symbol.

import { invalidInput } from './input.js'
import type { RemoteReads } from './read/remote-reads.js'
import type { StoreHandle } from './store-handle.js'
import type { Entity, Explanation, Store, StoreStats } from './types.js'

/** The symbol property of a facade that leads to its internal channel. */
export const storeInternal: unique symbol = Symbol.for('atoma.storeInternal') as never

/** The internal channel: stateless as the facade is. */
export interface StoreChannel {
  readonly storeName: string
  readonly storeKey: string
  /** The runtime's entry of the store, looked up by storeKey. Throws `disposed`. Keep it no longer than what shows its rows. */
  getHandle(): StoreHandle
  /** The facade of another store of the same client. */
  resolveStore(name: string): Store<Entity>
  /**
   * Takes over what another party has stored: rows with their `version`, or
   * `{ id, deleted: true }`. Nothing is sent. Rejects with `invalid_input`,
   * and applies nothing, when an item is malformed.
   */
  writeback(items: readonly unknown[]): Promise<void>
  /** How the stores of this client are read through its executor. */
  readonly remote: RemoteReads
  /** Runs a query and says what was done for it: which indexes, how many rows were looked at, how long it took. */
  explain(query?: unknown): Promise<Explanation>
  /** What the store and its indexes hold. */
  stats(): Promise<StoreStats>
}

/** The channel of a facade; anything else is `invalid_input`. */
export function channelOf(store: unknown): StoreChannel {
  const channel = (store as { [storeInternal]?: StoreChannel } | null | undefined)?.[storeInternal]
  if (!channel) throw invalidInput('this is no store: pass client.stores.Name', {})
  return channel
}
