// A refusal takes back exactly what was refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldStore, refusal, settled } from './held-executor.js'
import { channel, failureAt, type Loose, recorder, rejects } from './support.js'
import { AtomaError, watch } from '../../../dist/npm/index.js'

test('a refused add, update, upsert and delete leave the rows as they were', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 1 }, { id: 'b', n: 1 }, { id: 'c', n: 1 }])
  const before = await store.getAll()
  const calls = [
    store.addOne({ id: 'd' }),
    store.updateOne('a', { n: 2, m: 3 }),
    store.upsertOne({ id: 'b', n: 2 }, { apply: 'replace' }),
    store.deleteOne('c'),
  ]
  assert.deepEqual((await store.getAll()).map(({ id }) => id), ['a', 'b', 'd'])
  const request = await held.next()
  await request.answer(request.entries.map(() => refusal('unauthorized', 'please sign in')))
  for (const call of calls) assert.equal((await rejects(call, 'unauthorized')).message, 'please sign in')
  assert.deepEqual(await store.getAll(), before)
})

test('the error says which store and row, and what the backend said', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a' })
  await (await held.next()).answer([refusal('quota', 'no room')])
  const error = (await added.catch((reason: unknown) => reason)) as AtomaError
  assert.ok(error instanceof AtomaError)
  assert.equal(error.code, 'quota')
  assert.equal(error.message, 'no room')
  assert.deepEqual(error.details, { store: 'Thing', id: 'a' })
})

test('later writes to other fields stay, updaters are not run again', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0, m: 0 }])
  let runs = 0
  const first = store.updateOne('a', { n: 1 })
  const second = store.updateOne('a', (draft) => {
    runs++
    draft['m'] = (draft['n'] as number) + 10
  })
  await (await held.next()).answer([refusal(), { ok: true }])
  await rejects(first, 'conflict')
  assert.deepEqual(await second, { id: 'a', n: 0, m: 11, version: 2 })
  assert.equal(runs, 1)
})

test('writes to a row whose add was refused fail with the same error', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1 })
  const request = await held.next()
  const updated = store.updateOne('a', { n: 2 })
  const deleted = store.deleteOne('a')
  await request.answer([refusal()])
  const error = await rejects(added, 'conflict')
  assert.equal(await updated.catch((reason) => reason), error)
  assert.equal(await deleted.catch((reason) => reason), error)
  await settled()
  assert.equal(held.requests.length, 0, 'nothing of the row is sent any more')
  assert.equal(await store.getOne('a'), undefined)
  const again = store.addOne({ id: 'a' })
  await (await held.next()).answer()
  assert.deepEqual(await again, { id: 'a', version: 1 })
})

test('an upsert on top of a refused add makes the row itself', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1 })
  const request = await held.next()
  const upserted = store.upsertOne({ id: 'a', m: 1 })
  await request.answer([refusal()])
  await rejects(added, 'conflict')
  assert.deepEqual(await store.getOne('a'), { id: 'a', m: 1, version: 1 })
  const next = await held.next()
  assert.deepEqual(next.entries[0]!.value, { id: 'a', m: 1, version: 1 })
  await next.answer()
  assert.deepEqual(await upserted, { id: 'a', m: 1, version: 1 })
})

test('what the backend has instead is taken over and passed on', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }, { id: 'b', n: 0 }])
  const updated = store.updateMany([{ id: 'a', change: { n: 1 } }, { id: 'b', change: { n: 1 } }])
  await (await held.next()).answer([
    { ok: false, error: { code: 'conflict', message: 'a stale version' }, current: { value: { id: 'a', n: 7, version: 12 } } },
    { ok: false, error: { code: 'conflict', message: 'a stale version' }, current: { value: 'no row' } },
  ])
  const results = await updated
  assert.deepEqual(failureAt(results, 0, 'conflict').current, { value: { id: 'a', n: 7, version: 12 } })
  assert.deepEqual(failureAt(results, 1, 'conflict').current, { value: 'no row' })
  assert.deepEqual(await store.getAll(), [{ id: 'a', n: 7, version: 12 }, { id: 'b', n: 0, version: 1 }])
})

test('a writeback lies under what is pending', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0, m: 0 }])
  const updated = store.updateOne('a', { n: 1 })
  const request = await held.next()
  await channel(store).writeback([{ id: 'a', n: 5, m: 5, version: 30 }])
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 1, m: 5, version: 31 })
  await request.answer([refusal()])
  await rejects(updated, 'conflict')
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 5, m: 5, version: 30 })
})

test('live results and queries follow a roll-back, and rows that did not change keep their object', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 1 }, { id: 'b', n: 2 }])
  const kept = await store.getOne('b')
  const { told, listener } = recorder<Loose>()
  const live = watch(store, { filter: { n: { gte: 2 } } }, listener)
  const updated = store.updateOne('a', { n: 3 })
  assert.deepEqual(live.current.data.map(({ id }) => id), ['a', 'b'])
  await (await held.next()).answer([refusal()])
  await rejects(updated, 'conflict')
  await settled()
  assert.deepEqual(live.current.data.map(({ id }) => id), ['b'])
  assert.equal(live.current.data[0], kept)
  assert.deepEqual(told.at(-1)!.map(({ id }) => id), ['b'])
  live.unsubscribe()
})

test('composed rows keep their identity through a confirmation', async () => {
  const { HeldExecutor, registering } = await import('./held-executor.js')
  const { open } = await import('./support.js')
  const held = new HeldExecutor()
  const client = await open<{ Post: Loose; Comment: Loose }>({
    plugins: [registering(held.executor)],
    schema: { Post: { relations: { comments: { type: 'hasMany', to: 'Comment', foreignKey: 'post' } } }, Comment: {} },
  })
  const { Post, Comment } = client.stores
  const setUp = Promise.all([Post.addOne({ id: 'p' }), Comment.addOne({ id: 'c', post: 'p' })])
  await (await held.next()).answer()
  await (await held.next()).answer()
  await setUp
  const query = { include: { comments: true } } as never
  const before = (await Post.findMany(query)).data[0] as Loose
  const updated = Post.updateOne('p', { title: 'x' })
  await (await held.next()).answer([{ ok: true, version: 9 }])
  await updated
  const after = (await Post.findMany(query)).data[0] as Loose
  assert.equal((after as { version?: number }).version, 9)
  assert.equal(after['comments'], before['comments'])
})
