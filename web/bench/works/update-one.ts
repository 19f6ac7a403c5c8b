// updateOne of one field, 10,000 times in a store of 100,000 rows; of rows that
// somebody has looked at before (JavaScript has an object of them), and of rows
// that nobody has (it has none, and the promise must give one).

import type { Store } from 'atoma-wasm'
import { settled, time, timeCalls } from '../measure.js'
import { makeRows, shuffled, type Todo } from '../rows.js'
import { loadStore } from '../stores.js'
import type { Sizes, Work } from '../work.js'

let map: Map<string, Todo>
let seen: Store<Todo>
let unseen: Store<Todo>
/** Rounds of ids; no id comes twice before all have come. */
let parts: string[][] = []
const round = { map: 0, seen: 0, unseen: 0 }

async function prepare({ rows, patches }: Sizes): Promise<void> {
  map = new Map(makeRows(rows).map((row) => [row.id, { ...row, version: 1 }]))
  const ids = shuffled([...map.keys()], 7)
  parts = []
  for (let from = 0; from < rows; from += patches) parts.push(ids.slice(from, from + patches))
  seen = await loadStore(rows)
  unseen = await loadStore(rows)
}

/** The next ids, and for each the priority that it does not have. */
function nextPatches(side: keyof typeof round): { ids: string[]; priorities: number[] } {
  const n = round[side]++
  const ids = parts[n % parts.length]!
  const steps = 1 + Math.floor(n / parts.length)
  return { ids, priorities: ids.map((id) => (map.get(id)!.priority + (side === 'map' ? 1 : steps)) % 5) }
}

const updateAll = (store: Store<Todo>, { ids, priorities }: ReturnType<typeof nextPatches>) =>
  timeCalls(() => {
    const promises: Promise<unknown>[] = []
    for (let i = 0; i < ids.length; i++) promises.push(store.updateOne(ids[i]!, { priority: priorities[i]! }))
    return promises
  })

export default {
  unit: 'ms',
  rounds: 15,
  warmUp: 5,
  prepare,
  sides: {
    map() {
      const { ids, priorities } = nextPatches('map')
      return time(() => {
        for (let i = 0; i < ids.length; i++) {
          const id = ids[i]!
          map.set(id, { ...map.get(id)!, priority: priorities[i]! })
        }
      })
    },
    async seen() {
      const patches = nextPatches('seen')
      await seen.getMany(patches.ids)
      return updateAll(seen, patches)
    },
    async unseen({ settleMs }) {
      const patches = nextPatches('unseen')
      await settled(settleMs)
      return updateAll(unseen, patches)
    },
  },
  lines: [
    { what: '10,000 updateOne, rows looked at before', plain: 'map', atoma: 'seen.calls', target: 8 },
    { what: '10,000 updateOne, the same, until all promises settled', plain: 'map', atoma: 'seen.settled', target: 8 },
    { what: '10,000 updateOne, rows never looked at', plain: 'map', atoma: 'unseen.calls', target: 8 },
    { what: '10,000 updateOne, the same, until all promises settled', plain: 'map', atoma: 'unseen.settled', target: 8 },
  ],
} satisfies Work
