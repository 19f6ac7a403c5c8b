// Live counts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchCount } from '../../../dist/npm/index.js'
import { bad, type Loose, openStore, throws, turn } from './support.js'

test('a live count follows writes, is told once a turn, and not when the number stays', async () => {
  const store = await openStore()
  const told: number[] = []
  const live = watchCount(store, { done: false }, (n) => told.push(n))
  assert.equal(live.current, 0)
  void store.addMany([{ id: 'a', done: false }, { id: 'b', done: true }, { id: 'c', done: false }])
  assert.equal(live.current, 2)
  await turn()
  await store.updateOne('a', { n: 1 })
  void store.updateOne('a', { done: true })
  void store.updateOne('b', { done: false })
  await turn()
  assert.deepEqual(told, [2])
  await store.deleteMany(['a', 'b'])
  await turn()
  assert.deepEqual(told, [2, 1])
  live.unsubscribe()
  await store.deleteOne('c')
  await turn()
  assert.deepEqual(told, [2, 1])
})

test('without a filter all rows are counted', async () => {
  const store = await openStore()
  const live = watchCount<Loose, {}>(store, undefined, () => {})
  await store.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}` })))
  assert.equal(live.current, 3000)
  await store.deleteMany(Array.from({ length: 2999 }, (_, i) => `r${i}`))
  assert.equal(live.current, 1)
})

test('what is malformed throws', async () => {
  const store = await openStore()
  throws(() => watchCount(store, bad({ n: { nope: 1 } }), () => {}), 'invalid_query')
  throws(() => watchCount(store, bad(5), () => {}), 'invalid_query')
  throws(() => watchCount(store, undefined, bad(5)), 'invalid_input')
  throws(() => watchCount(bad({}), undefined, () => {}), 'invalid_input')
})
