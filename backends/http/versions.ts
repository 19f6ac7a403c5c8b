// The versions that the server is known to have of rows: what baseVersion is
// taken from. The version of a row in the store is another thing: it counts
// local changes that the server has not seen.

export class Versions {
  private readonly stores = new Map<string, Map<string, number>>()
  /** One for each query that is under way: the rows of whose writes an answer has come since it was asked. */
  private readonly asking = new Set<{ storeName: string; written: Set<string> }>()

  get(storeName: string, id: string): number | undefined {
    return this.stores.get(storeName)?.get(id)
  }

  /** What the answer to a write says; undefined: nothing is known of the row any more. */
  written(storeName: string, id: string, version: number | undefined): void {
    for (const query of this.asking) if (query.storeName === storeName) query.written.add(id)
    if (version !== undefined) this.of(storeName).set(id, version)
    else this.stores.get(storeName)?.delete(id)
  }

  /**
   * Starts a query; the function takes its rows, or undefined if it failed, and must be called. Rows of which a
   * write was answered meanwhile are passed over: the query may have been answered before it.
   */
  ask(storeName: string): (rows: readonly unknown[] | undefined) => void {
    const query = { storeName, written: new Set<string>() }
    this.asking.add(query)
    return (rows) => {
      if (!this.asking.delete(query) || rows === undefined) return
      for (const row of rows) {
        const { id, version } = (row ?? {}) as { id?: unknown; version?: unknown }
        if (typeof id === 'string' && typeof version === 'number' && !query.written.has(id)) this.of(storeName).set(id, version)
      }
    }
  }

  private of(storeName: string): Map<string, number> {
    let versions = this.stores.get(storeName)
    if (!versions) this.stores.set(storeName, (versions = new Map()))
    return versions
  }
}
