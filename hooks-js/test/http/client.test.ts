// A client with http() as its backend, against a real server that fails,
// waits and refuses.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http, type HttpOptions, watch } from '../../../dist/npm/index.js'
import { assertAlike, fields, ids, type Loose, open, Random, rejects, type Versioned } from '../contract/support.js'
import { QuickClock } from './executor.js'
import { type Space, space } from './server.js'

/** A client of a space, whose retries do not wait. */
async function clientOf(there: Space, options: Partial<HttpOptions> = {}) {
  const plugin = http({ baseURL: there.baseURL, timeoutMs: 0, timers: new QuickClock(), ...options })
  return open<{ Todo: Loose; User: Loose }>({ plugins: [plugin] })
}

test('what was written is there for another client', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  const due = new Date(1.7e12)
  assertAlike(await Todo.addOne({ id: 'a', title: 'one', due, bytes: Uint8Array.of(1, 2) }), { id: 'a', title: 'one', due, bytes: Uint8Array.of(1, 2), version: 1 })
  await Todo.updateOne('a', { title: 'two' })
  await Todo.addMany([{ id: 'b', due: new Date(0) }, { id: 'c' }])
  await Todo.deleteOne('c')
  const other = (await clientOf(there)).stores.Todo
  assertAlike(await other.getOne('a'), { id: 'a', title: 'two', due, bytes: Uint8Array.of(1, 2), version: 2 })
  assert.deepEqual(ids((await other.findMany({ filter: { due: { lt: due } } })).data), ['b'])
  assert.equal(await other.getOne('c'), undefined)
})

test('what one turn asks of several stores is one request', async () => {
  const there = await space()
  const { Todo, User } = (await clientOf(there)).stores
  await Promise.all([
    Todo.addOne({ id: 'a' }),
    User.addOne({ id: 'u' }),
    Todo.addMany([{ id: 'b' }, { id: 'c' }]),
    User.findMany({ filter: { name: 'x' } }),
    Todo.getOne('x'),
    Todo.getMany(['y', 'z']),
  ])
  const log = await there.log()
  assert.deepEqual(log.map(({ path }) => path.split('/').at(-1)), ['batch'])
  const operations = log[0]!.body!.operations!
  assert.deepEqual(operations.map(({ op, store }) => `${String(op)} ${String(store)}`).sort(), [
    'add Todo',
    'add Todo',
    'add Todo',
    'add User',
    'query Todo',
    'query User',
  ])
})

test('a conflict rolls back, shows what somebody else wrote, and the next change builds on it', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await Todo.addOne({ id: 'a', n: 1, title: 'mine' })
  await there.write('update', 'Todo', 'a', { n: 5, title: 'theirs' })
  const writing = Todo.updateOne('a', { n: 2 })
  assert.equal((await Todo.getOne('a'))?.['n'], 2)
  await rejects(writing, 'conflict')
  assertAlike(await Todo.getOne('a'), { id: 'a', n: 5, title: 'theirs', version: 2 })
  await Todo.updateOne('a', (row) => void (row['n'] = (row['n'] as number) + 1))
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', n: 6, title: 'theirs', version: 3 }])
})

test('a write whose answer is lost is done once', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await there.fail({ drop: true, applied: true, times: 2 })
  await Todo.addOne({ id: 'a', n: 1 })
  await there.fail({ drop: true, applied: true })
  await Todo.updateOne('a', (row) => void (row['n'] = (row['n'] as number) + 1))
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', n: 2, version: 2 }])
  const keys = (await there.log()).map(({ key }) => key)
  assert.equal(keys.length, 5)
  assert.equal(new Set(keys).size, 2)
})

