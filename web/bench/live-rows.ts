// A live list of half the items, sorted by price, of which a listener holds the
// latest array: kept by hand, and by atoma.

import { watch } from 'atoma-wasm'
import { type Item, type Kept, keptItems } from './items.js'
import { loadItems } from './stores.js'

export type PriceChange = { id: string; change: { price: number } }

export interface LiveRows {
  /** What the listener was handed last. */
  current(): readonly Item[]
  update(id: string, price: number): void
  updateMany(changes: PriceChange[]): void
  mergeMany(changes: PriceChange[]): void
}

/** By price, then by id. */
const compare = (a: Kept, b: Kept): number => a.price - b.price || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Where `row` is in `sorted`, or belongs. */
function place(sorted: readonly Kept[], row: Kept): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(sorted[middle]!, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** By hand, as a careful programmer writes it: binary search, splice, a fresh copy for the listener. */
export function plainRows(n: number, limit = Infinity): LiveRows {
  const rows = new Map(keptItems(n).map((row) => [row.id, row]))
  let sorted = [...rows.values()].filter((row) => row.open).sort(compare)
  let held: readonly Kept[] = []
  const listener = (fresh: readonly Kept[]): void => {
    held = fresh
  }
  listener(sorted.slice(0, limit))

  /** Puts the new row in its place, and gives the lesser of its old and new place. */
  function move(id: string, price: number): number {
    const old = rows.get(id)!
    const row = { ...old, price, version: old.version + 1 }
    rows.set(id, row)
    const from = place(sorted, old)
    sorted.splice(from, 1)
    const to = place(sorted, row)
    sorted.splice(to, 0, row)
    return Math.min(from, to)
  }

  return {
    current: () => held,
    update(id, price) {
      if (move(id, price) < limit) listener(sorted.slice(0, limit))
    },
    updateMany(changes) {
      for (const { id, change } of changes) move(id, change.price)
      listener(sorted.slice(0, limit))
    },
    mergeMany(changes) {
      const gone = new Set<Kept>()
      const come: Kept[] = []
      for (const { id, change } of changes) {
        const old = rows.get(id)!
        const row = { ...old, ...change, version: old.version + 1 }
        rows.set(id, row)
        gone.add(old)
        come.push(row)
      }
      come.sort(compare)
      const merged: Kept[] = []
      let next = 0
      for (const row of sorted) {
        if (gone.has(row)) continue
        while (next < come.length && compare(come[next]!, row) < 0) merged.push(come[next++]!)
        merged.push(row)
      }
      while (next < come.length) merged.push(come[next++]!)
      sorted = merged
      listener(sorted.slice(0, limit))
    },
  }
}

export async function watchedRows(n: number, limit?: number): Promise<LiveRows> {
  const store = await loadItems(n)
  const query = { filter: { open: true }, sort: [{ field: 'price' as const }], ...(limit ? { limit } : {}) }
  let held: readonly Item[] = []
  const view = watch(store, query, ({ data }) => {
    held = data
  })
  held = view.current.data
  return {
    current: () => held,
    update: (id, price) => void store.updateOne(id, { price }),
    updateMany: (changes) => void store.updateMany(changes),
    mergeMany: (changes) => void store.updateMany(changes),
  }
}
