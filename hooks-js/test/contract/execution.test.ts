// What an executor is given, and when.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldStore, settled } from './held-executor.js'
import { channel, failureAt, ids, type Loose, open, valueAt } from './support.js'

test('a write shows at once and reaches the executor in a microtask', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1 })
  assert.equal(held.requests.length, 0)
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 1, version: 1 })
  const request = await held.next()
  assert.equal(request.storeName, 'Thing')
  assert.equal(request.writeStrategy, 'direct')
  assert.equal(request.context.opContext.origin, 'user')
  assert.equal(typeof request.context.traceId, 'string')
  assert.equal(request.entries.length, 1)
  const { idempotencyKey, ...entry } = request.entries[0]!
  assert.deepEqual(entry, { action: 'add', id: 'a', value: { id: 'a', n: 1, version: 1 } })
  assert.ok(idempotencyKey.length > 3)
  await request.answer()
  assert.equal(await added, await store.getOne('a'))
})

test('entries of each kind carry the whole row, and upserts their options', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 1, m: 1 }, { id: 'b' }])
  const all = Promise.all([
    store.updateOne('a', { n: 2 }),
    store.upsertOne({ id: 'a', m: 2 }),
    store.upsertOne({ id: 'c', k: 1 }, { conflict: 'lww', apply: 'replace' }),
    store.deleteOne('b'),
  ])
  const { entries, answer } = await held.next()
  assert.deepEqual(
    entries.map(({ idempotencyKey, ...entry }) => entry),
    [
      { action: 'update', id: 'a', value: { id: 'a', n: 2, m: 1, version: 2 } },
      { action: 'upsert', id: 'a', value: { id: 'a', n: 2, m: 2, version: 3 }, options: { conflict: 'cas', apply: 'merge' } },
      { action: 'upsert', id: 'c', value: { id: 'c', k: 1, version: 1 }, options: { conflict: 'lww', apply: 'replace' } },
      { action: 'delete', id: 'b' },
    ],
  )
  assert.equal(new Set(entries.map(({ idempotencyKey }) => idempotencyKey)).size, 4)
  assert.ok(Object.isFrozen(entries) && Object.isFrozen(entries[0]) && Object.isFrozen(entries[0]!.value))
  await answer()
  assert.deepEqual((await all)[3], true)
})

test('writes of one run with equal contexts are one request, whatever other stores do in between', async () => {
  const { store, held, client } = await heldStore()
  const { Other } = client.stores
  void store.addOne({ id: 'a' })
  void Other.addOne({ id: 'o' })
  void store.addMany([{ id: 'b' }, { id: 'c' }])
  void store.addOne({ id: 'd' }, { opContext: {} })
  void store.addOne({ id: 'e' }, { opContext: { origin: 'user' } })
  const first = await held.next()
  const second = await held.next()
  assert.deepEqual([first, second].map(({ storeName, entries }) => [storeName, entries.map(({ id }) => id)]), [
    ['Thing', ['a', 'b', 'c', 'd', 'e']],
    ['Other', ['o']],
  ])
  await first.answer()
  await second.answer()
})

test('another context begins another request, sent after the answer to the one before', async () => {
  const { store, held } = await heldStore()
  void store.addOne({ id: 'a' }, { opContext: { scope: 'x', label: 'one' } })
  void store.addOne({ id: 'b' }, { opContext: { label: 'one', scope: 'x' } })
  void store.addOne({ id: 'c' }, { opContext: { scope: 'y' } })
  void store.addOne({ id: 'd' }, { opContext: { scope: 'x', label: 'one' } })
  const seen: unknown[] = []
  for (let i = 0; i < 3; i++) {
    const request = await held.next()
    assert.equal(held.requests.length, 0, 'one request at a time')
    seen.push([request.context.opContext.scope, request.context.opContext.label, request.entries.map(({ id }) => id)])
    await request.answer()
  }
  assert.deepEqual(seen, [
    ['x', 'one', ['a', 'b']],
    ['y', undefined, ['c']],
    ['x', 'one', ['d']],
  ])
})

