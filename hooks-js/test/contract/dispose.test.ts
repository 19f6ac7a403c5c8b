// The end of a client, and of the shared runtime.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, watch, watchCount } from '../../../dist/npm/index.js'
import { bad, capture, channel, ids, type Loose, open, recorder, rejects, tasks, throws, turn } from './support.js'

const everyCall = (store: ReturnType<typeof pick>): Promise<unknown>[] => [
  store.addOne({ id: 'x' }), store.addMany([]), store.updateOne('x', {}), store.updateOne('x', () => assert.fail('an updater ran')), store.updateMany([]), store.upsertOne({ id: 'x' }),
  store.upsertMany([]), store.deleteOne('x'), store.deleteMany([]), store.getOne('x'), store.getMany([]), store.getAll(), store.findMany(), store.findOne(), store.count(),
]

type App = { T: Loose; U: Loose }
const pick = (client: Awaited<ReturnType<typeof open<App>>>) => client.stores.T

test('after dispose has been called every further call rejects disposed', async () => {
  const client = await open<App>()
  const store = client.stores.T
  await store.addOne({ id: 'x' })
  const disposal = client.dispose()
  for (const call of everyCall(store)) await rejects(call, 'disposed')
  await disposal
  for (const call of everyCall(store)) await rejects(call, 'disposed')
  for (const call of everyCall(client.stores.U as never)) await rejects(call, 'disposed')
  const { addOne } = client.stores.T
  await rejects(addOne({ id: 'y' }), 'disposed')
  throws(() => watch(store, undefined, () => {}), 'disposed')
})

test('disposed comes before any other complaint', async () => {
  const client = await open<App>()
  const store = client.stores.T
  await client.dispose()
  await rejects(store.addOne(bad(5)), 'disposed')
  await rejects(store.findMany(bad({ nope: 1 })), 'disposed')
  await rejects(store.getOne(bad('')), 'disposed')
  await rejects(store.addMany(bad(null)), 'disposed')
})

test('dispose is idempotent and gives a promise each time', async () => {
  const client = await open<App>()
  const all = [client.dispose(), client.dispose()]
  assert.deepEqual(await Promise.all(all), [undefined, undefined])
  await client.dispose()
})

test('a client that was never used can be disposed', async () => {
  await (await createClient()).dispose()
})

test('promises of calls made before dispose still settle as they would have', async () => {
  const client = await open<App>()
  const store = client.stores.T
  const adding = store.addOne({ id: 'x', n: 1 })
  const again = store.addOne({ id: 'x' })
  const reading = store.getAll()
  void client.dispose()
  assert.deepEqual(await adding, { id: 'x', n: 1, version: 1 })
  await rejects(again, 'already_exists')
  assert.equal((await reading).length, 1)
})

test('rows and results that were given stay as they are', async () => {
  const client = await open<App>()
  const row = await client.stores.T.addOne({ id: 'x', deep: { list: [1] } })
  const live = watch(client.stores.T, undefined, () => {})
  const { data } = live.current
  await client.dispose()
  assert.deepEqual(row, { id: 'x', deep: { list: [1] }, version: 1 })
  assert.deepEqual(data, [row])
  assert.doesNotThrow(() => live.current)
  assert.doesNotThrow(() => live.unsubscribe())
})

test('what was written in the turn of dispose is in current, and listeners are told of it once', async () => {
  const client = await open<App>()
  const store = client.stores.T
  await store.addOne({ id: 'x', n: 1 })
  const { told, listener } = recorder<Loose>()
  const counts: number[] = []
  const live = watch(store, undefined, listener)
  const counted = watchCount(store, { n: { gte: 1 } }, (n) => counts.push(n))
  const silent = watch(store, { filter: { n: 5 } }, () => assert.fail('nothing changed for this one'))
  const ended = watch(store, { limit: 1 }, () => assert.fail('it has been ended'))
  ended.unsubscribe()
  const adding = store.addOne({ id: 'y', n: 2 })
  const disposing = client.dispose()
  assert.deepEqual(ids(live.current.data), ['x', 'y'])
  assert.equal(counted.current, 2)
  assert.deepEqual(silent.current.data, [])
  await disposing
  await turn()
  assert.deepEqual(told.map(ids), [['x', 'y']])
  assert.deepEqual(counts, [2])
  assert.equal(live.current.data[1], await adding)
})

