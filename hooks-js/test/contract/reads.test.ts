// getOne, getMany, getAll, findMany, findOne and count give the same objects in the promised order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { compareText } from './query-model.js'
import { bad, channel, gc, ids, type Loose, open, openStore, Random, rejects, turn } from './support.js'

test('an empty store: nothing, everywhere', async () => {
  const store = await openStore()
  assert.equal(await store.getOne('x'), undefined)
  assert.deepEqual(await store.getMany(['x', 'y']), [])
  assert.deepEqual(await store.getAll(), [])
  assert.deepEqual(await store.findMany(), { data: [] })
  assert.equal(await store.findOne(), undefined)
  assert.equal(await store.count(), 0)
})

test('getAll is by id ascending, by code point', async () => {
  const store = await openStore()
  const made = ['b', 'a', 'B', 'é', 'z', 'e\u0301', '10', '9', '', '\uffff', '😀', '\ud800', '\udfff', '\ue000', 'a\0', 'aa', 'ab', '__proto__', '😀a', '\ud83d'].filter((id) => id !== '')
  await store.addMany(made.map((id) => ({ id })))
  const sorted = [...made].sort(compareText)
  assert.deepEqual(ids(await store.getAll()), sorted)
  assert.deepEqual(ids((await store.findMany()).data), sorted)
  assert.deepEqual(ids((await store.findMany({})).data), sorted)
  assert.ok(sorted.indexOf('😀') > sorted.indexOf('\uffff'), 'the order of code units would be another one')
})

test('getAll stays sorted through adds and deletes in any order', async () => {
  const store = await openStore()
  const random = new Random(11)
  const live = new Set<string>()
  for (let step = 0; step < 1500; step++) {
    const id = `k${random.below(400)}`
    if (live.has(id) && random.below(3) > 0) {
      await store.deleteOne(id)
      live.delete(id)
    } else if (!live.has(id)) {
      await store.addOne({ id })
      live.add(id)
    }
    if (step % 50 === 0) assert.deepEqual(ids(await store.getAll()), [...live].sort())
  }
})

test('every way to read a row gives the same object', async () => {
  const store = await openStore()
  await channel(store).writeback(Array.from({ length: 50 }, (_, i) => ({ id: `r${10 + i}`, version: 3, n: i })))
  const live = watch(store, { filter: { n: { gte: 0 } } }, () => {})
  const ways = [
    await store.getAll(),
    (await store.findMany()).data,
    (await store.findMany({ filter: { n: { lt: 50 } }, sort: [{ field: 'n' }] })).data,
    await store.getMany(Array.from({ length: 50 }, (_, i) => `r${10 + i}`)),
    live.current.data,
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.getOne(`r${10 + i}`))),
    (await store.findMany({ sort: [{ field: 'n', dir: 'desc' }] })).data.reverse(),
  ]
  for (const rows of ways) assert.ok(rows.every((row, i) => row === ways[0]![i]))
  assert.equal(await store.findOne({ filter: { n: 7 } }), ways[0]![7])
  await gc()
  assert.ok((await store.getAll()).every((row, i) => row === ways[0]![i]))
  live.unsubscribe()
})

test('a change makes one new object and leaves the others', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1 }, { id: 'b', n: 1 }, { id: 'c', n: 1 }])
  const before = await store.getAll()
  const changed = await store.updateOne('b', { n: 2 })
  const after = await store.getAll()
  assert.deepEqual(after.map((row, i) => row === before[i]), [true, false, true])
  assert.equal(after[1], changed)
})

test('arrays of answers are the caller’s own: changing one changes nothing', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }])
  for (const read of [() => store.getAll(), () => store.getMany(['a', 'b']), async () => (await store.findMany()).data]) {
    const rows = await read()
    rows.length = 0
    assert.equal((await read()).length, 2)
  }
})

test('findMany without paging gives data and no pageInfo', async () => {
  const store = await openStore()
  await store.addOne({ id: 'a' })
  const result = await store.findMany({ filter: { id: 'a' } })
  assert.deepEqual(Object.keys(result), ['data'])
})

