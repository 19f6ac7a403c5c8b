// Groups and metrics: one-shot and live, against a naive model.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, watchAggregate } from '../../../dist/npm/index.js'
import { cell, compareCells, equal, matches, type ModelFilter } from './query-model.js'
import { alike, assertAlike, bad, capture, type Loose, open, openStore, Random, rejects, throws, turn } from './support.js'

type Spec = { filter?: ModelFilter; groupBy?: string[]; metrics: Record<string, 'count' | { [kind: string]: string }> }

/** Sums of whole numbers, so that the order of adding does not matter. */
function model(rows: readonly Loose[], { filter, groupBy = [], metrics }: Spec): Record<string, unknown>[] {
  const groups: { key: unknown[]; rows: Loose[] }[] = groupBy.length === 0 ? [{ key: [], rows: [] }] : []
  for (const row of rows) {
    if (filter && !matches(row, filter)) continue
    const key = groupBy.map((field) => cell(row, field) ?? null)
    const known = groups.find((group) => group.key.every((v, i) => equal(v, key[i])))
    if (known) known.rows.push(row)
    else groups.push({ key, rows: [row] })
  }
  groups.sort((a, b) => a.key.map((v, i) => compareCells(v, b.key[i], false)).find((order) => order !== 0) ?? 0)
  return groups.map((group) => {
    const out: Record<string, unknown> = Object.fromEntries(groupBy.map((field, i) => [field, group.key[i]]))
    for (const [name, metric] of Object.entries(metrics)) out[name] = compute(group.rows, metric)
    return out
  })
}

function compute(rows: readonly Loose[], metric: Spec['metrics'][string]): unknown {
  if (metric === 'count') return rows.length
  const [kind, field] = Object.entries(metric)[0]!
  const cells = rows.map((row) => cell(row, field)).filter((v) => v !== null && v !== undefined)
  if (kind === 'count') return cells.length
  const numbers = cells.filter((v) => typeof v === 'number')
  const sum = numbers.reduce((total, v) => total + v, 0)
  if (kind === 'sum') return numbers.length === 0 ? null : sum
  if (kind === 'avg') return numbers.length === 0 ? null : sum / numbers.length
  const ordered = cells.filter((v) => !Number.isNaN(typeof v === 'object' && !(v instanceof Date) ? 0 : Number(typeof v === 'string' ? 0 : v))).sort((a, b) => compareCells(a, b, false))
  return ordered.length === 0 ? null : kind === 'min' ? ordered[0] : ordered.at(-1)
}

const products: Loose[] = [
  { id: 'a', kind: 'fruit', price: 3, stock: 10, meta: { color: 'red' } }, { id: 'b', kind: 'fruit', price: 5, stock: null, meta: { color: 'red' } },
  { id: 'c', kind: 'nut', price: 8 }, { id: 'd', kind: null, price: 1, meta: { color: 'blue' } }, { id: 'e', price: 'free' },
]

test('groups with counts, sums, averages, minima and maxima; nulls are left out as in SQL', async () => {
  const store = await openStore()
  await store.addMany(products)
  const rows = await aggregate(store, { groupBy: ['kind'], metrics: { n: 'count', priced: { count: 'price' }, stocked: { count: 'stock' }, sum: { sum: 'stock' }, avg: { avg: 'price' }, min: { min: 'price' }, max: { max: 'price' } } })
  assert.deepEqual(rows, [
    { kind: 'fruit', n: 2, priced: 2, stocked: 1, sum: 10, avg: 4, min: 3, max: 5 },
    { kind: 'nut', n: 1, priced: 1, stocked: 0, sum: null, avg: 8, min: 8, max: 8 },
    { kind: null, n: 2, priced: 2, stocked: 0, sum: null, avg: 1, min: 1, max: 'free' },
  ])
  assert.deepEqual(Object.keys(rows[0]!), ['kind', 'n', 'priced', 'stocked', 'sum', 'avg', 'min', 'max'])
})

