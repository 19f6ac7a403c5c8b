// What the parts of one client share: each is given the core and finds the
// others there, so that none of them has to be made before another.

import type { StoreFunctions } from './client-options.js'
import type { Events } from './plugins/events.js'
import type { Execution } from './plugins/execution.js'
import type { Row } from './input.js'
import type { Instance } from './instance.js'
import type { Pipeline } from './write/pipeline.js'
import type { RemoteReads } from './read/remote-reads.js'
import type { StoreHandle } from './store-handle.js'
import type { Entity, OpContext, Store } from './types.js'

export interface Core {
  /** The client's id. */
  readonly id: string
  readonly instance: Instance
  /** The engine's number of the client. */
  readonly number: number
  readonly events: Events
  readonly execution: Execution
  readonly pipeline: Pipeline
  readonly remote: RemoteReads
  /** Who wants to see every change of a row that a write of this client makes: history. Empty at most clients. */
  readonly watchers: Set<WriteWatcher>
  /** dispose() has been called: new calls reject. */
  readonly disposed: boolean
  /** What the schema has of a store that are functions or concern writing. */
  functions(store: string): StoreFunctions | undefined
  /** The handle of a store, made if need be. Also while the client is being disposed; throws `disposed` afterwards, or why the runtime is gone. */
  opened(store: string): StoreHandle
  facade(store: string): Store<Entity>
}

/** How one write changed one row: undefined where there is none. */
export interface RowChange {
  readonly id: string
  readonly before: Row | undefined
  readonly after: Row | undefined
  /** What it found when it showed, where writes before it turned out otherwise than they were when it was called. */
  readonly found?: Row | undefined
}

/** Sees what the writes of a client do to rows; not what arrives from elsewhere. */
export interface WriteWatcher {
  /** A call has returned and will change rows later: it waits for its turn, or for its answer. */
  waits?(call: object, opContext: OpContext): void
  /** A call has changed rows; called when the change shows. The changes stand in the order of the call. */
  written(record: { storeName: string; opContext: OpContext; writeStrategy: string; changes: RowChange[]; call?: object }): void
  /** A call that waited has been told of, or has failed: nothing more of it will show. */
  shown?(call: object): void
  /** A change that written() told of was rolled back. The object is the one in its record. */
  refused(storeName: string, change: RowChange): void
  /** The backend has answered the write that made a change with a row, which is not as the write left it. */
  answered?(storeName: string, change: RowChange, row: Row): void
  /**
   * The backend's answers to writes of this client are about to put rows in place of these. What is given back is called
   * when they have, and written(), refused() and answered() have been told of what came of it.
   */
  answering?(storeName: string, ids: readonly string[]): () => void
}
