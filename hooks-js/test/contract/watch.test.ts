// Live results.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch, watchAggregate, watchCount } from '../../../dist/npm/index.js'
import { bad, capture, channel, gc, ids, type Loose, open, openStore, recorder, throws, turn } from './support.js'

const open1 = { filter: { done: false } } as const

test('current is right as soon as a write’s call has returned', async () => {
  const store = await openStore()
  const live = watch(store, { filter: { done: false }, sort: [{ field: 'n' }] }, () => {})
  assert.deepEqual(live.current.data, [])
  void store.addOne({ id: 'a', done: false, n: 2 })
  assert.deepEqual(ids(live.current.data), ['a'])
  void store.addMany([{ id: 'b', done: false, n: 1 }, { id: 'c', done: true, n: 0 }])
  assert.deepEqual(ids(live.current.data), ['b', 'a'])
  void store.updateOne('c', { done: false })
  assert.deepEqual(ids(live.current.data), ['c', 'b', 'a'])
  void store.updateOne('b', (draft) => { draft['n'] = 5 })
  assert.deepEqual(ids(live.current.data), ['c', 'a', 'b'])
  void store.upsertOne({ id: 'a', done: true })
  assert.deepEqual(ids(live.current.data), ['c', 'b'])
  void store.deleteOne('c')
  assert.deepEqual(ids(live.current.data), ['b'])
  assert.equal(live.current.data[0], await store.getOne('b'))
})

test('no query watches everything, by id', async () => {
  const store = await openStore()
  const { told, listener } = recorder<Loose>()
  const live = watch(store, undefined, listener)
  await store.addMany([{ id: 'b' }, { id: 'a' }])
  await turn()
  assert.deepEqual(told.map(ids), [['a', 'b']])
  assert.equal(told[0], live.current.data)
})

test('the listener is told in a microtask, once a turn', async () => {
  const store = await openStore()
  const log: string[] = []
  const live = watch(store, undefined, ({ data }) => log.push(`told ${data.length}`))
  void store.addOne({ id: 'a' })
  void store.addOne({ id: 'b' })
  void store.updateOne('a', { n: 1 })
  log.push('end of the turn')
  await Promise.resolve()
  await Promise.resolve()
  assert.deepEqual(log, ['end of the turn', 'told 2'])
  await store.addMany([{ id: 'c' }, { id: 'd' }])
  await turn()
  assert.deepEqual(log, ['end of the turn', 'told 2', 'told 4'])
  live.unsubscribe()
})

test('the listener is never told of the state at subscription', async () => {
  const store = await openStore()
  await store.addOne({ id: 'a' })
  void store.addOne({ id: 'same turn' })
  const { told, listener } = recorder<Loose>()
  const live = watch(store, undefined, listener)
  assert.equal(live.current.data.length, 2)
  await turn()
  assert.deepEqual(told, [])
  live.unsubscribe()
})

test('the listener is not told while data is unchanged', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', done: false, n: 1 }, { id: 'b', done: true, n: 1 }])
  const { told, listener } = recorder<Loose>()
  const live = watch(store, { ...open1, limit: 1 }, listener)
  const { data } = live.current
  await store.updateOne('b', { n: 2 })
  await store.updateOne('a', { n: 1 })
  await store.addOne({ id: 'c', done: false })
  await store.deleteOne('c')
  await store.deleteOne('none')
  await store.addOne(bad({ id: 'a' })).catch(() => {})
  await store.addMany([])
  await turn()
  assert.deepEqual(told, [])
  assert.equal(live.current.data, data)
})

test('what comes and goes within a turn is no change, even if somebody looked in between', async () => {
  const store = await openStore()
  await store.addOne({ id: 'a' })
  for (const look of [false, true]) {
    const { told, listener } = recorder<Loose>()
    const live = watch(store, undefined, listener)
    void store.addOne({ id: 'b' })
    if (look) assert.equal(live.current.data.length, 2)
    void store.deleteOne('b')
    if (look) assert.equal(live.current.data.length, 1)
    await turn()
    assert.deepEqual(told, [], look ? 'with a look' : 'without')
    live.unsubscribe()
  }
})

