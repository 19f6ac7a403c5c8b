// addOne into a store of 100,000 rows against addOne into an empty one: 100 of
// them, each awaited, as one alone takes about a step of the clock; and the
// slowest of them, which would be one that moves the store.

import type { Store } from 'atoma-wasm'
import { makeRows, type Todo } from '../rows.js'
import { settled } from '../measure.js'
import { loadStore, openStore } from '../stores.js'
import type { Work } from '../work.js'

const some = 100

let full: Store<Todo>
/** Where ids go on that the full store does not have. */
let next = 0

async function addSome(store: Store<Todo>, from: number): Promise<{ all: number; slowest: number }> {
  const rows = makeRows(some).map((row, i) => ({ ...row, id: `new-${from + i}` }))
  let slowest = 0
  const start = performance.now()
  for (const row of rows) {
    const before = performance.now()
    await store.addOne(row)
    slowest = Math.max(slowest, performance.now() - before)
  }
  return { all: performance.now() - start, slowest }
}

export default {
  unit: 'ms',
  rounds: 41,
  warmUp: 15,
  async prepare({ rows, settleMs }) {
    full = await loadStore(rows)
    await full.getAll()
    await settled(settleMs)
  },
  sides: {
    async empty() {
      const { store, close } = await openStore()
      const taken = await addSome(store, 0)
      await close()
      return taken
    },
    full() {
      next += some
      return addSome(full, next)
    },
  },
  lines: [
    { what: '100 addOne into a store of 100,000 rows; plain: into an empty one', plain: 'empty.all', atoma: 'full.all', target: 1.25 },
    { what: 'the slowest of them', plain: 'empty.slowest', atoma: 'full.slowest' },
  ],
} satisfies Work
