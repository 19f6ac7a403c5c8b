// A random walk over the whole store API, beside a plain Map. After each step every answer, the identity of
// every held row and every live result is compared. SEED=… brings a walk back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { type ModelChange, ModelStore, type ModelRow, type Outcome } from './model-store.js'
import { answer, type ModelQuery } from './query-model.js'
import { assertAlike, bad, channel, gc, ids, type Loose, open, type LooseStore, Random, turn, type Watch } from './support.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
const steps = Number(process.env['STEPS'] ?? 700)

const queries: (ModelQuery | undefined)[] = [
  undefined,
  { filter: { n: { gte: 2 } }, sort: [{ field: 'n', dir: 'desc' }] },
  { filter: { op: 'or', args: [{ s: 'a' }, { 'o.a': { exists: true } }] }, limit: 5 },
  { sort: [{ field: 's' }, { field: 'n' }], offset: 3, limit: 4 },
  { filter: { op: 'not', arg: { tags: { has: 'x' } } }, sort: [{ field: 'version', dir: 'desc' }] },
  { filter: { id: { in: ['k1', 'k2', 'k3'] } } },
]

interface View {
  live: Watch<Loose>
  query: ModelQuery | undefined
  /** What was told last, or at subscription. */
  seen: readonly Loose[]
  told: Loose[][]
}

class Walk {
  readonly model = new ModelStore()
  readonly views: View[] = []
  /** Rows that the walk holds on to, by id: reading must give these very objects until they change. */
  readonly held = new Map<string, Loose>()
  private serial = 0

  constructor(
    readonly random: Random,
    readonly store: LooseStore,
  ) {}

  id(): string {
    return this.random.below(40) === 0 ? this.random.pick(['😀', '\ud800', '__proto__', 'a\0b']) : `k${this.random.below(60)}`
  }

  value(): unknown {
    const { random } = this
    return random.pick<() => unknown>([
      () => random.below(6), () => random.pick([0, -0, NaN, 1.5, Infinity]), () => random.pick(['a', 'b', 'é', '', '\ud800', 'l'.repeat(random.below(400))]),
      () => random.below(2) === 0, () => null, () => new Date(random.pick([0, 5, NaN])), () => new Uint8Array([random.below(3)]),
      () => Array.from({ length: random.below(3) }, () => random.pick(['x', 'y', 1, null, { z: 1 }])), () => ({ a: random.below(3), b: random.pick(['p', [1]]) }),
      () => ({ nest: { deep: [random.below(2), 'long text '.repeat(random.below(30))] } }),
    ])()
  }

  fields(): Record<string, unknown> {
    const { random } = this
    const patch: Record<string, unknown> = {}
    if (random.below(2)) patch['n'] = random.pick<unknown>([0, -0, 1, 2, 3, 4, NaN, undefined])
    if (random.below(2)) patch['s'] = random.pick<unknown>(['a', 'b', 'c', '😀', undefined])
    if (random.below(3) === 0) patch['o'] = random.pick<unknown>([{ a: 1 }, { a: { b: 1 } }, 5, undefined])
    if (random.below(3) === 0) patch['tags'] = random.pick<unknown>([['x'], ['x', 'y'], [], undefined])
    if (random.below(3) === 0) patch[`v${random.below(6)}`] = random.below(4) ? this.value() : undefined
    if (random.below(60) === 0) patch[`once${this.serial++}`] = 1
    if (random.below(40) === 0) patch['bad'] = () => 1
    return patch
  }

  item(): Loose {
    const row: Record<string, unknown> = { id: this.id(), ...this.fields() }
    if (this.random.below(12) === 0) delete row['id']
    if (this.random.below(40) === 0) row['id'] = this.random.pick<unknown>([5, '', null])
    if (this.random.below(6) === 0) row['version'] = this.random.below(4)
    return row as Loose
  }

  many<T>(make: () => T): T[] {
    const { random } = this
    return Array.from({ length: random.below(30) === 0 ? random.below(3000) : random.below(8) }, make)
  }

  change(): ModelChange & { change: unknown } {
    const patch = this.fields()
    if (this.random.below(2)) return { change: patch, patch, apply: (row) => ({ ...row, ...patch }) }
    const mode = this.random.pick(['draft', 'return', 'whole', 'throw'])
    const thrown = new Error('the updater’s own')
    return {
      change: (draft: Loose) => {
        if (mode === 'throw') throw thrown
        if (mode === 'whole') return { id: draft.id, ...patch }
        Object.assign(draft, patch)
        return mode === 'return' ? draft : undefined
      },
      apply: (row) => (mode === 'throw' ? 'throw' : mode === 'whole' ? { id: row.id, ...patch } : { ...row, ...patch }),
    }
  }