test('each change gives a new array; earlier ones are never altered; rows that did not change keep identity', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1 }, { id: 'b', n: 2 }, { id: 'c', n: 3 }])
  const { told, listener } = recorder<Loose>()
  const live = watch(store, { sort: [{ field: 'n' }] }, listener)
  const first = live.current.data
  const copies = [[...first]]
  for (const change of [() => store.updateOne('b', { n: 9 }), () => store.deleteOne('a'), () => store.addOne({ id: 'd', n: 0 })]) {
    await change()
    await turn()
    copies.push([...told.at(-1)!])
  }
  assert.equal(told.length, 3)
  assert.equal(new Set([first, ...told]).size, 4)
  assert.deepEqual([first, ...told], copies)
  assert.deepEqual([first, ...told].map((data) => ids(data).join('')), ['abc', 'acb', 'cb', 'dcb'])
  assert.equal(told[0]![0], first[0])
  assert.equal(told[0]![1], first[2])
  assert.notEqual(told[0]![2], first[1])
  assert.equal(told[2]![2], told[0]![2])
})

test('current stays the same array until a change', async () => {
  const store = await openStore()
  await store.addOne({ id: 'a' })
  const live = watch(store, undefined, () => {})
  assert.equal(live.current.data, live.current.data)
  const { data } = live.current
  await gc()
  assert.equal(live.current.data, data)
})

test('never after unsubscribe, not even for a change before it; unsubscribe may be called twice', async () => {
  const store = await openStore()
  const { told, listener } = recorder<Loose>()
  const live = watch(store, undefined, listener)
  void store.addOne({ id: 'a' })
  live.unsubscribe()
  live.unsubscribe()
  await turn()
  await store.addOne({ id: 'b' })
  await turn()
  assert.deepEqual(told, [])
})

test('a listener that throws is reported with console.error, and the others are told', async () => {
  const store = await openStore()
  const thrown = new Error('from the listener')
  const { told, listener } = recorder<Loose>()
  watch(store, undefined, () => { throw thrown })
  watch(store, undefined, listener)
  watch(store, open1, () => { throw thrown })
  const errors = await capture('error', () => store.addOne({ id: 'a', done: false }))
  assert.deepEqual(errors.map((args) => args.includes(thrown)), [true, true])
  assert.equal(told.length, 1)
  const again = await capture('error', () => store.addOne({ id: 'b' }))
  assert.equal(again.length, 1, 'and it is told of the next change all the same')
})

test('a listener that rejects is reported with console.error, whatever it watches', async () => {
  const store = await openStore()
  const thrown = new Error('from the listener')
  const listener = async (): Promise<void> => { throw thrown }
  const thenable = (): never => bad({ then(_: unknown, reject: (reason: unknown) => void) { reject(thrown) } })
  watch(store, undefined, listener)
  watch(store, undefined, thenable)
  watchCount(store, undefined, listener)
  watchAggregate(store, { metrics: { n: 'count' } }, listener)
  const errors = await capture('error', () => store.addOne({ id: 'a' }))
  assert.deepEqual(errors, [[thrown], [thrown], [thrown], [thrown]])
})

test('unsubscribe inside a listener: of itself, and of one that would be told next', async () => {
  const store = await openStore()
  const log: string[] = []
  const first = watch(store, undefined, () => { log.push('first'); first.unsubscribe(); second.unsubscribe() })
  const second = watch(store, undefined, () => log.push('second'))
  const third = watch(store, undefined, () => log.push('third'))
  await store.addOne({ id: 'a' })
  await turn()
  assert.deepEqual(log, ['first', 'third'])
  await store.addOne({ id: 'b' })
  await turn()
  assert.deepEqual(log, ['first', 'third', 'third'])
  third.unsubscribe()
})

