// 1,000 rows' sort keys change in one call under a live view of half the rows,
// sorted by it: until the listener holds the fresh array. By hand: the loop of
// works/live-one.ts with one copy, and a merge, which is faster and seldom written.

import { checkSame, highest } from '../items.js'
import { type LiveRows, type PriceChange, plainRows, watchedRows } from '../live-rows.js'
import { timeSettled } from '../measure.js'
import { randomFrom, shuffled } from '../rows.js'
import type { Sizes, Work } from '../work.js'

const sides: Record<string, LiveRows> = {}
const rounds: Record<string, number> = {}
let ids: string[] = []

async function prepare(sizes: Sizes): Promise<void> {
  sides['plain'] = plainRows(sizes.rows)
  sides['merge'] = plainRows(sizes.rows)
  sides['atoma'] = await watchedRows(sizes.rows)
  ids = sides['plain'].current().map((row) => row.id)
  for (const side of Object.keys(sides)) await measure(side, sizes)
  checkSame('merge under a live view', sides['plain'].current(), sides['merge'].current())
  checkSame('changes under a live view', sides['plain'].current(), sides['atoma'].current())
}

/** No row twice; the same changes for each side. */
function makeChanges(round: number, { rows, batch }: Sizes): PriceChange[] {
  const random = randomFrom(round)
  return shuffled(ids, round)
    .slice(0, batch)
    .map((id) => ({ id, change: { price: random() * highest(rows) } }))
}

async function measure(name: string, sizes: Sizes): Promise<number> {
  const side = sides[name]!
  const changes = makeChanges((rounds[name] = (rounds[name] ?? 0) + 1), sizes)
  const before = side.current()
  return timeSettled(async () => {
    if (name === 'merge') side.mergeMany(changes)
    else side.updateMany(changes)
    for (let turns = 0; side.current() === before; turns++) {
      if (turns === 1000) throw new Error('the listener was not told')
      await undefined
    }
  })
}

export default {
  unit: 'ms',
  rounds: 31,
  warmUp: 8,
  prepare,
  sides: {
    plain: (sizes) => measure('plain', sizes),
    merge: (sizes) => measure('merge', sizes),
    atoma: (sizes) => measure('atoma', sizes),
  },
  lines: [
    { what: '1,000 rows change in one call under that view; plain: by hand', plain: 'plain', atoma: 'atoma', target: 1 },
    { what: 'the same; plain: by hand, merged', plain: 'merge', atoma: 'atoma' },
  ],
} satisfies Work