test('findOne is the first of findMany', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 2 }, { id: 'b', n: 1 }, { id: 'c', n: 3 }])
  assert.equal((await store.findOne())?.id, 'a')
  assert.equal((await store.findOne({ sort: [{ field: 'n' }] }))?.id, 'b')
  assert.equal((await store.findOne({ sort: [{ field: 'n', dir: 'desc' }], offset: 1 }))?.id, 'a')
  assert.equal((await store.findOne({ sort: [{ field: 'n' }], limit: 5 }))?.id, 'b')
  assert.equal((await store.findOne({ limit: 1 }))?.id, 'a')
  assert.equal(await store.findOne({ limit: 0 }), undefined)
  assert.equal(await store.findOne({ filter: { n: 9 } }), undefined)
  assert.equal(await store.findOne({ offset: 3 }), undefined)
  await rejects(store.findOne({ limit: -1 }), 'invalid_input')
  await rejects(store.findOne({ limit: 1.5 }), 'invalid_input')
  await rejects(store.findOne(bad({ limit: '1' })), 'invalid_input')
  await rejects(store.findOne(bad({ filter: 5 })), 'invalid_query')
  await rejects(store.findOne(bad(null)), 'invalid_query')
})

test('findOne leaves the query as it was', async () => {
  const store = await openStore()
  const query = Object.freeze({ sort: Object.freeze([Object.freeze({ field: 'n' as const })]) as never, limit: 7 })
  await store.findOne(query)
  assert.equal(query.limit, 7)
})

test('count looks at the filter only', async () => {
  const store = await openStore()
  await store.addMany(Array.from({ length: 10 }, (_, i) => ({ id: `r${i}`, n: i })))
  assert.equal(await store.count(), 10)
  assert.equal(await store.count({}), 10)
  assert.equal(await store.count({ limit: 3, offset: 2, sort: [{ field: 'n' }] }), 10)
  assert.equal(await store.count({ filter: { n: { gte: 5 } }, limit: 1 }), 5)
  assert.equal(await store.count({ filter: { n: 99 } }), 0)
  await rejects(store.count(bad({ filter: { n: { nope: 1 } } })), 'invalid_query')
})

test('reads and writes take a signal: an aborted one rejects aborted, with its reason, and nothing is done', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  const reason = new Error('enough')
  const options = { signal: AbortSignal.abort(reason) }
  const calls = [
    store.getOne('x', options), store.getMany(['x'], options), store.getAll(options), store.findMany({}, options), store.findOne({}, options), store.count({}, options),
    store.addOne({ id: 'y' }, options), store.addMany([{ id: 'y' }], options), store.updateOne('x', { n: 2 }, options), store.updateOne('x', () => assert.fail('an aborted updater ran'), options),
    store.updateMany([{ id: 'x', change: { n: 2 } }], options), store.upsertOne({ id: 'y' }, options), store.upsertMany([{ id: 'y' }], options),
    store.deleteOne('x', options), store.deleteMany(['x'], options),
  ]
  for (const call of calls) assert.equal((await rejects(call, 'aborted')).cause, reason)
  assert.equal(await store.getOne('x'), row)
  assert.equal(await store.count(), 1)
})

test('a signal that is aborted after the call has no effect on a local call', async () => {
  const store = await openStore()
  const abort = new AbortController()
  const adding = store.addOne({ id: 'x' }, { signal: abort.signal })
  abort.abort()
  assert.equal((await adding).id, 'x')
})

