// 10,000 writes that wait for their answers at the same time: the backend takes
// them by 500 strategies, answers in random order and refuses every tenth. The rows
// must be what the writes that were not refused make of them, in the order of the
// calls; an error says where they are not. Then the rows are put back, and memory
// must be where it was. As many flights come before, in which the engine and V8 grow
// to the size that this takes.

import { type Client, createClient, type Plugin, type Store, type WriteAnswer } from 'atoma-wasm'
import { pause } from '../measure.js'
import { makeRows, randomFrom, shuffled, type Todo } from '../rows.js'
import { channelOf } from '../stores.js'
import { wasmBytes } from '../wasm-memory.js'
import type { Sizes, Work } from '../work.js'

const strategies = 500
const MB = 1e6

/** What a write waits for. */
interface Held {
  answer: (answer: WriteAnswer) => void
  ids: string[]
}

/** One write, and what its answer will be. */
type Plan = { id: string; kind: 'add' | 'update' | 'delete'; patch: Partial<Todo>; strategy: string; refused: boolean }

function makePlan(count: number, rows: number, seed: number): Plan[] {
  const random = randomFrom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const added: string[] = []
  const deleted = new Set<string>()
  const plan: Plan[] = []
  while (plan.length < count) {
    const chance = random()
    const rest = { strategy: `s${below(strategies)}`, refused: random() < 0.1 }
    if (chance < 0.15) {
      const id = `new-${added.length}`
      added.push(id)
      plan.push({ id, kind: 'add', patch: { title: `row ${plan.length}`, done: false, priority: 0, createdAt: plan.length, list: 'list-0' }, ...rest })
      continue
    }
    const id = chance < 0.3 && added.length > 0 ? added[below(added.length)]! : `todo-${below(rows)}`
    if (deleted.has(id)) continue
    if (chance > 0.97) {
      deleted.add(id)
      plan.push({ id, kind: 'delete', patch: {}, ...rest })
      continue
    }
    const patch = [{ title: `title ${plan.length}` }, { priority: 10 + plan.length }, { createdAt: -plan.length }][below(3)]!
    plan.push({ id, kind: 'update', patch, ...rest })
  }
  return plan
}

/** The rows and versions that the plan leads to. */
function replay(rows: Todo[], plan: Plan[]): Map<string, object> {
  const map = new Map<string, Todo & { version: number }>(rows.map((row) => [row.id, { ...row, version: 1 }]))
  for (const { id, kind, patch, refused } of plan) {
    const before = map.get(id)
    if (refused || (kind !== 'add' && !before)) continue
    if (kind === 'delete') map.delete(id)
    else map.set(id, { ...(before as Todo), ...patch, id, version: (before?.version ?? 0) + 1 })
  }
  return map
}

class Flight {
  private readonly held: Held[] = []
  private readonly refused = new Map<string, boolean[]>()
  readonly random = randomFrom(3)

  private constructor(readonly rows: number) {}

  store!: Store<Todo>
  client!: Client<{ Todo: Todo }>

  static async open(rows: number): Promise<Flight> {
    const flight = new Flight(rows)
    const plugin: Plugin = {
      id: 'held',
      setup({ execution }) {
        for (let i = 0; i < strategies; i++) {
          execution.registerStrategy(`s${i}`, ({ entries, writeStrategy }) => {
            const ids = entries.map(({ id }) => `${writeStrategy} ${id}`)
            return new Promise((answer) => void flight.held.push({ answer, ids }))
          })
        }
      },
    }
    flight.client = await createClient<{ Todo: Todo }>({ plugins: [plugin] })
    flight.store = flight.client.stores.Todo as Store<Todo>
    await flight.store.addMany(makeRows(rows))
    await flight.store.getAll()
    return flight
  }

