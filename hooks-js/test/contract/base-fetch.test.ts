// The row that a write builds on: fetched where it is missing, as consistency says.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldExecutor, registering, settled, stateOf } from './held-executor.js'
import { channel, failureAt, type Loose, type LooseStore, open, rejects, valueAt } from './support.js'
import type { Executor } from '../../../dist/npm/index.js'

interface Fetched {
  store: LooseStore
  held: HeldExecutor
  /** The ids of each query, in order. */
  asked: string[][]
}

async function fetching(
  rows: Loose[],
  consistency?: Executor['consistency'],
  query?: (ids: string[]) => Promise<unknown[]>,
): Promise<Fetched> {
  const asked: string[][] = []
  const held = new HeldExecutor(consistency, async ({ query: { filter } }) => {
    const ids = (filter as unknown as { values: string[] }).values
    asked.push(ids)
    return { data: query ? await query(ids) : rows.filter(({ id }) => ids.includes(id)) }
  })
  const client = await open<{ Thing: Loose }>({ plugins: [registering(held.executor)], disposeTimeoutMs: 10 })
  return { store: client.stores.Thing, held, asked }
}

test('an update of a missing row fetches it first', async () => {
  const { store, held, asked } = await fetching([{ id: 'a', n: 1, m: 1, version: 7 }])
  const updated = store.updateOne('a', { n: 2 })
  assert.equal(await stateOf(updated), 'pending')
  const request = await held.next()
  assert.deepEqual(request.entries[0]!.value, { id: 'a', n: 2, m: 1, version: 8 })
  await request.answer()
  assert.deepEqual(await updated, { id: 'a', n: 2, m: 1, version: 8 })
  assert.deepEqual(asked, [['a']])
})

test('a row that is here is not fetched', async () => {
  const { store, held, asked } = await fetching([])
  await channel(store).writeback([{ id: 'a', n: 1, version: 3 }])
  const updated = store.updateOne('a', (draft) => void (draft['n'] = 2))
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 2, version: 4 }, 'shows during the call')
  await (await held.next()).answer()
  await updated
  assert.deepEqual(asked, [])
})

test('all missing rows of a call are fetched in one query; those that are nowhere are not_found', async () => {
  const { store, held, asked } = await fetching([{ id: 'a', n: 1, version: 2 }, { id: 'c', n: 1, version: 2 }])
  await channel(store).writeback([{ id: 'b', n: 1, version: 5 }])
  const updated = store.updateMany([
    { id: 'c', change: (draft) => void (draft['n'] = (draft['n'] as number) + 1) },
    { id: 'c', change: (draft) => void (draft['n'] = (draft['n'] as number) + 1) },
    { id: 'b', change: { n: 2 } },
    { id: 'x', change: { n: 2 } },
    { id: 'a', change: { n: 2 } },
  ])
  await settled()
  await (await held.next()).answer()
  const results = await updated
  assert.equal(valueAt(results, 0)['n'], 2)
  assert.equal(valueAt(results, 1)['n'], 3)
  assert.deepEqual(valueAt(results, 2), { id: 'b', n: 2, version: 6 })
  failureAt(results, 3, 'not_found')
  assert.deepEqual(valueAt(results, 4), { id: 'a', n: 2, version: 3 })
  assert.deepEqual(asked, [['a', 'c', 'x']])
})

test('an updater of a missing row runs when it is there, and once', async () => {
  const { store, held } = await fetching([{ id: 'a', n: 41, version: 2 }])
  let runs = 0
  const updated = store.updateOne('a', (draft) => {
    runs++
    draft['n'] = (draft['n'] as number) + 1
  })
  const own = new Error('mine')
  const threw = store.updateOne('a', () => { throw own })
  await (await held.next()).answer()
  assert.deepEqual(await updated, { id: 'a', n: 42, version: 3 })
  assert.equal(runs, 1)
  assert.equal(await threw.catch((error) => error), own)
})

