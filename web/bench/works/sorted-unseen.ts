// Half of the rows, sorted by a number, all of them, as works/sorted.ts does it;
// but nobody holds the rows, so their objects have to be made.

import type { Store } from 'atoma-wasm'
import { byPrice, type Item, type Kept, keptItems, makeItems } from '../items.js'
import { settled, time, timeSettled } from '../measure.js'
import { openItems } from '../stores.js'
import type { Work } from '../work.js'

let rows: Kept[] = []
let store: Store<Item>

export default {
  unit: 'ms',
  rounds: 7,
  warmUp: 2,
  async prepare(sizes) {
    rows = keptItems(sizes.rows)
    store = (await openItems([{ field: 'price', type: 'number' }])).store
    await store.addMany(makeItems(sizes.rows))
  },
  sides: {
    plain: () => time(() => rows.filter((row) => row.open).sort(byPrice)),
    async atoma({ settleMs }) {
      await settled(settleMs)
      return timeSettled(() => store.findMany({ filter: { open: true }, sort: [{ field: 'price' }] }))
    },
  },
  lines: [{ what: 'half of the rows by a number, all, index on it, rows never looked at', plain: 'plain', atoma: 'atoma' }],
} satisfies Work
