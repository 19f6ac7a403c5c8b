// The processors of a schema: what they are given, and what becomes of what they give.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldExecutor, refusal, registering, settled, stateOf } from './held-executor.js'
import { bad, failureAt, type Loose, type LooseStore, open, rejects, valueAt } from './support.js'
import type { Processors, ProcessorContext } from '../../../dist/npm/index.js'

async function processed(processor: Processors<Loose>, held?: HeldExecutor): Promise<LooseStore> {
  const client = await open<{ Thing: Loose }>({
    schema: { Thing: { processor } },
    plugins: held ? [registering(held.executor)] : [],
  })
  return client.stores.Thing
}

test('inbound sees the whole new row and makes what is stored, during the call', async () => {
  const seen: [Loose, ProcessorContext][] = []
  const store = await processed({
    inbound: (row, context) => {
      seen.push([{ ...row }, context])
      return { ...row, title: String(row['title']).trim() }
    },
  })
  const added = store.addOne({ id: 'a', title: ' x ', n: 1 })
  const updated = store.updateOne('a', { title: ' y ' })
  const upserted = store.upsertOne({ id: 'a', n: 2 })
  assert.deepEqual(await store.getOne('a'), { id: 'a', title: 'y', n: 2, version: 3 })
  assert.deepEqual(await added, { id: 'a', title: 'x', n: 1, version: 1 })
  assert.deepEqual(await updated, { id: 'a', title: 'y', n: 1, version: 2 })
  assert.equal(await upserted, await store.getOne('a'))
  assert.deepEqual(seen.map(([row]) => row), [
    { id: 'a', title: ' x ', n: 1, version: 1 },
    { id: 'a', title: ' y ', n: 1, version: 2 },
    { id: 'a', title: 'y', n: 2, version: 3 },
  ])
  assert.deepEqual(seen.map(([, { storeName, action }]) => [storeName, action]), [
    ['Thing', 'add'],
    ['Thing', 'update'],
    ['Thing', 'upsert'],
  ])
  const [, context] = seen[0]!
  assert.equal(context.opContext.origin, 'user')
  assert.equal(typeof context.traceId, 'string')
})

test('a processor may change its copy and give it back, deeply', async () => {
  const input = { id: 'a', tags: ['x'], meta: { n: 1 } }
  const store = await processed({
    inbound: (row) => {
      ;(row['tags'] as string[]).push('y')
      ;(row['meta'] as { n: number }).n++
      delete row['gone']
      return row
    },
  })
  const row = await store.addOne({ ...input, gone: 1 })
  assert.deepEqual(row, { id: 'a', tags: ['x', 'y'], meta: { n: 2 }, version: 1 })
  assert.deepEqual(input, { id: 'a', tags: ['x'], meta: { n: 1 } })
  assert.ok(Object.isFrozen(row) && Object.isFrozen(row['tags']))
})

test('later items of a many-write build on what processors made of earlier ones', async () => {
  const store = await processed({ inbound: (row) => ({ ...row, n: (row['n'] as number) * 10 }) })
  await store.addOne({ id: 'a', n: 1 })
  const results = await store.updateMany([
    { id: 'a', change: { m: 1 } },
    { id: 'a', change: (draft) => void (draft['k'] = 1) },
    { id: 'nobody', change: { m: 1 } },
  ])
  assert.equal(valueAt(results, 0)['n'], 100)
  assert.equal(valueAt(results, 1)['n'], 1000)
  failureAt(results, 2, 'not_found')
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 1000, m: 1, k: 1, version: 3 })
})

