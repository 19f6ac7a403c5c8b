// Titles that contain some letters, by a substring index; titles that begin with
// some, by an ordered one. Both ignore case. The plain side lowers each title as
// it comes; a second one keeps lowered titles beside the rows.

import type { FieldFilter, Store } from 'atoma-wasm'
import { checkSame, type Item, type Kept, keptItems, words } from '../items.js'
import { time, timeSettled } from '../measure.js'
import { loadItems } from '../stores.js'
import type { Sizes, Work } from '../work.js'

let rows: Kept[] = []
let lowered: { title: string; row: Kept }[] = []
let substring: Store<Item>
let ordered: Store<Item>

/** Pieces of words, out of their middle and from their beginning; common words and rare ones. A title in a thousand holds one. */
const needles = words.filter((word) => word.length > 7).filter((_, i) => i % 100 === 50)
const middles = needles.map((word) => word.slice(1, 6))
const starts = needles.map((word) => word.slice(0, 5))

const contains = (needle: string): Kept[] => rows.filter((row) => row.title.toLowerCase().includes(needle))
const startsWith = (needle: string): Kept[] => rows.filter((row) => row.title.toLowerCase().startsWith(needle))
const find = (store: Store<Item>, title: FieldFilter) => store.findMany({ filter: { title } })

async function prepare(sizes: Sizes): Promise<void> {
  rows = keptItems(sizes.rows)
  lowered = rows.map((row) => ({ title: row.title.toLowerCase(), row }))
  substring = await loadItems(sizes.rows, [{ field: 'title', type: 'substring' }])
  ordered = await loadItems(sizes.rows, [{ field: 'title', type: 'string' }])
  for (let i = 0; i < 20; i++) {
    checkSame(`contains ${middles[i]}`, contains(middles[i]!), (await find(substring, { contains: middles[i]! })).data)
    checkSame(`startsWith ${starts[i]}`, startsWith(starts[i]!), (await find(ordered, { startsWith: starts[i]! })).data)
  }
}

const each = ({ queries }: Sizes, run: (i: number) => unknown): number =>
  time(() => Array.from({ length: queries }, (_, i) => run(i))) / queries

const eachSettled = async ({ queries }: Sizes, run: (i: number) => Promise<unknown>): Promise<number> =>
  (await timeSettled(async () => {
    for (let i = 0; i < queries; i++) await run(i)
  })) / queries

export default {
  unit: 'ms',
  rounds: 15,
  warmUp: 15,
  prepare,
  sides: {
    plain: (sizes) => ({ contains: each(sizes, (i) => contains(middles[i]!)), prefix: each(sizes, (i) => startsWith(starts[i]!)) }),
    lowered: (sizes) => ({
      contains: each(sizes, (i) => lowered.filter(({ title }) => title.includes(middles[i]!)).map(({ row }) => row)),
      prefix: each(sizes, (i) => lowered.filter(({ title }) => title.startsWith(starts[i]!)).map(({ row }) => row)),
    }),
    contains: (sizes) => eachSettled(sizes, (i) => find(substring, { contains: middles[i]! })),
    prefix: (sizes) => eachSettled(sizes, (i) => find(ordered, { startsWith: starts[i]! })),
    // the ordered index is of no use to it
    scan: (sizes) => eachSettled(sizes, (i) => find(ordered, { contains: middles[i]! })),
  },
  lines: [
    { what: 'contains, title, substring index', plain: 'plain.contains', atoma: 'contains', faster: 10 },
    { what: 'contains, index; plain: titles lowered before', plain: 'lowered.contains', atoma: 'contains' },
    { what: 'contains, title, no index', plain: 'plain.contains', atoma: 'scan' },
    { what: 'prefix, title, ordered index', plain: 'plain.prefix', atoma: 'prefix', faster: 30 },
    { what: 'prefix, index; plain: titles lowered before', plain: 'lowered.prefix', atoma: 'prefix' },
  ],
} satisfies Work