test('changes show while the server has not answered, and later ones wait for it', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await there.hold()
  const added = Todo.addOne({ id: 'a', n: 1 })
  await there.arrived(1)
  const updated = Todo.updateOne('a', { n: 2 })
  assert.equal((await Todo.getOne('a'))?.['n'], 2)
  assert.deepEqual(await there.rows('Todo'), [])
  await there.release()
  assert.equal(((await added) as Versioned).version, 1)
  assert.equal(((await updated) as Versioned).version, 2)
  assert.deepEqual((await there.log()).map(({ ifMatch, ifNoneMatch }) => ifMatch ?? ifNoneMatch), ['*', '"1"'])
})

test('an aborted write is rolled back, and not done by a server that has not begun', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await Todo.addOne({ id: 'a', n: 1 })
  await there.log()
  await there.hold()
  const control = new AbortController()
  const writing = Todo.updateOne('a', { n: 2 }, { signal: control.signal })
  await there.arrived(1)
  control.abort()
  await rejects(writing, 'aborted')
  assert.equal((await Todo.getOne('a'))?.['n'], 1)
  const next = Todo.updateOne('a', { m: 1 })
  await there.arrived(2)
  await there.release()
  assertAlike(await next, { id: 'a', n: 1, m: 1, version: 2 })
})

test('a write that times out is rolled back, and nothing waits for it any more', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await there.hold()
  await rejects(Todo.addOne({ id: 'a' }, { timeoutMs: 20 }), 'timeout')
  const next = Todo.addOne({ id: 'a', n: 1 })
  await there.release()
  assertAlike(await next, { id: 'a', n: 1, version: 1 })
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', n: 1, version: 1 }])
})

test('a write that was given up is rolled back; if the server did it after all, the next one finds out', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there)).stores
  await Todo.addOne({ id: 'a', n: 1 })
  await there.fail({ applied: true, hang: true })
  const control = new AbortController()
  const writing = Todo.updateOne('a', { n: 2 }, { signal: control.signal })
  await there.arrived(3)
  control.abort()
  await rejects(writing, 'aborted')
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', n: 2, version: 2 }])
  assertAlike(await Todo.getOne('a'), { id: 'a', n: 1, version: 1 })
  await rejects(Todo.updateOne('a', { m: 3 }), 'conflict')
  assertAlike(await Todo.getOne('a'), { id: 'a', n: 2, version: 2 })
})

test('a token that is refused rejects reads and rolls writes back', async () => {
  const there = await space()
  let token = 'secret'
  await there.token(token)
  const client = await clientOf(there, { headers: () => ({ authorization: `Bearer ${token}` }) })
  const { Todo } = client.stores
  await Todo.addOne({ id: 'a', n: 1 })
  token = 'stale'
  const failed: unknown[] = []
  client.on('writeFailed', ({ ids, error }) => void failed.push(ids, error.code))
  await rejects(Todo.updateOne('a', { n: 2 }), 'unauthorized')
  await rejects(Todo.addOne({ id: 'b' }), 'unauthorized')
  await rejects(Todo.findMany(), 'unauthorized')
  assert.deepEqual(failed, [['a'], 'unauthorized', ['b'], 'unauthorized'])
  assert.equal((await Todo.getOne('a'))?.['n'], 1)
  token = 'secret'
  assert.deepEqual(ids(await Todo.getAll()), ['a'])
})

test('with nobody there, reads reject and writes are rolled back; what is known can still be read', async () => {
  const there = await space()
  let down = false
  const call: typeof fetch = (...args) => (down ? Promise.reject(new TypeError('fetch failed')) : fetch(...args))
  const { Todo } = (await clientOf(there, { fetch: call, retry: { attempts: 2 } })).stores
  await Todo.addOne({ id: 'a', n: 1 })
  down = true
  await rejects(Todo.updateOne('a', { n: 2 }), 'network')
  const results = await Todo.addMany([{ id: 'b' }, { id: 'c' }])
  assert.deepEqual(results.map((result) => !result.ok && result.error.code), ['network', 'network'])
  await rejects(Todo.findMany(), 'network')
  assertAlike(await Todo.getOne('a'), { id: 'a', n: 1, version: 1 })
  down = false
  assert.deepEqual(ids(await Todo.getAll()), ['a'])
})

