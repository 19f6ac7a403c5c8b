// What events cost when nobody listens: updateOne in a client that nobody ever
// listened to, in one that is not listened to any more, and in one where somebody
// waits for an event that does not come. Together, for comparison, with what a
// listener costs.

import type { Client, Store } from 'atoma-wasm'
import { timeCalls } from '../measure.js'
import { makeRows, type Todo } from '../rows.js'
import { openStore } from '../stores.js'
import type { Work } from '../work.js'

const events = ['writeStart', 'writeCommitted', 'writeFailed', 'readStart', 'readFinish', 'changeStart', 'changeCommitted', 'changeFailed'] as const

type Opened = { store: Store<Todo>; client: Client<{ Todo: Todo }> }
const opened: Record<string, Opened> = {}
let round = 0

async function prepare({ singles }: { singles: number }): Promise<void> {
  for (const side of ['never', 'formerly', 'others', 'listened']) {
    const { store, client } = await openStore()
    await store.addMany(makeRows(singles))
    await store.getAll()
    opened[side] = { store, client }
  }
  for (const off of events.map((event) => opened['formerly']!.client.on(event, () => {}))) off()
  opened['others']!.client.on('changeFailed', () => {})
  opened['listened']!.client.on('writeStart', () => {})
  opened['listened']!.client.on('writeCommitted', () => {})
}

function update({ store }: Opened, n: number, of: number): Promise<{ calls: number; settled: number }> {
  round++
  return timeCalls(() => {
    const promises: Promise<unknown>[] = []
    for (let i = 0; i < n; i++) promises.push(store.updateOne(`todo-${i % of}`, { createdAt: round * n + i }))
    return promises
  })
}

const side = (name: string) => ({ singles, patches }: { singles: number; patches: number }) => update(opened[name]!, patches, singles)

export default {
  unit: 'ms',
  rounds: 31,
  warmUp: 15,
  prepare,
  sides: { never: side('never'), formerly: side('formerly'), others: side('others'), listened: side('listened') },
  lines: [
    { what: '10,000 updateOne, nobody listens any more; plain: nobody ever did', plain: 'never.settled', atoma: 'formerly.settled', target: 1.05 },
    { what: 'the same, somebody listens to another event', plain: 'never.settled', atoma: 'others.settled', target: 1.05 },
    { what: 'the same, writeStart and writeCommitted are listened to', plain: 'never.settled', atoma: 'listened.settled' },
  ],
} satisfies Work
