// addMany of 100,000 rows into a store with three indexes, until each index has
// answered a query (they are built when they are first asked), against a store
// without. Each index alone, and MiniSearch's index of the titles, to compare.

import MiniSearch from 'minisearch'
import type { Filter } from 'atoma-wasm'
import { type Item, makeItems } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { type Indexes, openItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

const number: Indexes = [{ field: 'price', type: 'number' }]
const string: Indexes = [{ field: 'title', type: 'string' }]
const text: Indexes = [{ field: 'title', type: 'text' }]
const substring: Indexes = [{ field: 'title', type: 'substring' }]

/** What only the index can answer without looking at each row. */
function questionOf({ field, type }: Indexes[number], { price, title }: Item): Filter<Item> {
  if (type === 'number') return { price }
  if (type === 'string') return { title }
  if (type === 'substring') return { op: 'contains', field, value: title.slice(2, 9) }
  return { op: 'text', field, query: title.split(' ')[1]! }
}

async function load({ rows }: Sizes, indexes: Indexes): Promise<number> {
  const input = makeItems(rows)
  const one = input[rows >> 1]!
  const { store, close } = await openItems(indexes)
  const taken = await timeSettled(async () => {
    const results = await store.addMany(input)
    for (const index of indexes) {
      const { data } = await store.findMany({ filter: questionOf(index, one) })
      if (!data.some((row) => row.id === one.id)) throw new Error(`the ${index.type} index does not find ${one.id}`)
    }
    return results
  })
  await close()
  return taken
}

export default {
  unit: 'ms',
  rounds: 9,
  warmUp: 3,
  sides: {
    bare: (sizes) => load(sizes, []),
    all: (sizes) => load(sizes, [...number, ...string, ...text]),
    number: (sizes) => load(sizes, number),
    string: (sizes) => load(sizes, string),
    text: (sizes) => load(sizes, text),
    substring: (sizes) => load(sizes, substring),
    mini({ rows }) {
      const input = makeItems(rows)
      return time(() => {
        const mini = new MiniSearch<Item>({ fields: ['title'] })
        mini.addAll(input)
        return mini
      })
    },
  },
  lines: [
    { what: 'addMany with three indexes built; plain: atoma without', plain: 'bare', atoma: 'all', target: 5 },
    { what: 'addMany with a number index; plain: atoma without', plain: 'bare', atoma: 'number' },
    { what: 'addMany with a string index on titles; plain: atoma without', plain: 'bare', atoma: 'string' },
    { what: 'addMany with a text index on titles; plain: atoma without', plain: 'bare', atoma: 'text' },
    { what: 'addMany with a substring index on titles; plain: atoma without', plain: 'bare', atoma: 'substring' },
    { what: 'addMany with a text index; plain: MiniSearch, titles alone', plain: 'mini', atoma: 'text' },
  ],
} satisfies Work