  /** All calls in one turn, then all answers; then the rows are compared. */
  async fly(count: number, seed: number): Promise<number> {
    const plan = makePlan(count, this.rows, seed)
    const calls = plan.map((write) => this.call(write))
    let answered = 0
    const settled = Promise.allSettled(calls)
    for (await undefined; ; await pause(0)) {
      if (this.held.length === 0) break
      while (this.held.length > 0) {
        this.answer(this.held)
        if (++answered % 50 === 0) await undefined
      }
    }
    const results = await settled
    await this.compare(plan, results)
    return answered
  }

  private call({ id, kind, patch, strategy, refused }: Plan): Promise<unknown> {
    const key = `${strategy} ${id}`
    const list = this.refused.get(key)
    if (list) list.push(refused)
    else this.refused.set(key, [refused])
    const options = { writeStrategy: strategy }
    if (kind === 'add') return this.store.addOne({ ...(patch as Todo), id }, options)
    return kind === 'update' ? this.store.updateOne(id, patch, options) : this.store.deleteOne(id, options)
  }

  /** Answers one of the requests, any. */
  private answer(held: Held[]): void {
    const at = Math.floor(this.random() * held.length)
    const { answer, ids } = held[at]!
    held[at] = held.at(-1)!
    held.pop()
    answer({
      results: ids.map((key) => {
        const refused = this.refused.get(key)!.shift()!
        return refused ? { ok: false, error: { code: 'conflict', message: 'refused by the benchmark' } } : { ok: true }
      }),
    })
  }

  private async compare(plan: Plan[], results: PromiseSettledResult<unknown>[]): Promise<void> {
    const expected = replay(makeRows(this.rows), plan)
    const rows = new Map((await this.store.getAll()).map((row) => [row.id, row]))
    if (rows.size !== expected.size) throw new Error(`in flight: ${rows.size} rows are left instead of ${expected.size}`)
    for (const [id, row] of expected) {
      if (text(rows.get(id)) !== text(row)) throw new Error(`in flight: ${text(rows.get(id))} instead of ${text(row)}`)
    }
    results.forEach(({ status }, i) => {
      if (plan[i]!.refused && status === 'fulfilled') throw new Error(`in flight: the refused write ${i} was confirmed`)
    })
  }

  /** Has the rows as they were at first, in another order. */
  async putBack(): Promise<void> {
    const first = makeRows(this.rows)
    const there = new Set(first.map(({ id }) => id))
    const gone = (await this.store.getAll()).filter(({ id }) => !there.has(id))
    await channelOf(this.store).writeback([
      ...gone.map(({ id }) => ({ id, deleted: true })),
      ...shuffled(first, 1).map((row) => ({ ...row, version: 1 })),
    ])
    await this.store.getAll()
    this.refused.clear()
  }
}

const text = (row: object | undefined): string => JSON.stringify(row && Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Megabytes of all there is, when what is garbage is gone. */
async function memory(settleMs: number): Promise<{ heap: number; wasm: number }> {
  await pause(settleMs / 2)
  await heapBytes()
  await pause(settleMs / 2)
  return { heap: (await heapBytes()) / MB, wasm: wasmBytes() / MB }
}

async function measure({ rows, inFlight, settleMs }: Sizes): Promise<Record<string, number>> {
  const flight = await Flight.open(Math.min(rows, 2_000))
  let seed = 0
  const flights = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      await flight.fly(inFlight, ++seed)
      await flight.putBack()
    }
  }
  await flights()
  const before = await memory(settleMs)
  await flights()
  const after = await memory(settleMs)
  await flight.client.dispose()
  return { before: before.heap, after: after.heap, wasmBefore: before.wasm, wasmAfter: after.wasm }
}

export default {
  unit: 'MB',
  rounds: 3,
  freshPages: true,
  sides: { flight: measure },
  lines: [
    { what: '10,000 writes in flight, 10% refused: JS heap; plain: before', plain: 'flight.before', atoma: 'flight.after', target: 1.05 },
    { what: '10,000 writes in flight: wasm memory; plain: before', plain: 'flight.wasmBefore', atoma: 'flight.wasmAfter', target: 1 },
  ],
} satisfies Work