  async step(): Promise<void> {
    const { random, model, store } = this
    const kind = random.pick(['add', 'addMany', 'update', 'updateMany', 'upsert', 'upsertMany', 'delete', 'deleteMany', 'writeback', 'read', 'watch', 'unwatch', 'drop'])
    const options = { conflict: random.pick(['cas', 'lww'] as const), apply: random.pick(['merge', 'replace'] as const) }
    if (kind === 'add') {
      const item = this.item()
      await this.one(store.addOne(item), (made) => model.add(item, made))
    } else if (kind === 'addMany') {
      const items = this.many(() => this.item())
      await this.all(store.addMany(items), items.map((item) => (made) => model.add(item, made)))
    } else if (kind === 'update') {
      const [id, change] = [this.id(), this.change()]
      await this.one(store.updateOne(id, bad(change.change)), () => model.update(id, change))
    } else if (kind === 'updateMany') {
      const items = this.many(() => ({ id: this.id(), ...this.change() }))
      await this.all(store.updateMany(items.map(({ id, change }) => ({ id, change: bad(change) }))), items.map((item) => () => model.update(item.id, item)))
    } else if (kind === 'upsert') {
      const item = this.item()
      await this.one(store.upsertOne(item, options), () => model.upsert(item, options))
    } else if (kind === 'upsertMany') {
      const items = this.many(() => this.item())
      await this.all(store.upsertMany(items, options), items.map((item) => () => model.upsert(item, options)))
    } else if (kind === 'delete') {
      const id = this.id()
      assert.equal(await store.deleteOne(id), model.delete(id))
    } else if (kind === 'deleteMany') {
      const list = this.many(() => this.id())
      const results = await store.deleteMany(list)
      assert.deepEqual(results, list.map((id, index) => ({ index, ok: true, value: model.delete(id) })))
    } else if (kind === 'writeback') {
      const items = this.many(() => (random.below(4) ? { ...this.fields(), bad: undefined, id: this.id(), version: random.below(9) } : { id: this.id(), deleted: true }))
      await channel(store).writeback(items)
      for (const item of items) model.writeback(item)
    } else if (kind === 'read') {
      const list = this.many(() => this.id())
      assertAlike(await store.getMany(list), list.map((id) => model.rows.get(id)).filter((row) => row !== undefined))
      const one = this.id()
      assertAlike(await store.getOne(one), model.rows.get(one))
    } else if (kind === 'watch') {
      if (this.views.length < 12) this.subscribe(random.pick(queries))
    } else if (kind === 'unwatch') {
      if (this.views.length > 0) this.views.splice(random.below(this.views.length), 1)[0]!.live.unsubscribe()
    } else if (random.below(3) === 0) {
      this.held.clear()
      await gc()
    }
  }

  /** A single write: its promise against the model's outcome, the object against what reading gives. */
  private async one(call: Promise<Loose>, apply: (made: string) => Outcome): Promise<void> {
    const now = await call.then((row) => ({ row }), (error: Error & { code?: string }) => ({ error }))
    const expected = apply('row' in now ? now.row.id : '')
    if (typeof expected === 'string') {
      assert.ok('error' in now, `expected ${expected}`)
      assert.equal(now.error.code ?? 'throw', expected)
      return
    }
    if ('error' in now) throw now.error
    assertAlike(now.row, expected, 'the row of a write')
    assert.equal(await this.store.getOne(expected.id), now.row)
  }

  /** Many writes: item by item, in order. */
  private async all(call: ReturnType<LooseStore['addMany']>, applies: ((made: string) => Outcome)[]): Promise<void> {
    const results = await call
    assert.equal(results.length, applies.length)
    const last = new Map<string, Loose>()
    applies.forEach((apply, i) => {
      const result = results[i]!
      assert.equal(result.index, i)
      const expected = apply(result.ok ? result.value.id : '')
      if (typeof expected === 'string') {
        assert.ok(!result.ok, `item ${i}: expected ${expected}`)
        assert.equal(result.error.code, expected === 'throw' ? 'invalid_input' : expected)
        return
      }
      if (!result.ok) throw result.error
      assertAlike(result.value, expected, `item ${i}`)
      last.set(result.value.id, result.value)
    })
    for (const [id, row] of last) assert.equal(await this.store.getOne(id), row, 'the last result of an id is the row')
  }

  private subscribe(query: ModelQuery | undefined): void {
    const view: View = { query, told: [], seen: [], live: undefined as never }
    view.live = watch(this.store, bad(query), ({ data }) => view.told.push(data))
    view.seen = [...view.live.current.data]
    this.views.push(view)
  }

  async check(): Promise<void> {
    const { model, store, held } = this
    const all = await store.getAll()
    assertAlike(all, answer(model.rows.values()), 'getAll')
    assert.equal(await store.count(), model.rows.size)
    for (const id of model.touched) held.delete(id)
    model.touched.clear()
    for (const row of all) {
      const before = held.get(row.id)
      if (before) assert.equal(row, before, 'a row that did not change keeps its object')
      if (this.random.below(3)) held.set(row.id, row)
    }
    const byId = new Map(all.map((row) => [row.id, row]))
    await turn()
    for (const view of this.views) this.checkView(view, byId)
  }

  private checkView(view: View, byId: Map<string, Loose>): void {
    const { data } = view.live.current
    const expected = answer(this.model.rows.values() as Iterable<ModelRow>, view.query)
    assert.deepEqual(ids(data), ids(expected), `a view of ${JSON.stringify(view.query)}`)
    for (const row of data) assert.equal(row, byId.get(row.id), 'a view’s rows are the rows')
    const changed = data.length !== view.seen.length || data.some((row, i) => row !== view.seen[i])
    assert.equal(view.told.length, changed ? 1 : 0, changed ? 'a changed view is told of, once a turn' : 'an unchanged view is not told of')
    if (changed) assert.equal(view.told[0], data)
    view.told.length = 0
    view.seen = [...data]
  }
}

test('a random walk over the store API agrees with a Map', async () => {
  console.log(`model: SEED=${seed} STEPS=${steps}`)
  const random = new Random(seed)
  const client = await open<{ Thing: Loose }>()
  const walk = new Walk(random, client.stores.Thing)
  for (let i = 0; i < steps; i++) {
    try {
      await walk.step()
      await walk.check()
    } catch (error) {
      ;(error as Error).message = `SEED=${seed}, step ${i}: ${(error as Error).message}`
      throw error
    }
  }
})