test('without groupBy there is one group, also of no rows; with it, only groups with rows', async () => {
  const store = await openStore()
  const metrics = { n: 'count', sum: { sum: 'price' }, avg: { avg: 'price' }, min: { min: 'price' } } as const
  assert.deepEqual(await aggregate(store, { metrics }), [{ n: 0, sum: null, avg: null, min: null }])
  assert.deepEqual(await aggregate(store, { groupBy: ['kind'], metrics }), [])
  await store.addMany(products)
  assert.deepEqual(await aggregate(store, { filter: { kind: 'fruit' }, metrics }), [{ n: 2, sum: 8, avg: 4, min: 3 }])
  assert.deepEqual(await aggregate(store, { filter: { kind: 'none' }, groupBy: ['kind'], metrics }), [])
})

test('paths and several fields; no metrics at all', async () => {
  const store = await openStore()
  await store.addMany(products)
  assert.deepEqual(await aggregate(store, { groupBy: ['meta.color', 'kind'], metrics: { n: 'count' } }), [
    { 'meta.color': 'blue', kind: null, n: 1 }, { 'meta.color': 'red', kind: 'fruit', n: 2 }, { 'meta.color': null, kind: 'nut', n: 1 }, { 'meta.color': null, kind: null, n: 1 },
  ])
  assert.deepEqual(await aggregate(store, { groupBy: ['kind'], metrics: {} }), [{ kind: 'fruit' }, { kind: 'nut' }, { kind: null }])
})

test('live: current is right at once, the listener is told once a turn, unchanged groups keep identity', async () => {
  const store = await openStore()
  await store.addMany(products)
  const told: unknown[][] = []
  const live = watchAggregate(store, { groupBy: ['kind'], metrics: { n: 'count', sum: { sum: 'price' } } }, (rows) => told.push(rows))
  const first = live.current
  assert.equal(live.current, first)
  void store.updateOne('a', { price: 4 })
  assert.deepEqual(live.current[0], { kind: 'fruit', n: 2, sum: 9 })
  void store.updateOne('a', { price: 6 })
  await turn()
  assert.equal(told.length, 1)
  assert.equal(told[0], live.current)
  assert.equal(live.current[1], first[1])
  assert.equal(live.current[2], first[2])
  assert.deepEqual(first[0], { kind: 'fruit', n: 2, sum: 8 }, 'the earlier one is as it was')
  await store.updateOne('a', { meta: null })
  await store.addOne({ id: 'x', kind: 'nut', price: 0 })
  await store.deleteOne('x')
  await turn()
  assert.deepEqual(told.splice(1).length <= 2, true)
  const before = live.current
  void store.addOne({ id: 'y', kind: 'nut', price: 0 })
  void store.deleteOne('y')
  await turn()
  assert.equal(live.current, before, 'what comes and goes is no change')
  await store.deleteOne('c')
  await turn()
  assert.deepEqual(live.current.map(({ kind }) => kind), ['fruit', null])
  live.unsubscribe()
  live.unsubscribe()
  const { length } = told
  await store.deleteOne('a')
  await turn()
  assert.equal(told.length, length)
})

test('equal aggregates share one result; rows are frozen outside production', async () => {
  const store = await openStore()
  await store.addMany(products)
  const one = watchAggregate(store, { groupBy: ['kind'], metrics: { n: 'count' } }, () => {})
  const two = watchAggregate(store, { metrics: { n: 'count' }, groupBy: ['kind'] }, () => {})
  assert.equal(one.current, two.current)
  assert.ok(Object.isFrozen(one.current) && Object.isFrozen(one.current[0]))
  const errors = await capture('error', async () => {
    watchAggregate(store, { metrics: { n: 'count' } }, () => { throw new Error('mine') })
    await store.deleteOne('a')
  })
  assert.equal(errors.length, 1)
})

