// The rows of one city, 1% of all, by an index; against a scan, and against a
// Map of arrays that somebody keeps up by hand.

import type { Store } from 'atoma-wasm'
import { checkSame, cities, type Item, type Kept, keptItems } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

let rows: Kept[] = []
const byCity = new Map<string, Kept[]>()
let bare: Store<Item>
let indexed: Store<Item>

async function prepare(sizes: Sizes): Promise<void> {
  rows = keptItems(sizes.rows)
  for (const city of cities) byCity.set(city, [])
  for (const row of rows) byCity.get(row.city)!.push(row)
  bare = await loadItems(sizes.rows)
  indexed = await loadItems(sizes.rows, [{ field: 'city', type: 'string' }])
  for (const store of [bare, indexed]) {
    for (const city of cities) checkSame(city, byCity.get(city)!, (await store.findMany({ filter: { city } })).data)
  }
}

const measure = async (store: Store<Item>, { queries }: Sizes): Promise<number> =>
  (await timeSettled(async () => {
    const results = []
    for (let i = 0; i < queries; i++) results.push(await store.findMany({ filter: { city: cities[i]! } }))
    return results
  })) / queries

export default {
  unit: 'ms',
  rounds: 21,
  // a round is short: after fewer, the browser has not compiled the path for good
  warmUp: 60,
  prepare,
  sides: {
    scan: ({ queries }) =>
      time(() => Array.from({ length: queries }, (_, i) => rows.filter((row) => row.city === cities[i]))) / queries,
    // a copy, as what is given away must not change under its reader
    map: ({ queries }) => time(() => Array.from({ length: queries }, (_, i) => byCity.get(cities[i]!)!.slice())) / queries,
    bare: (sizes) => measure(bare, sizes),
    indexed: (sizes) => measure(indexed, sizes),
  },
  lines: [
    { what: 'equality, 1% of the rows, index', plain: 'scan', atoma: 'indexed', faster: 50 },
    { what: 'equality, 1% of the rows, no index', plain: 'scan', atoma: 'bare' },
    { what: 'equality, index; plain: a Map of arrays, kept by hand', plain: 'map', atoma: 'indexed' },
  ],
} satisfies Work