test('a listener that is told by dispose finds the client disposed, and may dispose it again', async () => {
  const client = await open<App>()
  const store = client.stores.T
  const seen: unknown[] = []
  const live = watch(store, undefined, ({ data }) => {
    seen.push(data.length, live.current.data === data, client.dispose())
    seen.push(store.addOne({ id: 'late' }).catch((error: { code: string }) => error.code), store.getAll().catch((error: { code: string }) => error.code))
  })
  void store.addOne({ id: 'x' })
  const disposing = client.dispose()
  assert.equal(seen[2], disposing)
  assert.deepEqual(await Promise.all(seen), [1, true, undefined, 'disposed', 'disposed'])
  await turn()
  assert.equal(seen.length, 5)
})

test('related rows written in the turn of dispose are shown', async () => {
  const client = await open<{ A: Loose; B: Loose }>({ schema: { A: { relations: { bs: { type: 'hasMany', to: 'B', foreignKey: 'a' } } }, B: {} } })
  await client.stores.A.addOne({ id: 'x' })
  const live = watch(client.stores.A, { include: { bs: true } }, () => {})
  void client.stores.B.addOne({ id: 'b', a: 'x' })
  await client.dispose()
  assert.deepEqual(ids((live.current.data[0]! as { bs: unknown }).bs as Loose[]), ['b'])
})

test('subscriptions end with the client', async () => {
  const client = await open<App>({ id: 'ends' })
  const { told, listener } = recorder<Loose>()
  watch(client.stores.T, undefined, listener)
  let created = 0
  client.on('storeCreated', () => created++)
  await client.dispose()
  const next = await open<App>({ id: 'ends' })
  await next.stores.T.addOne({ id: 'x' })
  await turn()
  assert.deepEqual(told, [])
  assert.equal(created, 0)
})

test('facades of a disposed client stay disposed, though a client of the same id lives again', async () => {
  const first = await open<App>({ id: 'same' })
  const old = first.stores.T
  await old.addOne({ id: 'x' })
  await first.dispose()
  const second = await open<App>({ id: 'same' })
  assert.equal(await second.stores.T.count(), 0, 'and its rows are gone')
  await second.stores.T.addOne({ id: 'y' })
  await rejects(old.getAll(), 'disposed')
  await rejects(first.stores.T.getAll(), 'disposed')
  await rejects(first.stores('T').getAll(), 'disposed')
  assert.notEqual(first.stores.T, second.stores.T)
  await rejects(channel(old).writeback([{ id: 'z', version: 1 }]), 'disposed')
  assert.equal(await second.stores.T.count(), 1)
  await first.dispose()
  assert.equal(await second.stores.T.count(), 1, 'disposing the old one again does nothing to the new one')
})

test('a store in use by one client survives the end of another', async () => {
  const [one, two] = [await open<App>(), await open<App>()]
  await two.stores.T.addMany(Array.from({ length: 100 }, (_, i) => ({ id: `r${i}`, n: i })))
  await one.stores.T.addOne({ id: 'x' })
  await one.dispose()
  await tasks()
  assert.equal(await two.stores.T.count(), 100)
  assert.equal((await two.stores.T.findMany({ filter: { n: { gte: 50 } } })).data.length, 50)
})

test('many clients, one after the other', async () => {
  for (let i = 0; i < 80; i++) {
    const client = await createClient<App>({ id: `loop${i % 3}`, schema: { T: {} } })
    const results = await client.stores.T.addMany(Array.from({ length: 200 }, (_, k) => ({ id: `r${k}`, text: `some text ${k}`, list: [k] })))
    assert.ok(results.every((result) => result.ok))
    assert.equal(await client.stores.T.count(), 200)
    await client.dispose()
    if (i % 4 === 0) await turn()
    if (i % 16 === 0) await tasks(5)
  }
})

