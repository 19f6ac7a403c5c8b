// Two words, each with a typo, in titles: every word must be within one edit of
// a word of the title. Against MiniSearch, and against a scan in JavaScript that
// knows the vocabulary. MiniSearch always ranks; atoma does when it is asked to.

import MiniSearch from 'minisearch'
import type { Query, Store } from 'atoma-wasm'
import { checkSame, type Item, type Kept, keptItems } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { randomFrom } from '../rows.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'
import { withinOneEdit } from '../within-one-edit.js'

let rows: Kept[] = []
let byId = new Map<string, Kept>()
let tokens: string[][] = []
let mini: MiniSearch<Kept>
let store: Store<Item>
let queries: string[] = []

/** Two words of a title, with a letter wrong in each. */
function makeQueries(n: number): string[] {
  const random = randomFrom(9)
  const wrong = (word: string): string => {
    const at = 1 + Math.floor(random() * (word.length - 2))
    const kind = Math.floor(random() * 3)
    // another letter, one left out, one too many
    return word.slice(0, at) + (kind === 1 ? '' : 'x') + word.slice(at + (kind === 2 ? 0 : 1))
  }
  return Array.from({ length: n }, () => {
    const [first, second] = tokens[Math.floor(random() * tokens.length)]!
    return `${wrong(first!)} ${wrong(second!)}`
  })
}

function scan(query: string): Kept[] {
  const wanted = query.split(' ')
  return rows.filter((_, i) => wanted.every((word) => tokens[i]!.some((token) => withinOneEdit(word, token))))
}

const searchMini = (query: string): Kept[] =>
  mini.search(query, { fuzzy: 1, combineWith: 'AND', prefix: false }).map(({ id }) => byId.get(id)!)

const asked = (query: string): Query<Item> => ({ filter: { op: 'text', field: 'title', query, mode: 'fuzzy', distance: 1 } })
const ranked = (query: string): Query<Item> => ({ ...asked(query), sort: [{ field: '$score', dir: 'desc' }] })

const inOrder = <T extends Item>(found: T[]): T[] => found.slice().sort((a, b) => (a.id < b.id ? -1 : 1))

async function prepare(sizes: Sizes): Promise<void> {
  rows = keptItems(sizes.rows)
  byId = new Map(rows.map((row) => [row.id, row]))
  tokens = rows.map((row) => row.title.toLowerCase().split(' '))
  mini = new MiniSearch<Kept>({ fields: ['title'] })
  mini.addAll(rows)
  store = await loadItems(sizes.rows, [{ field: 'title', type: 'text' }])
  queries = makeQueries(100)
  for (const query of queries.slice(0, 20)) {
    const expected = scan(query)
    if (expected.length === 0) throw new Error(`${query}: nothing is like it`)
    checkSame(`fuzzy ${query}`, expected, (await store.findMany(asked(query))).data)
    checkSame(`fuzzy ${query}, ranked`, expected, inOrder((await store.findMany(ranked(query))).data))
    checkSame(`fuzzy ${query}, MiniSearch`, expected, inOrder(searchMini(query)))
  }
}

const eachSettled = async (n: number, make: (query: string) => Query<Item>): Promise<number> =>
  (await timeSettled(async () => {
    for (let i = 0; i < n; i++) await store.findMany(make(queries[i]!))
  })) / n

export default {
  unit: 'ms',
  rounds: 15,
  warmUp: 4,
  prepare,
  sides: {
    mini: ({ queries: n }) => time(() => queries.slice(0, n).map(searchMini)) / n,
    scan: () => time(() => scan(queries[0]!)),
    atoma: async ({ queries: n }) => ({ matches: await eachSettled(n, asked), ranked: await eachSettled(n, ranked) }),
  },
  lines: [
    { what: 'fuzzy search, two words, text index; plain: MiniSearch', plain: 'mini', atoma: 'atoma.matches', target: 1 },
    { what: 'fuzzy search, by relevance; plain: MiniSearch', plain: 'mini', atoma: 'atoma.ranked', target: 1 },
    { what: 'fuzzy search; plain: a scan of words split before', plain: 'scan', atoma: 'atoma.matches' },
  ],
} satisfies Work
