// Half of the rows, sorted by a number: all of them, and the first 50; without
// an index, and with one on the number. Rows that JavaScript has objects of.

import type { Store } from 'atoma-wasm'
import { byPrice, checkSame, type Item, type Kept, keptItems } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

let rows: Kept[] = []
let bare: Store<Item>
let indexed: Store<Item>

const plain = (): Kept[] => rows.filter((row) => row.open).sort(byPrice)
const query = (store: Store<Item>, limit?: number) =>
  store.findMany({ filter: { open: true }, sort: [{ field: 'price' }], ...(limit ? { limit } : {}) })

async function prepare(sizes: Sizes): Promise<void> {
  rows = keptItems(sizes.rows)
  bare = await loadItems(sizes.rows)
  indexed = await loadItems(sizes.rows, [{ field: 'price', type: 'number' }])
  const expected = plain()
  for (const store of [bare, indexed]) {
    checkSame('half, by price', expected, (await query(store)).data)
    checkSame('half, by price, first 50', expected.slice(0, 50), (await query(store, 50)).data)
  }
}

async function measure(store: Store<Item>, { queries }: Sizes): Promise<{ all: number; first: number }> {
  const all = await timeSettled(() => query(store))
  const first = await timeSettled(async () => {
    for (let i = 0; i < queries; i++) await query(store, 50)
  })
  return { all, first: first / queries }
}

export default {
  unit: 'ms',
  rounds: 21,
  warmUp: 5,
  prepare,
  sides: {
    plain: () => time(plain),
    bare: (sizes) => measure(bare, sizes),
    indexed: (sizes) => measure(indexed, sizes),
  },
  lines: [
    { what: 'half of the rows by a number, all', plain: 'plain', atoma: 'bare.all', faster: 5 },
    { what: 'half of the rows by a number, all, index on it', plain: 'plain', atoma: 'indexed.all', faster: 15 },
    { what: 'half of the rows by a number, first 50', plain: 'plain', atoma: 'bare.first', faster: 20 },
    { what: 'half of the rows by a number, first 50, index on it', plain: 'plain', atoma: 'indexed.first', faster: 200 },
  ],
} satisfies Work
