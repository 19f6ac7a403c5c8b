// updateOne 10,000 times, each awaited before the next, with no backend; against as
// many awaits of a resolved promise, each with a map.set. On 1,000 rows, which stay
// in the processor's cache, and on 100,000 in random order, which do not.

import type { Store } from 'atoma-wasm'
import { timeSettled } from '../measure.js'
import { makeRows, shuffled, type Todo } from '../rows.js'
import { loadStore } from '../stores.js'
import type { Sizes, Work } from '../work.js'

interface Rows {
  ids: string[]
  map: Map<string, Todo>
  store: Store<Todo>
}

let few: Rows
let many: Rows
let time = 0

async function load(n: number): Promise<Rows> {
  const rows = makeRows(n)
  const store = await loadStore(n)
  await store.getAll()
  return { ids: shuffled(rows.map(({ id }) => id), 3), map: new Map(rows.map((row) => [row.id, row])), store }
}

async function prepare({ rows, singles }: Sizes): Promise<void> {
  few = await load(singles)
  many = await load(rows)
}

function map({ ids, map }: Rows, count: number): Promise<number> {
  const from = (time += count)
  return timeSettled(async () => {
    for (let i = from; i < from + count; i++) {
      const id = ids[i % ids.length]!
      await Promise.resolve()
      map.set(id, { ...map.get(id)!, createdAt: i })
    }
  })
}

function atoma({ ids, store }: Rows, count: number): Promise<number> {
  const from = (time += count)
  return timeSettled(async () => {
    for (let i = from; i < from + count; i++) await store.updateOne(ids[i % ids.length]!, { createdAt: i })
  })
}

export default {
  unit: 'ms',
  rounds: 21,
  warmUp: 12,
  prepare,
  sides: {
    map: ({ patches }) => map(few, patches),
    atoma: ({ patches }) => atoma(few, patches),
    mapMany: ({ patches }) => map(many, patches),
    atomaMany: ({ patches }) => atoma(many, patches),
  },
  lines: [
    { what: '10,000 updateOne of 1,000 rows, each awaited', plain: 'map', atoma: 'atoma', target: 5 },
    { what: '10,000 updateOne of 100,000 rows, each awaited', plain: 'mapMany', atoma: 'atomaMany', target: 5 },
  ],
} satisfies Work
