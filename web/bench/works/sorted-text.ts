// Half of the rows, sorted by a string, all of them; without an index, and with one on the string.

import type { Store } from 'atoma-wasm'
import { byTitle, checkSame, type Item, type Kept, keptItems } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

let rows: Kept[] = []
let bare: Store<Item>
let indexed: Store<Item>

const plain = (): Kept[] => rows.filter((row) => row.open).sort(byTitle)
const query = (store: Store<Item>) => store.findMany({ filter: { open: true }, sort: [{ field: 'title' }] })

async function prepare(sizes: Sizes): Promise<void> {
  rows = keptItems(sizes.rows)
  bare = await loadItems(sizes.rows)
  indexed = await loadItems(sizes.rows, [{ field: 'title', type: 'string' }])
  for (const store of [bare, indexed]) checkSame('half, by title', plain(), (await query(store)).data)
}

export default {
  unit: 'ms',
  rounds: 11,
  warmUp: 15,
  prepare,
  sides: {
    plain: () => time(plain),
    bare: () => timeSettled(() => query(bare)),
    indexed: () => timeSettled(() => query(indexed)),
  },
  lines: [
    { what: 'half of the rows by a string, all', plain: 'plain', atoma: 'bare', faster: 3 },
    { what: 'half of the rows by a string, all, index on it', plain: 'plain', atoma: 'indexed' },
  ],
} satisfies Work