test('a row without id has the one it will keep', async () => {
  const seen: string[] = []
  const store = await processed({ inbound: (row) => (seen.push(row.id), row) })
  const rows = (await store.addMany([bad({}), bad({}), bad({})])).map((result) => (result.ok ? result.value.id : ''))
  assert.deepEqual(rows, seen)
  assert.deepEqual([...rows].sort(), rows)
  assert.equal(new Set(rows).size, 3)
  assert.match(rows[0]!, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

for (const [name, validate] of [
  ['false', () => false],
  ['a throw', () => { throw new RangeError('too long') }],
  ['a promise of false', async () => false],
  ['a rejection', async () => { throw new RangeError('too long') }],
] as [string, () => unknown][]) {
  test(`validate refuses by ${name}`, async () => {
    const store = await processed({ validate })
    const error = await rejects(store.addOne({ id: 'a' }), 'invalid_input')
    assert.deepEqual(error.details, { store: 'Thing', id: 'a' })
    if (!name.includes('false')) assert.ok(error.cause instanceof RangeError)
    assert.equal(await store.getOne('a'), undefined)
    failureAt(await store.addMany([{ id: 'b' }]), 0, 'invalid_input')
    failureAt(await store.upsertMany([{ id: 'b' }]), 0, 'invalid_input')
  })
}

test('validate sees what inbound made, and undefined is consent', async () => {
  const store = await processed({
    inbound: async (row) => ({ ...row, n: 5 }),
    validate: (row) => { if (row['n'] !== 5) throw new Error('inbound did not run') },
  })
  assert.deepEqual(await store.addOne({ id: 'a' }), { id: 'a', n: 5, version: 1 })
})

const noRows: [string, (row: Loose) => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a string', () => 'row'],
  ['an array', () => []],
  ['an instance', () => new Map()],
  ['another id', (row) => ({ ...row, id: 'other' })],
  ['no id', ({ id, ...row }) => row],
  ['a function inside', (row) => ({ ...row, f: () => {} })],
  ['a promise of nothing', async () => undefined],
]

for (const [name, inbound] of noRows) {
  test(`inbound that gives ${name} is invalid_input`, async () => {
    const store = await processed({ inbound: inbound as never })
    const error = await rejects(store.addOne({ id: 'a' }), 'invalid_input')
    assert.match(error.message, /inbound/)
    assert.equal(await store.getOne('a'), undefined)
  })
}

test('an asynchronous processor has later calls of the store wait, and keeps their order', async () => {
  const gates: (() => void)[] = []
  const store = await processed({ inbound: (row) => (row['slow'] ? new Promise((resolve) => gates.push(() => resolve(row as never))) : row) as Loose })
  const order: string[] = []
  const first = store.addOne({ id: 'a', slow: true, n: 1 }).then(() => order.push('add'))
  const second = store.updateOne('a', { slow: false, n: 2 }).then(() => order.push('update'))
  const third = store.addOne({ id: 'b' }).then(() => order.push('other'))
  await settled()
  assert.deepEqual(await store.getAll(), [])
  gates.shift()!()
  await Promise.all([first, second, third])
  assert.deepEqual(order, ['add', 'update', 'other'])
  assert.deepEqual(await store.getOne('a'), { id: 'a', slow: false, n: 2, version: 2 })
})

test('updaters of calls that wait run during the call, on what will be', async () => {
  const gates: (() => void)[] = []
  const store = await processed({ inbound: (row) => new Promise((resolve) => gates.push(() => resolve(row as never))) as never })
  const added = store.addOne({ id: 'a', n: 0 })
  const increment = (draft: Loose): void => void (draft['n'] = (draft['n'] as number) + 1)
  let ran = 0
  const updates = [1, 2, 3].map(() => store.updateOne('a', (draft) => (ran++, increment(draft))))
  for (let i = 0; i < 4; i++) {
    await settled()
    gates.shift()!()
  }
  await added
  await Promise.all(updates)
  assert.equal(ran, 3)
  assert.equal((await store.getOne('a'))!['n'], 3)
})

test('input of a call that waits is read during the call', async () => {
  let open_ = (): void => {}
  const store = await processed({ inbound: (row) => (row.id === 'slow' ? new Promise((resolve) => (open_ = () => resolve(row as never))) : row) as Loose })
  const slow = store.addOne({ id: 'slow' })
  const input = { id: 'a', n: 1, list: [1] }
  const added = store.addMany([input])
  input.n = 2
  input.list.push(2)
  await settled()
  open_()
  await slow
  assert.deepEqual(valueAt(await added, 0), { id: 'a', n: 1, list: [1], version: 1 })
})

test('outbound makes what is sent and leaves what is stored', async () => {
  const held = new HeldExecutor()
  const store = await processed({ outbound: async (row) => ({ ...row, title: 'sealed', version: 99 }) }, held)
  const added = store.addMany([{ id: 'a', title: 'x' }, { id: 'b', title: 'y' }])
  assert.equal((await store.getOne('a'))!['title'], 'x')
  const { entries, answer } = await held.next()
  assert.deepEqual(entries.map(({ value }) => value), [
    { id: 'a', title: 'sealed', version: 1 },
    { id: 'b', title: 'sealed', version: 1 },
  ])
  await answer()
  assert.deepEqual(valueAt(await added, 0), { id: 'a', title: 'x', version: 1 })
})

test('a row that outbound refuses is rolled back, and the others are sent', async () => {
  const held = new HeldExecutor()
  const boom = new TypeError('boom')
  const store = await processed({ outbound: (row) => { if (row.id === 'a') throw boom; return row } }, held)
  const added = store.addMany([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const { entries, answer } = await held.next()
  assert.deepEqual(entries.map(({ id }) => id), ['b', 'c'])
  await answer([{ ok: true }, refusal()])
  const results = await added
  assert.equal(failureAt(results, 0, 'invalid_input').error.cause, boom)
  assert.equal(valueAt(results, 1).id, 'b')
  failureAt(results, 2, 'conflict')
  assert.deepEqual((await store.getAll()).map(({ id }) => id), ['b'])
})

test('when outbound refuses all, nothing is sent', async () => {
  const held = new HeldExecutor()
  const store = await processed({ outbound: () => { throw new Error('never') } }, held)
  await rejects(store.addOne({ id: 'a' }), 'invalid_input')
  assert.equal(held.requests.length, 0)
  assert.deepEqual(await store.getAll(), [])
})

test('writeback sees rows that the backend gives and makes what is stored', async () => {
  const held = new HeldExecutor()
  const actions: string[] = []
  const store = await processed(
    { writeback: async (row, { action }) => { actions.push(action); return { ...row, back: true } } },
    held,
  )
  const added = store.addMany([{ id: 'a' }, { id: 'b' }])
  await (await held.next()).answer([{ ok: true, value: { id: 'a', s: 1 }, version: 4 }, { ok: true, version: 2 }])
  const results = await added
  assert.deepEqual(valueAt(results, 0), { id: 'a', s: 1, back: true, version: 4 })
  assert.deepEqual(valueAt(results, 1), { id: 'b', version: 2 })
  assert.deepEqual(actions, ['add'])
})

test('a writeback processor that throws fails that item only', async () => {
  const held = new HeldExecutor()
  const store = await processed({ writeback: (row) => { if (row.id === 'a') throw new Error('no'); return row } }, held)
  const added = store.addMany([{ id: 'a' }, { id: 'b' }])
  await (await held.next()).answer([{ ok: true, value: { id: 'a' } }, { ok: true, value: { id: 'b', s: 1 } }])
  const results = await added
  failureAt(results, 0, 'invalid_input')
  assert.equal(valueAt(results, 1)['s'], 1)
  assert.equal(await store.getOne('a'), undefined)
})

test('calls that a processor makes wait behind its own', async () => {
  let inner: Promise<Loose> | undefined
  const store: LooseStore = await processed({
    inbound: (row) => {
      if (row.id === 'a') inner = store.addOne({ id: 'b' })
      return row
    },
  })
  const added = store.addOne({ id: 'a' })
  assert.equal((await added).id, 'a')
  assert.equal((await inner!).id, 'b')
})

test('a processor that never answers is waited for no longer than the caller likes', async () => {
  const store = await processed({ inbound: (row) => (row.id === 'a' ? new Promise(() => {}) : row) as Loose })
  const controller = new AbortController()
  const stuck = store.addOne({ id: 'a' }, { signal: controller.signal })
  const next = store.addOne({ id: 'b' })
  assert.equal(await stateOf(next), 'pending')
  controller.abort()
  await rejects(stuck, 'aborted')
  assert.equal((await next).id, 'b')
  assert.equal(await store.getOne('a'), undefined)
})

test('updaters of calls that wait build on each other', async () => {
  const store = await processed({ inbound: async (row) => row })
  await store.addMany([{ id: 'a', n: 0 }, { id: 'b', n: 0 }])
  const increment = (draft: Loose): void => void (draft['n'] = (draft['n'] as number) + 1)
  const calls = [
    store.updateOne('a', increment),
    store.updateOne('a', increment),
    store.updateMany([{ id: 'a', change: increment }, { id: 'b', change: increment }, { id: 'a', change: increment }]),
    store.upsertOne({ id: 'b', n: 10 }),
    store.updateOne('b', increment),
    store.deleteOne('a'),
  ]
  const gone = store.updateOne('a', increment)
  await rejects(gone, 'not_found')
  const [first] = (await Promise.all(calls)) as [Loose]
  assert.equal(first['n'], 1)
  assert.deepEqual(await store.getAll(), [{ id: 'b', n: 11, version: 4 }])
})

test('an item that fails does not keep those behind it waiting', async () => {
  const store = await processed({ inbound: async (row) => { if (row['bad']) throw new Error('bad'); return row } })
  const results = store.addMany([{ id: 'a', bad: true }, { id: 'b' }])
  const after = store.addOne({ id: 'a' })
  failureAt(await results, 0, 'invalid_input')
  assert.equal(valueAt(await results, 1).id, 'b')
  assert.equal((await after).id, 'a')
})

test('keys named __proto__ are plain data on the way in and out', async () => {
  const held = new HeldExecutor()
  const store = await processed({ inbound: (row) => row, outbound: (row) => row }, held)
  const input = JSON.parse('{"id":"a","__proto__":{"x":1}}') as Loose
  const added = store.addOne(input)
  const { entries, answer } = await held.next()
  assert.deepEqual(Object.keys(entries[0]!.value!), ['id', '__proto__', 'version'])
  await answer()
  assert.ok(Object.hasOwn(await added, '__proto__'))
})
