// One row changes on a store with 1,000 live views, each of the rows of one
// customer: until the listener of the view that it is in holds the fresh array.
// Against the same changes with one view, which are of its rows, a hundred; and
// changes of any rows, a hundred thousand, which also miss the processor's cache.

import { type Store, watch, type Watch } from 'atoma-wasm'
import { checkSame, customers, highest, type Item, type Kept, keptItems } from '../items.js'
import { timeSettled } from '../measure.js'
import { randomFrom } from '../rows.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

interface Views {
  store: Store<Item>
  watches: Watch<Item>[]
  /** How often listeners were told. */
  told: number
  /** The rows that the first view shows, and all that any shows. */
  first: string[]
  any: string[]
}

let one: Views
let many: Views
let seed = 20

async function open(sizes: Sizes, count: number): Promise<Views> {
  const shown = new Set(customers.slice(0, count))
  const rows = keptItems(sizes.rows)
  const idsOf = (wanted: Kept[]): string[] => wanted.map((row) => row.id)
  const views: Views = {
    store: await loadItems(sizes.rows),
    watches: [],
    told: 0,
    first: idsOf(rows.filter((row) => row.customer === customers[0])),
    any: idsOf(rows.filter((row) => shown.has(row.customer))),
  }
  for (const customer of shown) {
    const view = watch(views.store, { filter: { customer } }, () => views.told++)
    views.watches.push(view)
  }
  return views
}

async function prepare(sizes: Sizes): Promise<void> {
  one = await open(sizes, 1)
  many = await open(sizes, sizes.views)
  for (const views of [one, many]) {
    await measure(views, sizes)
    const rows = await views.store.getAll()
    views.watches.forEach(({ current }, i) => checkSame(customers[i]!, rows.filter((row) => row.customer === customers[i]), current.data))
  }
}

type Make = (n: number, random: () => number, top: number, views: number) => Partial<Item>

const priceOf: Make = (_, random, top) => ({ price: random() * top })
/** To the next view; with one view: out of it and into it again. */
const customerOf: Make = (n, random, _, views) => ({
  customer: customers[views === 1 ? (n + 1) % 2 : Math.floor(random() * views)]!,
})

async function changeAll(views: Views, ids: string[], { rows, changes }: Sizes, make: Make): Promise<number> {
  const random = randomFrom(seed++)
  const top = highest(rows)
  const moves = make === customerOf
  const taken = await timeSettled(async () => {
    for (let n = 0; n < changes; n++) {
      const before = views.told
      // a row that leaves the only view is the one that comes back
      const at = moves && views.watches.length === 1 ? n >> 1 : Math.floor(random() * ids.length)
      const id = ids[at % ids.length]!
      void views.store.updateOne(id, make(n, random, top, views.watches.length))
      for (let turns = 0; views.told === before && turns < 100; turns++) await undefined
      if (views.told === before && !moves) throw new Error(`no listener was told of change ${n}: ${id}`)
    }
  })
  return taken / changes
}

async function measure(views: Views, sizes: Sizes): Promise<{ same: number; any: number; moves: number }> {
  const same = await changeAll(views, views.first, sizes, priceOf)
  const any = await changeAll(views, views.any, sizes, priceOf)
  const moves = await changeAll(views, views.any, sizes, customerOf)
  // who has moved comes back, or the first view would run out of rows
  await views.store.updateMany(views.first.map((id) => ({ id, change: { customer: customers[0]! } })))
  return { same, any, moves }
}

export default {
  unit: 'ms',
  rounds: 21,
  warmUp: 5,
  prepare,
  sides: {
    one: (sizes) => measure(one, sizes),
    many: (sizes) => measure(many, sizes),
  },
  lines: [
    { what: 'one row changes under 1,000 live views; plain: atoma with one', plain: 'one.same', atoma: 'many.same', target: 3 },
    { what: 'one of 100,000 rows changes under 1,000; plain: one of 100 under one', plain: 'one.any', atoma: 'many.any' },
    { what: 'one row moves from view to view of 1,000; plain: in and out of one', plain: 'one.moves', atoma: 'many.moves' },
  ],
} satisfies Work
