// One row's sort key changes under a live view of half the rows, sorted by it:
// until the listener holds the fresh array. Against a sorted array kept by hand,
// with binary search and a fresh copy for each change. With a limit of 50 every
// change is one that the window shows: rows enter it and leave it by turns.

import { highest, type Item, checkSame } from '../items.js'
import { type LiveRows, plainRows, watchedRows } from '../live-rows.js'
import { timeSettled } from '../measure.js'
import { randomFrom } from '../rows.js'
import type { Sizes, Work } from '../work.js'

interface Sides {
  plain: LiveRows
  atoma: LiveRows
}
let all: Sides
let window: Sides
let ids: string[] = []

async function open(sizes: Sizes, limit?: number): Promise<Sides> {
  return { plain: plainRows(sizes.rows, limit), atoma: await watchedRows(sizes.rows, limit) }
}

async function prepare(sizes: Sizes): Promise<void> {
  all = await open(sizes)
  window = await open(sizes, 50)
  ids = all.plain.current().map((row) => row.id)
  for (const [what, sides, change] of [['all', all, changeAny], ['first 50', window, changeShown]] as const) {
    for (const side of [sides.plain, sides.atoma]) await measureChanges(side, sizes, change, 1)
    checkSame(`live view, ${what}`, sides.plain.current(), sides.atoma.current())
  }
}

/** A change: which row gets which price. */
type Change = (rows: readonly Item[], random: () => number, n: number, top: number) => [id: string, price: number]

const changeAny: Change = (_, random, __, top) => [ids[Math.floor(random() * ids.length)]!, random() * top]

const changeShown: Change = (rows, random, n, top) =>
  n % 2 === 0
    ? [ids[Math.floor(random() * ids.length)]!, random() * rows.at(-1)!.price]
    : [rows[Math.floor(random() * rows.length)]!.id, random() * top]

/** Milliseconds a change. */
async function measureChanges(side: LiveRows, { rows, changes }: Sizes, change: Change, seed: number): Promise<number> {
  const random = randomFrom(seed)
  const top = highest(rows)
  const taken = await timeSettled(async () => {
    for (let n = 0; n < changes; n++) {
      const before = side.current()
      const [id, price] = change(before, random, n, top)
      side.update(id, price)
      for (let turns = 0; side.current() === before; turns++) {
        if (turns === 1000) throw new Error(`the listener was not told of change ${n}: ${id} to ${price}`)
        await undefined
      }
    }
  })
  return taken / changes
}

/** The sides take turns, and make the same changes. */
const rounds = { plain: 1, atoma: 1 }

async function measure(side: keyof Sides, sizes: Sizes): Promise<{ all: number; window: number }> {
  const seed = ++rounds[side]
  return {
    all: await measureChanges(all[side], sizes, changeAny, seed),
    window: await measureChanges(window[side], sizes, changeShown, seed),
  }
}

export default {
  unit: 'ms',
  rounds: 21,
  warmUp: 5,
  prepare,
  sides: {
    plain: (sizes) => measure('plain', sizes),
    atoma: (sizes) => measure('atoma', sizes),
  },
  lines: [
    { what: 'live view of half the rows, one sort key changes; plain: by hand', plain: 'plain.all', atoma: 'atoma.all', target: 1.5 },
    { what: 'the same, first 50; plain: by hand', plain: 'plain.window', atoma: 'atoma.window', target: 2 },
  ],
} satisfies Work
