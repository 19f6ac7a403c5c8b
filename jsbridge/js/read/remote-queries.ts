// Queries whose rows are shown while the executor is asked for them, shared by
// all who show the same. Lifecycle is here and not in the hooks: a framework
// may render without ever subscribing, and subscribe twice where it shows once.

import { keyOf } from './query-input.js'
import type { AtomaError } from '../errors.js'
import type { Row } from '../input.js'
import type { RemoteReads } from './remote-reads.js'
import { RemoteQuery } from './remote-query.js'
import type { StoreHandle } from '../store-handle.js'

export class RemoteQueries {
  private readonly queries = new Map<string, RemoteQuery>()

  constructor(private readonly reads: RemoteReads) {}

  /**
   * The query with this value. One that is new shows the rows of the one that it
   * widens, as long as the executor has not answered. Throws what is wrong with it.
   */
  get(handle: StoreHandle, copy: Row | undefined, before: Row | undefined): RemoteQuery {
    const key = keyIn(handle, copy)
    const known = this.queries.get(key)
    if (known) return known
    const narrower = before && this.queries.get(keyIn(handle, before))
    const made = new RemoteQuery(this.reads, handle, copy, narrower, {
      put: (query) => void this.queries.set(key, query),
      take: (query) => {
        if (this.queries.get(key) === query) this.queries.delete(key)
      },
    })
    this.queries.set(key, made)
    return made
  }

  /** Ends what is being asked, with this error. */
  close(error: AtomaError): void {
    for (const query of [...this.queries.values()]) query.close(error)
    this.queries.clear()
  }
}

function keyIn(handle: StoreHandle, copy: Row | undefined): string {
  return `${handle.storeKey} ${keyOf(copy)}`
}