test('random aggregates equal the model, one-shot and live, after random writes', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`aggregate: SEED=${seed}`)
  const random = new Random(seed)
  const value = (): unknown => random.pick([undefined, null, 0, 1, 2, 3, -5, 'a', 'b', true, false, new Date(7), NaN])
  const row = (id: string): Loose => Object.fromEntries([['id', id], ...['g', 'h', 'n', 'm'].map((field) => [field, field === 'n' ? random.below(100) : value()]).filter(([field, v]) => v !== undefined && (field === 'm' || !Number.isNaN(v)))]) as Loose
  for (let world = 0; world < 5; world++) {
    const store = await openStore(world % 2 ? { schema: { Thing: { indexes: [{ field: 'g', type: 'string' }] } } } : {})
    await store.addMany(Array.from({ length: 40 }, (_, i) => row(`r${i}`)))
    const metric = (): Spec['metrics'][string] => random.pick(['count', { count: 'm' }, { sum: 'n' }, { avg: 'n' }, { min: 'm' }, { max: 'm' }, { min: 'n' }, { max: 'n' }] as const) as never
    const specs = Array.from({ length: 10 }, (): Spec => ({
      metrics: Object.fromEntries(Array.from({ length: random.below(4) }, (_, i) => [`x${i}`, metric()])),
      groupBy: ['g', 'h', 'h.x'].filter(() => random.below(2)),
      ...(random.below(2) ? { filter: { n: { gte: random.below(60) } } } : {}),
    }))
    const lives = specs.map((spec) => ({ spec, live: watchAggregate(store, bad(spec), () => {}) }))
    for (let round = 0; round < 60; round++) {
      const id = `r${random.below(50)}`
      if (random.below(3) === 0) await store.deleteOne(id)
      else if (random.below(3) === 0) await store.upsertMany(Array.from({ length: random.below(30) }, () => row(`r${random.below(50)}`)))
      else await store.upsertOne(row(id), { apply: random.pick(['merge', 'replace'] as const) })
      const stored = await store.getAll()
      for (const { spec, live } of lives) {
        const wanted = model(stored, spec)
        const where = `SEED=${seed} round ${round} ${JSON.stringify(spec)}`
        const fresh = await aggregate(store, bad(spec))
        // -0 and 0, and whichever of equal cells stands for its group, are one
        assertAlike(live.current, fresh, `${where}: live and fresh`)
        assert.ok(wanted.length === fresh.length && wanted.every((group, i) => Object.keys(group).every((key) => sameCell(group[key], (fresh[i] as Loose)[key]))), `${where}: ${JSON.stringify(fresh)} / ${JSON.stringify(wanted)}`)
      }
    }
    for (const { live } of lives) live.unsubscribe()
  }
})

function sameCell(a: unknown, b: unknown): boolean {
  return alike(a, b) || equal(a, b)
}

test('what is malformed is invalid_query, with the path', async () => {
  const store = await openStore()
  const wrong: [unknown, (string | number)[]][] = [
    [undefined, ['metrics']], [{}, ['metrics']], [{ metrics: [] }, ['metrics']], [{ metrics: { n: 'sum' } }, ['metrics', 'n']], [{ metrics: { n: { sum: 5 } } }, ['metrics', 'n', 'sum']], [{ metrics: { n: { median: 'x' } } }, ['metrics', 'n']],
    [{ metrics: {}, groupBy: 'kind' }, ['groupBy']], [{ metrics: {}, groupBy: [5] }, ['groupBy', 0]], [{ metrics: { kind: 'count' }, groupBy: ['kind'] }, ['metrics', 'kind']], [{ metrics: {}, filter: { n: { nope: 1 } } }, ['filter', 'n', 'nope']],
    [{ metrics: {}, limit: 5 }, ['limit']], [{ metrics: { n: () => 1 } }, ['metrics', 'n']],
  ]
  for (const [spec, path] of wrong) {
    const error = await rejects(aggregate(store, bad(spec)), 'invalid_query')
    assert.deepEqual(error.details?.path?.slice(0, path.length), path, error.message)
    throws(() => watchAggregate(store, bad(spec), () => {}), 'invalid_query')
  }
  await rejects(aggregate(bad('Thing'), { metrics: {} }), 'invalid_input')
  throws(() => watchAggregate(bad({}), { metrics: {} }, () => {}), 'invalid_input')
  throws(() => watchAggregate(store, { metrics: {} }, bad(5)), 'invalid_input')
  const client = await open<{ T: Loose }>()
  const { T } = client.stores
  await client.dispose()
  await rejects(aggregate(T, { metrics: {} }), 'disposed')
})