test('what the server makes of a row shows with its answer, under later changes', async () => {
  const there = await space()
  await there.answers({ whole: true, stamp: true })
  const { Todo } = (await clientOf(there)).stores
  assertAlike(await Todo.addOne({ id: 'a', n: 1 }), { id: 'a', n: 1, stamp: 1, version: 1 })
  await there.hold()
  const first = Todo.updateOne('a', { n: 2 })
  await there.arrived(2)
  const second = Todo.updateOne('a', { m: 1 })
  await there.release()
  assertAlike(fields(await first), { id: 'a', n: 2, stamp: 2 })
  assertAlike(await second, { id: 'a', n: 2, m: 1, stamp: 3, version: 3 })
  const results = await Todo.addMany([{ id: 'b' }, { id: 'c', at: new Date(0) }])
  assertAlike(results.map((result) => result.ok && result.value), [
    { id: 'b', stamp: 1, version: 1 },
    { id: 'c', at: new Date(0), stamp: 1, version: 1 },
  ])
})

test('commit: confirm shows a change when the server has done it', async () => {
  const there = await space()
  const { Todo } = (await clientOf(there, { consistency: { commit: 'confirm' } })).stores
  await there.hold()
  const shown = watch(Todo, undefined, () => {})
  const adding = Todo.addOne({ id: 'a', n: 1 })
  await there.arrived(1)
  assert.deepEqual(shown.current.data, [])
  await there.release()
  assertAlike(await adding, { id: 'a', n: 1, version: 1 })
  assert.deepEqual(ids(shown.current.data), ['a'])
  shown.unsubscribe()
})

test('whatever fails on the way, clients and server agree in the end', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  const there = await space()
  const batches = [true, false, { only: true }, { maxOperations: 2 }]
  const clients = await Promise.all(batches.map((batch) => clientOf(there, { batch, retry: { attempts: 3 } })))
  const faults = [{ drop: true }, { drop: true, applied: true }, { status: 503 }, { status: 500, applied: true }, { status: 403 }, { status: 429, times: 4 }, { status: 200, body: '<html>' }]
  for (let round = 0; round < 25; round++) {
    const calls: Promise<unknown>[] = []
    for (const { stores } of clients) {
      if (random.below(3) === 0) await there.fail({ times: 1 + random.below(2), ...random.pick(faults) })
      for (let n = random.below(4); n > 0; n--) {
        const id = random.pick(['a', 'b', 'c', 'd'])
        const change = { [random.pick(['p', 'q'])]: random.pick([round, -0, undefined]) }
        const make = random.pick([
          () => stores.Todo.addOne({ id, ...change }),
          () => stores.Todo.updateOne(id, change),
          () => stores.Todo.upsertOne({ id, ...change }),
          () => stores.Todo.upsertOne({ id, ...change }, { conflict: 'lww', apply: 'replace' }),
          () => stores.Todo.deleteOne(id),
          () => stores.Todo.getAll(),
        ])
        // refusals and failures are expected; a promise that never settles is not
        calls.push(make().catch((error: { code?: string }) => assert.ok(error.code && error.code !== 'disposed', String(error))))
      }
    }
    await Promise.all(calls)
  }
  for (let left = 1; left > 0; ) left = await clients[0]!.stores.Todo.getAll().then(() => 0, () => 1)
  const rows = await there.rows('Todo')
  for (const [i, { stores }] of clients.entries()) {
    assertAlike(await stores.Todo.getAll(), rows, `client ${i}; replay with SEED=${seed}`)
  }
  for (const { stores } of clients) await stores.Todo.upsertOne({ id: 'last' }, { conflict: 'lww' })
  assert.equal((await there.rows('Todo')).length, rows.length + 1, `SEED=${seed}`)
})
