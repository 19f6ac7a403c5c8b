// A client that is the only one to write must never be set back by its own
// reads: whenever nothing is under way, it has what the backend has, however
// old the answers were that came meanwhile.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WriteItemResult } from '../../../dist/npm/index.js'
import { peek, remote, type QueryCall, type Remote, type WriteCall } from './remote-support.js'
import { alike, assertAlike, ids, Random, turn, type Loose } from './support.js'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const runs = 60
const steps = 60

class Schedule {
  private readonly rows = new Map<string, Loose & { version: number }>()
  private readonly committed: { call: WriteCall; results: WriteItemResult[] }[] = []
  private readonly sent: WriteCall[] = []
  private readonly asked: QueryCall[] = []
  private readonly looked: { call: QueryCall; data: Loose[] }[] = []
  private readonly reads: Promise<unknown>[] = []
  /** The backend confirms without saying a version: then nobody can tell whether a row that it gave had the write in it, and versions may differ. */
  private readonly silent: boolean

  constructor(
    private readonly it: Remote,
    private readonly random: Random,
  ) {
    this.silent = random.below(4) === 0
  }

  async run(): Promise<void> {
    await this.settle()
    for (let i = 0; i < steps; i++) {
      this.random.pick([this.write, this.write, this.read, this.commit, this.look, this.look, this.confirm, this.answer, this.answer]).call(this)
      if (this.random.below(3) > 0) await this.take()
      if (this.random.below(20) === 0) await this.settle()
    }
    await this.settle()
  }

  private readonly write = (): void => {
    const { things } = this.it
    const id = this.random.pick(names)
    const n = this.random.below(5)
    const write = this.random.pick([() => things.addOne({ id, n }), () => things.updateOne(id, { n }), () => things.updateOne(id, { x: n }), () => things.deleteOne(id)])
    write().catch(() => {})
  }

  private readonly read = (): void => {
    const { things } = this.it
    const n = this.random.below(5)
    const some = [this.random.pick(names), this.random.pick(names)]
    const read = this.random.pick<() => Promise<unknown>>([
      () => things.getAll(),
      () => things.count(),
      () => things.getMany(some),
      () => things.findMany({ filter: { n: { gte: n } } }),
      () => things.findMany({ sort: [{ field: 'n' }], limit: 2 }),
    ])
    this.reads.push(read())
  }

  /** The backend carries out a request, whose answer is under way then. */
  private readonly commit = (): void => {
    const call = this.takeOne(this.sent)
    if (!call) return
    // what was sent in one request after what is refused of it has that in it, so the backend says what it has
    const refused = new Set<string>()
    const results = call.request.entries.map(({ action, id, value }): WriteItemResult => {
      const row = this.rows.get(id)
      if (this.random.below(6) === 0 || (action === 'add') !== (row === undefined)) {
        refused.add(id)
        return { ok: false, error: { code: 'conflict', message: 'the test refuses this' } }
      }
      if (action === 'delete') {
        this.rows.delete(id)
        return { ok: true }
      }
      const { version: _, ...fields } = value!
      // a write that changes nothing, as what it was to undo has been refused, makes no version on either side
      const version = row && alike({ ...fields, version: row.version }, row) ? row.version : (row?.version ?? 0) + 1
      this.rows.set(id, { ...fields, id, version })
      if (this.silent && !refused.has(id)) return { ok: true }
      return !refused.has(id) && this.random.below(2) === 0 ? { ok: true, version } : { ok: true, value: { ...fields, version } }
    })
    this.committed.push({ call, results })
  }

  /** The backend looks up what a query asks for; the answer is under way then. */
  private readonly look = (): void => {
    const call = this.takeOne(this.asked)
    if (!call) return
    const { filter, limit } = call.request.query as { filter?: { op?: string; values?: string[]; n?: { gte: number } }; limit?: number }
    let data = [...this.rows.values()].filter(({ id, n }) => (filter?.values ? filter.values.includes(id) : filter?.n ? typeof n === 'number' && n >= filter.n.gte : true))
    if (limit !== undefined) data = data.sort((a, b) => Number(a['n']) - Number(b['n']) || (a.id < b.id ? -1 : 1)).slice(0, limit)
    this.looked.push({ call, data })
  }

  private readonly confirm = (): void => {
    const next = this.takeOne(this.committed)
    next?.call.answer({ results: next.results })
  }

  private readonly answer = (): void => {
    const next = this.takeOne(this.looked)
    next?.call.answer({ data: next.data })
  }

  /** Lets everything under way arrive, and compares. */
  private async settle(): Promise<void> {
    const all = this.it.things.getAll()
    this.reads.push(all)
    for (;;) {
      await this.take()
      if (this.sent.length + this.committed.length + this.asked.length + this.looked.length === 0) break
      this.random.pick([this.commit, this.confirm, this.look, this.answer])()
    }
    await Promise.all(this.reads.splice(0))
    const shown = (row: object | undefined) => row && (this.silent ? { ...row, version: 0 } : row)
    assertAlike(names.map((id) => shown(peek(this.it.things, id))), names.map((id) => shown(this.rows.get(id))), 'rows')
    const found = ids(await all)
    assert.deepEqual(found, [...new Set(found)].sort())
  }

  private async take(): Promise<void> {
    await turn()
    this.sent.push(...this.it.backend.writes.splice(0))
    this.asked.push(...this.it.backend.queries.splice(0))
  }

  private takeOne<T>(list: T[]): T | undefined {
    return list.length === 0 ? undefined : list.splice(this.random.below(list.length), 1)[0]
  }
}

test('answers of any age, in any order, never set a client back', async () => {
  const first = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  const count = process.env['SEED'] === undefined ? runs : 1
  for (let i = 0; i < count; i++) {
    const seed = (first + i) >>> 0
    const it = await remote({}, (backend) => (backend.consistency = { base: 'cache' }))
    try {
      await new Schedule(it, new Random(seed)).run()
    } catch (error) {
      console.log(`replay with SEED=${seed}`)
      throw error
    }
    await it.client.dispose()
  }
})