test('a delete fetches what is missing, and says whether there was one', async () => {
  const { store, held } = await fetching([{ id: 'a', version: 2 }])
  const deleted = store.deleteOne('a')
  const nobody = store.deleteOne('nobody')
  const request = await held.next()
  assert.deepEqual(request.entries.map(({ action, id }) => [action, id]), [['delete', 'a']])
  await request.answer()
  assert.equal(await deleted, true)
  assert.equal(await nobody, false)
  assert.equal((channel(store).getHandle() as { peek(id: string): unknown }).peek('a'), undefined)
})

test('a merging upsert builds on the fetched row; a replacing one needs none', async () => {
  const { store, held, asked } = await fetching([{ id: 'a', n: 1, m: 1, version: 4 }])
  const replaced = store.upsertOne({ id: 'b', n: 1 }, { apply: 'replace' })
  assert.deepEqual(await store.getOne('b'), { id: 'b', n: 1, version: 1 })
  await (await held.next()).answer()
  await replaced
  assert.deepEqual(asked, [])
  const merged = store.upsertOne({ id: 'a', n: 2 })
  const fresh = store.upsertOne({ id: 'c', n: 2 })
  await (await held.next()).answer()
  await settled()
  for (const request of held.requests.splice(0)) await request.answer()
  assert.deepEqual(await merged, { id: 'a', n: 2, m: 1, version: 5 })
  assert.deepEqual(await fresh, { id: 'c', n: 2, version: 1 })
})

test('an upsert with a version compares it with the fetched one', async () => {
  const { store, held } = await fetching([{ id: 'a', n: 1, version: 4 }])
  await rejects(store.upsertOne({ id: 'a', n: 2, version: 3 }, { apply: 'replace' }), 'conflict')
  const upserted = store.upsertOne({ id: 'a', n: 2, version: 4 })
  await (await held.next()).answer()
  assert.equal((await upserted as { version?: number }).version, 5)
})

test('with base cache a missing row is not_found, and nothing is asked', async () => {
  const { store, asked } = await fetching([{ id: 'a', version: 1 }], { base: 'cache' })
  await rejects(store.updateOne('a', { n: 1 }), 'not_found')
  assert.equal(await store.deleteOne('a'), false)
  assert.deepEqual(asked, [])
})

test('a query that fails is what its call fails with', async () => {
  const boom = new Error('boom')
  const { store, held } = await fetching([], undefined, async () => { throw boom })
  await channel(store).writeback([{ id: 'b', n: 1, version: 5 }])
  const error = await rejects(store.updateOne('a', { n: 1 }), 'internal')
  assert.equal(error.cause, boom)
  const many = store.updateMany([{ id: 'a', change: { n: 1 } }, { id: 'b', change: { n: 2 } }])
  await settled()
  await (await held.next()).answer()
  const results = await many
  failureAt(results, 0, 'internal')
  assert.equal(valueAt(results, 1)['n'], 2)
})

test('calls of the store keep their order while one fetches; others do not wait', async () => {
  let answer = (_rows: unknown[]): void => {}
  const { store, held } = await fetching([], undefined, () => new Promise((resolve) => (answer = resolve)))
  const updated = store.updateOne('a', { n: 1 })
  const added = store.addOne({ id: 'b' })
  await settled()
  assert.equal(await stateOf(added), 'pending')
  assert.equal(held.requests.length, 0)
  answer([{ id: 'a', n: 0, version: 1 }])
  const first = await held.next()
  assert.deepEqual(first.entries.map(({ id }) => id), ['a'])
  await first.answer()
  for (const request of held.requests.splice(0)) await request.answer()
  await settled()
  for (const request of held.requests.splice(0)) await request.answer()
  await updated
  await added
})

test('a call that waits for a fetch can be aborted, and what waited behind it goes on', async () => {
  const { store, held } = await fetching([], undefined, () => new Promise(() => {}))
  const controller = new AbortController()
  const updated = store.updateOne('a', { n: 1 }, { signal: controller.signal })
  const added = store.addOne({ id: 'b' })
  await settled()
  controller.abort()
  await rejects(updated, 'aborted')
  await (await held.next()).answer()
  assert.equal((await added).id, 'b')
})