test('options that are malformed are invalid_input, and nothing is done', async () => {
  const store = await openStore()
  const wrongWrites = [
    null, 5, 'direct', [], { confirmation: 'maybe' }, { timeoutBehavior: 'wait' }, { timeoutMs: -1 }, { timeoutMs: NaN }, { timeoutMs: '5' },
    { signal: 5 }, { signal: {} }, { opContext: 5 }, { opContext: { scope: 5 } }, { opContext: { origin: 'me' } }, { opContext: { actionId: {} } }, { opContext: { label: 5 } },
    { writeStrategy: 5 }, { writeStrategy: '' },
  ]
  for (const options of wrongWrites) {
    await rejects(store.addOne({ id: 'x' }, bad(options)), 'invalid_input')
    await rejects(store.addMany([{ id: 'x' }], bad(options)), 'invalid_input')
    await rejects(store.upsertOne({ id: 'x' }, bad(options)), 'invalid_input')
    await rejects(store.deleteOne('x', bad(options)), 'invalid_input')
  }
  for (const options of [null, 5, [], { signal: 5 }, { signal: {} }]) {
    await rejects(store.getAll(bad(options)), 'invalid_input')
    await rejects(store.findMany({}, bad(options)), 'invalid_input')
  }
  assert.equal(await store.count(), 0)
})

test('all options of a write are accepted with no backend, and change nothing', async () => {
  const store = await openStore()
  const opContext = { scope: 's', actionId: 'a', origin: 'user' as const, label: 'l' }
  for (const confirmation of ['strict', 'optimistic'] as const) {
    for (const timeoutBehavior of ['reject', 'resolve-enqueued'] as const) {
      const options = { writeStrategy: 'direct', confirmation, timeoutMs: 0, timeoutBehavior, opContext, signal: new AbortController().signal }
      const row = await store.upsertOne({ id: 'x', confirmation, timeoutBehavior }, options)
      assert.equal(row['timeoutBehavior'], timeoutBehavior)
    }
  }
  await store.addOne({ id: 'y' }, bad({ signal: undefined, writeStrategy: undefined, confirmation: undefined, timeoutMs: undefined, opContext: undefined }))
  await store.addOne({ id: 'z' }, bad({ opContext: { scope: undefined, origin: undefined } }))
  assert.equal(await store.count(), 3)
})

test('an unregistered write strategy rejects the whole call before anything changes', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const options = { writeStrategy: 'queue' }
  let ran = false
  for (const call of [
    store.addOne({ id: 'y' }, options), store.addMany([{ id: 'y' }], options), store.updateOne('x', () => { ran = true }, options),
    store.updateMany([{ id: 'x', change: () => { ran = true } }], options), store.upsertOne({ id: 'y' }, options), store.upsertMany([], options),
    store.deleteOne('x', options), store.deleteMany(['x'], options),
  ]) {
    assert.match((await rejects(call, 'unknown_write_strategy')).message, /queue/)
  }
  assert.ok(!ran)
  assert.deepEqual(await store.getAll(), [{ id: 'x', version: 1 }])
})

test('the schema’s strategy is the default; a write’s own comes before it', async () => {
  const client = await open<{ A: Loose; B: Loose }>({ schema: { A: { write: { strategy: 'queue' } }, B: { write: { strategy: 'direct' } } } })
  await rejects(client.stores.A.addOne({ id: 'x' }), 'unknown_write_strategy')
  await rejects(client.stores.A.addOne({ id: 'x' }, {}), 'unknown_write_strategy')
  assert.ok(await client.stores.A.addOne({ id: 'x' }, { writeStrategy: 'direct' }))
  assert.equal((await client.stores.A.getOne('x'))?.id, 'x', 'reads have no strategy')
  assert.ok(await client.stores.B.addOne({ id: 'x' }))
  await rejects(client.stores.B.addOne({ id: 'y' }, { writeStrategy: 'queue' }), 'unknown_write_strategy')
})

test('promises of reads and writes settle in call order', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const order: number[] = []
  const calls = [
    store.getAll(), store.addOne({ id: 'y' }), store.getOne('y'), store.findMany(), store.addOne({ id: 'y' }), store.count(), store.findOne(bad({ nope: 1 })), store.getMany(['x']),
  ]
  calls.forEach((call: Promise<unknown>, i) => call.then(() => order.push(i), () => order.push(i)))
  await turn()
  assert.deepEqual(order, calls.map((_, i) => i))
})
