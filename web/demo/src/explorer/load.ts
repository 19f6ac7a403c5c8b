// From nothing to a store of 100,000 indexed rows, in steps that let the page paint.

import type { Filter, Query } from 'atoma-wasm'
import type { Cell } from '../cell'
import { makeOrders, openClient, type Order, type Orders } from './orders'

export interface Progress {
  stage: 'engine' | 'rows' | 'indexes'
  rows: number
  total: number
}

export interface Loaded {
  orders: Orders
  total: number
  /** Milliseconds that the engine took for the rows, and for their indexes. */
  rowsMs: number
  indexesMs: number
}

const chunk = 4_000

/** One query for each index: an index is built when it is first asked. */
const questions: Query<Order>[] = [
  ...(['title', 'customer'] as const).flatMap((field): Filter<Order>[] => [
    { op: 'text', field, query: 'walnut' },
    { op: 'contains', field, value: 'wal' },
    { op: 'startsWith', field, value: 'wal' },
  ]),
  { amount: { gte: 2_000 } },
  { placedAt: { gte: new Date(8e15) } },
  { updatedAt: { gte: new Date(8e15) } },
].map((filter) => ({ filter: filter as Filter<Order> }))

const painted = () => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done)))

export async function load(progress: Cell<Progress>): Promise<Loaded> {
  const total = rowsWanted()
  const client = await openClient()
  const orders = client.stores.Order
  let rows = 0
  let rowsMs = 0
  for (const made of makeOrders(total, chunk, Date.now())) {
    const start = performance.now()
    await orders.addMany(made)
    rowsMs += performance.now() - start
    progress.set({ stage: 'rows', rows: (rows += made.length), total })
    await painted()
  }
  progress.set({ stage: 'indexes', rows, total })
  await painted()
  let indexesMs = 0
  for (const question of questions) {
    const start = performance.now()
    await orders.count(question)
    indexesMs += performance.now() - start
    await painted()
  }
  return { orders, total, rowsMs, indexesMs }
}

/** 100,000, or what the address says: explorer.html?rows=500000 */
function rowsWanted(): number {
  const asked = Number(new URLSearchParams(location.search).get('rows'))
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 1_000_000) : 100_000
}
