// What 100,000 loaded rows hold on to when 100 of them were looked at: the
// page's JS heap beyond that of the empty page, and all of wasm memory.

import { createClient, type Store } from 'atoma-wasm'
import { pause } from '../measure.js'
import { makeRows, type Todo } from '../rows.js'
import { wasmBytes } from '../wasm-memory.js'
import type { Work } from '../work.js'

type Dated = Omit<Todo, 'createdAt'> & { createdAt: Date }

/** Alive while the heap is measured. */
const held: unknown[] = []
const MB = 1e6

async function heapWhenSettled(ms: number): Promise<number> {
  // deferred work first, then what becomes garbage through it
  await pause(ms)
  await heapBytes()
  await pause(ms / 4)
  return (await heapBytes()) / MB
}

/** The rows with a Date in createdAt, as many programs have it. */
const withDates = (rows: Todo[]): Dated[] => rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }))

async function measureMap(makeAll: () => (Todo | Dated)[], settleMs: number): Promise<number> {
  const before = await heapWhenSettled(settleMs)
  loadMap(makeAll())
  return (await heapWhenSettled(settleMs)) - before
}

function loadMap(rows: (Todo | Dated)[]): void {
  held.push(new Map(rows.map((row) => [row.id, row])))
}

async function measureAtoma(makeAll: () => (Todo | Dated)[], settleMs: number): Promise<Record<string, number>> {
  const before = await heapWhenSettled(settleMs)
  const empty = (await load(makeAll)) / MB
  const heap = (await heapWhenSettled(settleMs)) - before
  const wasm = wasmBytes() / MB
  return { heap, wasm, rows: heap + wasm - empty, all: heap + wasm }
}

/** Gives the wasm memory of the client before it had rows. */
async function load(makeAll: () => (Todo | Dated)[]): Promise<number> {
  const client = await createClient<{ Todo: Todo | Dated }>()
  const empty = wasmBytes()
  held.push(client)
  const loaded = await addAll(client.stores.Todo, makeAll())
  const looked = Array.from({ length: 100 }, (_, i) => `todo-${Math.floor((i * loaded) / 100)}`)
  await client.stores.Todo.getMany(looked)
  return empty
}

/** Rows and results are garbage when this has returned. */
async function addAll(store: Store<Todo | Dated>, rows: (Todo | Dated)[]): Promise<number> {
  return (await store.addMany(rows)).length
}

export default {
  unit: 'MB',
  rounds: 3,
  freshPages: true,
  sides: {
    mapDates: ({ rows, settleMs }) => measureMap(() => withDates(makeRows(rows)), settleMs),
    atomaDates: ({ rows, settleMs }) => measureAtoma(() => withDates(makeRows(rows)), settleMs),
    map: ({ rows, settleMs }) => measureMap(() => makeRows(rows), settleMs),
    atoma: ({ rows, settleMs }) => measureAtoma(() => makeRows(rows), settleMs),
  },
  lines: [
    { what: 'memory of 100,000 rows, a Date in each', plain: 'mapDates', atoma: 'atomaDates.all', target: 0.7 },
    { what: 'memory of 100,000 rows, a number in its place', plain: 'map', atoma: 'atoma.all', target: 0.7 },
    { what: 'memory, rows with a Date: JS heap', plain: 'mapDates', atoma: 'atomaDates.heap' },
    { what: 'memory, rows with a Date: wasm', atoma: 'atomaDates.wasm' },
    { what: 'memory, rows with a Date: without that of an empty client', plain: 'mapDates', atoma: 'atomaDates.rows' },
  ],
} satisfies Work