test('many clients at once', async () => {
  const clients = await Promise.all(Array.from({ length: 50 }, () => createClient<App>()))
  await Promise.all(clients.map(async ({ stores }, i) => {
    await stores.T.addMany(Array.from({ length: i }, (_, k) => ({ id: `r${k}` })))
    assert.equal(await stores.T.count(), i)
  }))
  await Promise.all(clients.map((client) => client.dispose()))
})

test('writes after the engine’s collector ran are not lost', async () => {
  const client = await open<App>()
  const store = client.stores.T
  let expected = 0
  for (let round = 0; round < 30; round++) {
    const other = await createClient<App>()
    await other.stores.T.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, text: 'x'.repeat(100) + i })))
    await other.dispose()
    await turn()
    const results = await store.addMany(Array.from({ length: 10 }, (_, i) => ({ id: `${round}-${i}`, n: i })))
    assert.ok(results.every((result) => result.ok))
    expected += 10
    assert.equal(await store.count(), expected)
    assert.equal((await store.getOne(`${round}-9`))?.['n'], 9)
    await tasks(2)
  }
})

test('after a pause longer than the runtime lingers, a new client starts anew', async () => {
  const client = await createClient<App>({ id: 'pause', wasm: new URL('../../../dist/npm/atoma.wasm?pause', import.meta.url) })
  await client.stores.T.addOne({ id: 'x' })
  await client.dispose()
  await tasks(1500)
  const errors = await capture('error', () => tasks(50))
  assert.deepEqual(errors, [], 'the end of a runtime is silent')
  const next = await createClient<App>({ id: 'pause', wasm: new URL('../../../dist/npm/atoma.wasm?pause', import.meta.url) })
  assert.equal(await next.stores.T.count(), 0)
  await next.stores.T.addOne({ id: 'x' })
  await next.dispose()
})

for (const place of ['writeStart', 'updater', 'getter', 'inbound']) {
  test(`a write in the course of which its client is disposed is in flight (${place})`, async () => {
    const armed = { now: false }
    let dispose = (): void => {}
    const at = (here: string): void => {
      if (armed.now && here === place) dispose()
    }
    const client = await open<App>({
      schema: { T: { processor: { inbound: (row) => (at('inbound'), row) } } },
      plugins: [{
        id: 'p',
        setup: ({ execution }) => void execution.register({ id: 'e', write: async ({ entries }) => ({ results: entries.map(() => ({ ok: true })) }) }),
      }],
    })
    client.on('writeStart', () => at('writeStart'))
    const store = client.stores.T
    await store.addOne({ id: 'x', n: 1 })
    let disposal: Promise<void> | undefined
    dispose = () => void (disposal ??= client.dispose())
    armed.now = true
    const patch = { get n() { return at('getter'), 2 } }
    const updated = store.updateOne('x', place === 'updater' ? (draft) => (at('updater'), { ...draft, n: 2 }) : patch)
    assert.ok(disposal, 'it was disposed')
    assert.deepEqual(await updated, { id: 'x', n: 2, version: 2 })
    await disposal
  })
}

test('dispose gives time to writes that have not asked for their rows yet', async () => {
  const asked: unknown[] = []
  const client = await open<App>({
    plugins: [{
      id: 'p',
      setup: ({ execution }) => void execution.register({
        id: 'e',
        query: async ({ query }) => {
          asked.push((query.filter as { values: string[] }).values)
          await turn()
          return { data: (query.filter as { values: string[] }).values.map((id) => ({ id, version: 1 })) }
        },
        write: async ({ entries }) => ({ results: entries.map(() => ({ ok: true })) }),
      }),
    }],
  })
  const updated = ['q', 'r', 's'].map((id) => client.stores.T.updateOne(id, { n: 1 }))
  await client.dispose()
  assert.deepEqual(await Promise.all(updated), ['q', 'r', 's'].map((id) => ({ id, n: 1, version: 2 })))
  assert.equal(asked.length, 3)
})