test('subscribe inside a listener: told from the next change on', async () => {
  const store = await openStore()
  const log: string[] = []
  let nested = false
  watch(store, undefined, () => {
    log.push('outer')
    if (nested) return
    nested = true
    watch(store, undefined, () => log.push('inner'))
    watch(store, open1, () => log.push('inner, other query'))
  })
  await store.addOne({ id: 'a', done: false })
  await turn()
  assert.deepEqual(log, ['outer'])
  await store.addOne({ id: 'b', done: false })
  await turn()
  assert.deepEqual(log.slice(1).sort(), ['inner', 'inner, other query', 'outer'])
})

test('a write inside a listener is told of in another microtask, to all', async () => {
  const store = await openStore()
  const one = recorder<Loose>()
  const two = recorder<Loose>()
  watch(store, undefined, (result) => {
    one.listener(result)
    if (result.data.length < 4) void store.addOne({ id: `n${result.data.length}` })
  })
  watch(store, undefined, two.listener)
  await store.addOne({ id: 'n0' })
  await turn()
  assert.deepEqual(one.told.map((data) => data.length), [1, 2, 3, 4])
  assert.deepEqual(two.told.at(-1)?.length, 4)
  assert.ok(two.told.every((data, i) => i === 0 || data.length > two.told[i - 1]!.length))
})

test('one listener may watch twice, and each subscription ends on its own', async () => {
  const store = await openStore()
  let calls = 0
  const listener = (): void => void calls++
  const first = watch(store, undefined, listener)
  const second = watch(store, undefined, listener)
  await store.addOne({ id: 'a' })
  await turn()
  assert.equal(calls, 2)
  first.unsubscribe()
  await store.addOne({ id: 'b' })
  await turn()
  assert.equal(calls, 3)
  second.unsubscribe()
})

test('equal queries share one live view, by value', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1, when: new Date(5) }, { id: 'b', n: 2 }])
  const shared = (one: unknown, two: unknown): boolean => {
    const [left, right] = [watch(store, bad(one), () => {}), watch(store, bad(two), () => {})]
    const same = left.current.data === right.current.data
    left.unsubscribe()
    right.unsubscribe()
    return same
  }
  assert.ok(shared(undefined, undefined))
  assert.ok(shared({ filter: { n: { gte: 1 } }, limit: 5 }, { filter: { n: { gte: 1 } }, limit: 5 }))
  assert.ok(shared({ filter: { when: new Date(5) } }, { filter: { when: new Date(5) } }))
  assert.ok(shared({ filter: { n: { in: [1, NaN, null] } } }, { filter: { n: { in: [1, NaN, null] } } }))
  assert.ok(shared({ sort: [], filter: undefined, include: {} }, undefined), 'what says nothing counts for nothing')
  assert.ok(shared({ sort: [], limit: 1 }, { limit: 1, offset: undefined }))
  assert.ok(shared({ filter: { n: 1, id: 'a' }, limit: 5 }, { limit: 5, filter: { id: 'a', n: 1 } }), 'the order of keys says nothing')
})

test('queries that are not equal do not share', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1, s: '1' }, { id: 'b', n: 2 }])
  const data = [{ filter: { n: 1 } }, { filter: { n: '1' } }, { filter: { s: '1' } }, { filter: { n: { ne: 1 } } }, { limit: 1 }, { offset: 1 }, undefined, { sort: [{ field: 'n', dir: 'desc' }] }]
    .map((query) => ids(watch(store, bad(query), () => {}).current.data).join(''))
  assert.deepEqual(data, ['a', '', 'a', 'b', 'a', 'b', 'ab', 'ba'])
})

test('a subscription outlives others of the same query', async () => {
  const store = await openStore()
  const first = watch(store, open1, () => {})
  const { told, listener } = recorder<Loose>()
  const second = watch(store, { ...open1 }, listener)
  first.unsubscribe()
  await store.addOne({ id: 'a', done: false })
  await turn()
  assert.equal(told.length, 1)
  second.unsubscribe()
  const third = watch(store, open1, listener)
  await store.addOne({ id: 'b', done: false })
  await turn()
  assert.equal(told.length, 2)
  third.unsubscribe()
})

