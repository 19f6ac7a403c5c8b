// Synchronous reads of rows that JavaScript has objects of, by id, as useOne does while React renders.

import type { Store } from 'atoma-wasm'
import { time } from '../measure.js'
import { makeRows, shuffled, type Todo } from '../rows.js'
import { channelOf, loadStore } from '../stores.js'
import type { Sizes, Work } from '../work.js'

/** Reads of all rows in one measurement: one time is too short for the clock. */
const times = 10

let map: Map<string, Todo>
let store: Store<Todo>
let ids: string[] = []

async function prepare({ reads }: Sizes): Promise<void> {
  map = new Map(makeRows(reads).map((row) => [row.id, { ...row, version: 1 }]))
  store = await loadStore(reads)
  ids = shuffled([...map.keys()], 3)
  const handle = channelOf(store).getHandle()
  for (const id of ids) handle.peek(id)
}

/** What is read is used, so that no read can be left out. */
let sum = 0

// Each side has a loop of its own: one that calls a function it is given would
// be as slow for both as that call, and hide the difference.
export default {
  unit: 'ms',
  rounds: 41,
  warmUp: 15,
  prepare,
  sides: {
    map() {
      return timeReads(() => {
        for (let i = 0; i < ids.length; i++) sum += map.get(ids[i]!)!.priority
      })
    },
    handle() {
      const handle = channelOf(store).getHandle()
      return timeReads(() => {
        for (let i = 0; i < ids.length; i++) sum += handle.peek(ids[i]!)!['priority'] as number
      })
    },
    channel() {
      return timeReads(() => {
        for (let i = 0; i < ids.length; i++) sum += channelOf(store).getHandle().peek(ids[i]!)!['priority'] as number
      })
    },
  },
  lines: [
    { what: '10,000 reads of mirrored rows by id', plain: 'map', atoma: 'handle', target: 2 },
    { what: '10,000 reads, each through the channel', plain: 'map', atoma: 'channel' },
  ],
} satisfies Work

function timeReads(readAll: () => void): number {
  const taken = time(() => {
    for (let n = 0; n < times; n++) readAll()
  })
  if (Number.isNaN(sum)) throw new Error('a read gave no row')
  return taken / times
}