test('a store whose executor hangs keeps no other waiting', async () => {
  const { store, held, client } = await heldStore()
  void store.addOne({ id: 'a' }).catch(() => {})
  await held.next() // never answered
  void store.addOne({ id: 'b' }).catch(() => {})
  const other = client.stores.Other.addOne({ id: 'o' })
  const request = await held.next()
  assert.equal(request.storeName, 'Other')
  await request.answer()
  assert.equal((await other).id, 'o')
  assert.equal(held.requests.length, 0)
})

test('what changes nothing is not sent and settles at once', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 1 }])
  const row = await store.getOne('a')
  assert.equal(await store.updateOne('a', { n: 1 }), row)
  assert.equal(await store.upsertOne({ id: 'a', n: 1 }), row)
  assert.equal(await store.deleteOne('nobody'), false)
  assert.deepEqual(await store.deleteMany(['nobody']), [{ index: 0, ok: true, value: false }])
  await settled()
  assert.equal(held.requests.length, 0)
})

test('many items are one request; those that fail here are not sent', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a' }])
  const added = store.addMany([{ id: 'b', n: 1 }, { id: 'a' }, { id: '' }, { id: 'c', n: 2 }, { id: 'b' }])
  const request = await held.next()
  assert.deepEqual(request.entries.map(({ id }) => id), ['b', 'c'])
  await request.answer()
  const results = await added
  assert.equal(results.length, 5)
  assert.equal(valueAt(results, 0), await store.getOne('b'))
  failureAt(results, 1, 'already_exists')
  failureAt(results, 2, 'invalid_input')
  assert.equal(valueAt(results, 3).id, 'c')
  failureAt(results, 4, 'already_exists')
})

test('a many-write larger than a batch is still one request, in order', async () => {
  const { store, held } = await heldStore()
  const items = Array.from({ length: 5000 }, (_, i) => ({ id: `i${i}`, n: i }))
  const added = store.addMany(items)
  const request = await held.next()
  assert.deepEqual(request.entries.map(({ id }) => id), ids(items))
  await request.answer()
  const results = await added
  assert.equal(results.length, 5000)
  assert.ok(results.every((result, i) => result.ok && result.index === i))
  const updated = store.updateMany(items.map(({ id, n }) => ({ id, change: { n: n + 1 } })))
  const next = await held.next()
  assert.deepEqual(next.entries.map(({ value }) => value!['n']), items.map(({ n }) => n + 1))
  await next.answer(next.entries.map((_, i) => (i % 10 === 0 ? { ok: false, error: { code: 'conflict', message: 'no' } } : { ok: true })))
  const outcome = await updated
  assert.equal(outcome.filter(({ ok }) => !ok).length, 500)
  const rows = await store.getMany(ids(items))
  assert.deepEqual(rows.map((row) => row['n']), items.map(({ n }) => (n % 10 === 0 ? n : n + 1)))
})

test('a later request has the rows as they are when it is sent', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  void store.updateOne('a', { n: 1 }).catch(() => {})
  const first = await held.next()
  void store.updateOne('a', { m: 1 })
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 1, m: 1, version: 3 })
  await first.answer([{ ok: false, error: { code: 'conflict', message: 'no' } }])
  const second = await held.next()
  assert.deepEqual(second.entries[0]!.value, { id: 'a', n: 0, m: 1, version: 2 })
  await second.answer()
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 0, m: 1, version: 2 })
})

test('without write in the executor, and without an executor, writes are local', async () => {
  const client = await open<{ Thing: Loose }>({ plugins: [{ id: 'p', setup: ({ execution }) => void execution.register({ id: 'reads' }) }] })
  const row = await client.stores.Thing.addOne({ id: 'a' })
  assert.equal(row, await client.stores.Thing.getOne('a'))
})

test('a row that nobody reads any more is sent all the same', async () => {
  const { store, held } = await heldStore()
  await channel(store).writeback([{ id: 'a', n: 1, version: 7 }])
  void store.updateOne('a', { m: 1 })
  const { entries, answer } = await held.next()
  assert.deepEqual(entries[0]!.value, { id: 'a', n: 1, m: 1, version: 8 })
  await answer()
})