test('current of an ended subscription is still right, or as it was, and never throws', async () => {
  const store = await openStore()
  const live = watch(store, undefined, () => {})
  live.unsubscribe()
  await store.addOne({ id: 'a' })
  assert.ok(live.current.data.length <= 1)
})

test('windows move with what is before them', async () => {
  const store = await openStore()
  await store.addMany(Array.from({ length: 10 }, (_, i) => ({ id: `r${i}`, n: i })))
  const { told, listener } = recorder<Loose>()
  const live = watch(store, { sort: [{ field: 'n' }], offset: 2, limit: 3 }, listener)
  assert.deepEqual(ids(live.current.data), ['r2', 'r3', 'r4'])
  const steps: [() => Promise<unknown>, string[] | undefined][] = [
    [() => store.deleteOne('r0'), ['r3', 'r4', 'r5']],
    [() => store.addOne({ id: 'first', n: -1 }), ['r2', 'r3', 'r4']],
    [() => store.updateOne('r9', { n: 2.5 }), ['r2', 'r9', 'r3']],
    [() => store.updateOne('r8', { n: 100 }), undefined],
    [() => store.deleteMany(['first', 'r1', 'r2']), ['r4', 'r5', 'r6']],
  ]
  for (const [change, expected] of steps) {
    const before = told.length
    await change()
    await turn()
    assert.equal(told.length, before + (expected ? 1 : 0))
    if (expected) assert.deepEqual(ids(told.at(-1)!), expected)
  }
})

test('stores and clients are watched apart', async () => {
  const [one, two] = [await open<{ A: Loose; B: Loose }>(), await open<{ A: Loose; B: Loose }>()]
  const { told, listener } = recorder<Loose>()
  for (const store of [one.stores.A, one.stores.B, two.stores.A]) watch(store, undefined, listener)
  await one.stores.A.addOne({ id: 'x' })
  await turn()
  assert.equal(told.length, 1)
})

test('a writeback is told of like a write', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'a', n: 1 })
  const { told, listener } = recorder<Loose>()
  const live = watch(store, undefined, listener)
  await channel(store).writeback([{ ...row }])
  await turn()
  assert.equal(told.length, 0, 'nothing new')
  void channel(store).writeback([{ id: 'a', n: 2, version: 7 }])
  assert.deepEqual(live.current.data, [{ id: 'a', n: 2, version: 7 }])
  await turn()
  assert.equal(told.length, 1)
})

test('a query that is changed after watch has no effect', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1 }, { id: 'b', n: 2 }])
  const query = { filter: { n: 1 } }
  const live = watch(store, query, () => {})
  query.filter.n = 2
  await store.addOne({ id: 'c', n: 1 })
  assert.deepEqual(ids(live.current.data), ['a', 'c'])
})

test('a client that is disposed inside a listener: no other is told, and nothing is reported', async () => {
  const client = await open<{ A: Loose }>()
  const { told, listener } = recorder<Loose>()
  watch(client.stores.A, undefined, () => void client.dispose())
  watch(client.stores.A, undefined, listener)
  watch(client.stores.A, open1, listener)
  const errors = await capture('error', () => client.stores.A.addOne({ id: 'a', done: false }))
  assert.deepEqual(errors, [])
  assert.deepEqual(told, [])
})

test('what is no store, no listener or no query makes watch throw', async () => {
  const store = await openStore()
  for (const wrong of [undefined, null, 5, 'Thing', {}, () => {}]) throws(() => watch(bad(wrong), undefined, () => {}), 'invalid_input')
  for (const wrong of [undefined, null, 5, {}]) throws(() => watch(store, undefined, bad(wrong)), 'invalid_input')
  for (const wrong of [null, 5, [], { nope: 1 }, { filter: { n: { nope: 1 } } }]) throws(() => watch(store, bad(wrong), () => {}), 'invalid_query')
  throws(() => watch(store, { limit: -1 }, () => {}), 'invalid_input')
})
