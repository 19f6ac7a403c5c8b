// Events: who hears what, in which order, and that listeners harm nobody.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client, ClientEvents, Executor, OperationContext, Plugin, WriteRequest } from '../../../dist/npm/index.js'
import { heldStore, ok, refusal } from './held-executor.js'
import { bad, capture, channel, type Loose, open, rejects, throws, turn } from './support.js'

type App = { T: Loose; U: Loose }
type Name = keyof ClientEvents
type Heard = { name: Name; event: ClientEvents[Name] }

const names: Name[] = ['storeCreated', 'readStart', 'readFinish', 'writeStart', 'writeCommitted', 'writeFailed', 'changeStart', 'changeCommitted', 'changeFailed']

/** Everything that a client says from now on. */
function hear(client: Client<App>, only: readonly Name[] = names): Heard[] {
  const heard: Heard[] = []
  for (const name of only) client.on(name, (event) => void heard.push({ name, event }))
  return heard
}

const named = (heard: readonly Heard[]): Name[] => heard.map(({ name }) => name)

function find<K extends Name>(heard: readonly Heard[], name: K): ClientEvents[K] {
  const found = heard.find((one) => one.name === name)
  assert.ok(found, `no ${name} among ${named(heard).join(', ')}`)
  return found.event as ClientEvents[K]
}

/** All events of one operation have its trace, and the same context. */
function assertTraced(heard: readonly Heard[]): OperationContext {
  const { context } = heard[0]!.event
  for (const { name, event } of heard) {
    assert.equal(event.traceId, context.traceId, name)
    assert.deepEqual(event.context, context, name)
  }
  return context
}

const backend = (executor: Partial<Executor>): Plugin => ({ id: 'backend', setup: ({ execution }) => void execution.register({ id: 'test', ...executor }) })

const accept = async ({ entries }: WriteRequest): Promise<{ results: { ok: true }[] }> => ({ results: entries.map(() => ({ ok: true })) })

test('storeCreated comes with the first call of a method, once', async () => {
  const client = await open<App>({ id: 'creates' })
  const heard = hear(client, ['storeCreated'])
  const { T } = client.stores
  assert.equal(heard.length, 0, 'a facade is no store yet')
  await T.count()
  await T.addOne({ id: 'x' })
  assert.equal(heard.length, 1)
  const { storeName, storeKey, traceId, context } = find(heard, 'storeCreated')
  assert.deepEqual([storeName, storeKey], ['T', 'creates:T'])
  assert.equal(context.traceId, traceId)
})

test('a listener hears until it is taken off, its signal aborts, or once', async () => {
  const client = await open<App>()
  const heard: string[] = []
  const controller = new AbortController()
  const off = client.on('storeCreated', ({ storeName }) => void heard.push(`off ${storeName}`))
  client.on('storeCreated', ({ storeName }) => void heard.push(`signal ${storeName}`), { signal: controller.signal })
  client.on('storeCreated', ({ storeName }) => void heard.push(`once ${storeName}`), { once: true })
  client.on('storeCreated', () => assert.fail('it was aborted before'), { signal: AbortSignal.abort() })
  const create = (name: string): Promise<number> => (client.stores as unknown as (name: string) => { count(): Promise<number> })(name).count()
  await create('A')
  assert.deepEqual(heard.splice(0), ['off A', 'signal A', 'once A'])
  off()
  off()
  await create('B')
  assert.deepEqual(heard.splice(0), ['signal B'])
  controller.abort()
  await create('C')
  assert.deepEqual(heard, [])
})

test('one that listens twice hears twice; one that is taken off by another in between does not', async () => {
  const client = await open<App>()
  let n = 0
  const count = (): void => void n++
  client.on('storeCreated', count)
  client.on('storeCreated', count)
  client.on('storeCreated', () => off())
  const off = client.on('storeCreated', () => assert.fail('it was taken off'))
  await client.stores.T.count()
  assert.equal(n, 2)
})

test('what is no event, listener or signal throws invalid_input', async () => {
  const client = await open()
  for (const name of ['nothing', 'storecreated', '', undefined, 5, 'toString']) throws(() => client.on(bad(name), () => {}), 'invalid_input')
  for (const listener of [undefined, null, {}, 'f']) throws(() => client.on('storeCreated', bad(listener)), 'invalid_input')
  for (const options of [null, 5, { signal: {} }, { signal: 5 }, { once: 5 }, { once: null }]) throws(() => client.on('storeCreated', () => {}, bad(options)), 'invalid_input')
})

test('a listener that throws or rejects is reported, and harms nobody', async () => {
  const client = await open<App>()
  const wrong = [new Error('thrown'), new Error('rejected')]
  let reached = 0
  client.on('writeStart', () => {
    throw wrong[0]
  })
  client.on('writeStart', () => Promise.reject(wrong[1]) as never)
  client.on('writeStart', () => void reached++)
  const errors = await capture('error', async () => assert.deepEqual(await client.stores.T.addOne({ id: 'x' }), { id: 'x', version: 1 }))
  assert.deepEqual(errors.map(([error]) => error), wrong)
  assert.equal(reached, 1)
})

test('an event is one and the same for all who hear it, so none of them can change it', async () => {
  const client = await open<App>()
  const events: object[] = []
  for (let i = 0; i < 2; i++) client.on('writeCommitted', (event) => void events.push(event))
  await client.stores.T.addOne({ id: 'x' })
  assert.equal(events[0], events[1])
  assert.ok(Object.isFrozen(events[0]))
  assert.ok(Object.isFrozen((events[0] as ClientEvents['writeCommitted']).context.opContext))
})

test('a local write: started, then committed with the ids that were written, and failed with those that were not', async () => {
  const client = await open<App>()
  const heard = hear(client)
  const opContext = { scope: 'board', label: 'make' }
  await client.stores.T.addMany([{ id: 'a' }, { id: 'b' }, { id: 'a' }], { opContext })
  assert.deepEqual(named(heard).slice(0, 2), ['storeCreated', 'writeStart'])
  assert.deepEqual(named(heard).slice(2).sort(), ['writeCommitted', 'writeFailed'], 'each outcome once')
  const context = assertTraced(heard.slice(1))
  assert.equal(context.opContext.scope, 'board')
  assert.equal(context.opContext.label, 'make')
  assert.equal(context.opContext.origin, 'user')
  assert.ok(context.opContext.actionId)
  assert.deepEqual(opContext, { scope: 'board', label: 'make' }, 'what was passed is left alone')
  const start = find(heard, 'writeStart')
  assert.deepEqual([start.action, start.storeName, start.writeStrategy], ['add', 'T', 'direct'])
  const committed = find(heard, 'writeCommitted')
  assert.deepEqual(committed.ids, ['a', 'b'])
  assert.ok(committed.ms >= 0)
  const failed = find(heard, 'writeFailed')
  assert.equal(failed.error.code, 'already_exists')
  assert.deepEqual(failed.ids, ['a'])
})

test('each way to write says what it is', async () => {
  const client = await open<App>()
  const { T } = client.stores
  await T.addOne({ id: 'x' })
  const heard = hear(client, ['writeStart'])
  await T.addOne({ id: 'y' })
  await T.updateOne('y', { n: 1 })
  await T.updateMany([{ id: 'y', change: { n: 2 } }])
  await T.upsertOne({ id: 'y', n: 3 })
  await T.upsertMany([{ id: 'z', n: 3 }])
  await T.deleteOne('y')
  await T.deleteMany(['z'])
  assert.deepEqual(heard.map(({ event }) => (event as ClientEvents['writeStart']).action), ['add', 'update', 'update', 'upsert', 'upsert', 'delete', 'delete'])
  assert.equal(new Set(heard.map(({ event }) => event.traceId)).size, 7, 'each call is traced by itself')
  assert.equal(new Set(heard.map(({ event }) => event.context.opContext.actionId)).size, 7, 'and is an action of its own')
})

test('a write that is refused at once fails with what the promise rejects with', async () => {
  const client = await open<App>()
  const heard = hear(client, ['writeStart', 'writeCommitted', 'writeFailed'])
  const error = await rejects(client.stores.T.updateOne('nobody', { n: 1 }), 'not_found')
  assert.deepEqual(named(heard), ['writeStart', 'writeFailed'])
  assertTraced(heard)
  assert.equal(find(heard, 'writeFailed').error, error)
})

test('the trace goes from the call through the request to the events', async () => {
  const requests: WriteRequest[] = []
  const client = await open<App>({
    plugins: [
      backend({
        write: (request) => {
          requests.push(request)
          return accept(request)
        },
      }),
    ],
  })
  const heard = hear(client, ['writeStart', 'writeCommitted'])
  const adding = client.stores.T.addOne({ id: 'x' }, { opContext: { scope: 's', actionId: 'mine', origin: 'sync' } })
  assert.deepEqual(named(heard), ['writeStart'])
  await adding
  assert.deepEqual(named(heard), ['writeStart', 'writeCommitted'])
  const context = assertTraced(heard)
  assert.deepEqual(context.opContext, { scope: 's', actionId: 'mine', origin: 'sync' })
  assert.deepEqual(requests[0]?.context, context)
})

test('a write that the backend refuses fails, though its promise has settled', async () => {
  let refuse = (): void => {}
  const refused = new Promise<void>((resolve) => (refuse = resolve))
  const client = await open<App>({
    plugins: [
      backend({
        write: async () => {
          await refused
          return { results: [{ ok: false, error: { code: 'conflict', message: 'somebody was faster' } }] }
        },
      }),
    ],
  })
  const heard = hear(client, ['writeStart', 'writeCommitted', 'writeFailed'])
  await client.stores.T.addOne({ id: 'x' }, { confirmation: 'optimistic' })
  assert.deepEqual(named(heard), ['writeStart'])
  refuse()
  await turn()
  assert.deepEqual(named(heard), ['writeStart', 'writeFailed'])
  assertTraced(heard)
  const { error, ids } = find(heard, 'writeFailed')
  assert.equal(error.code, 'conflict')
  assert.deepEqual(ids, ['x'])
  assert.equal(await client.stores.T.count(), 0)
})

test('who listens when the answer comes is told, whoever did at the call', async () => {
  for (const confirmation of ['strict', 'optimistic'] as const) {
    const { store, held, client } = await heldStore(undefined, [{ id: 'u' }, { id: 'v' }])
    const calls: Promise<unknown>[] = [
      store.addOne({ id: 'a' }, { confirmation }),
      store.addMany([{ id: 'b' }, { id: 'u' }, { id: 'c' }], { confirmation }),
      store.updateOne('u', { n: 1 }, { confirmation }),
      store.updateMany([{ id: 'v', change: { n: 1 } }, { id: 'v', change: { n: 1 } }], { confirmation }),
      store.deleteMany(['v', 'nobody'], { confirmation }),
    ]
    for (const call of calls) call.catch(() => {})
    const request = await held.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const heard: unknown[] = []
    for (const name of ['writeStart', 'writeCommitted', 'writeFailed'] as const) {
      client.on(name, (event) => {
        heard.push([name, event.action, event.ids])
        if (name !== 'writeStart') assert.ok((event as ClientEvents['writeFailed']).ms >= 4 && (event as ClientEvents['writeFailed']).ms < 10_000)
      })
    }
    await request.answer([refusal(), ok, refusal(), ok, ok, refusal()])
    assert.deepEqual(heard, [
      ['writeFailed', 'add', ['a']],
      ['writeFailed', 'add', ['c', 'u']],
      ['writeCommitted', 'add', ['b']],
      ['writeCommitted', 'update', ['u']],
      ['writeCommitted', 'update', ['v']],
      ['writeFailed', 'delete', ['v']],
      ['writeCommitted', 'delete', []],
    ])
    await Promise.allSettled(calls)
  }
})

test('who listens when a call is given up is told of it', async () => {
  const { store, held, client } = await heldStore()
  const controller = new AbortController()
  const added = store.addMany([{ id: 'a' }, { id: 'b' }], { signal: controller.signal })
  await held.next()
  await new Promise((resolve) => setTimeout(resolve, 5))
  const heard: ClientEvents['writeFailed'][] = []
  client.on('writeFailed', (event) => void heard.push(event))
  controller.abort()
  const error = await rejects(added, 'aborted')
  assert.deepEqual(heard.map(({ ids, error }) => [ids, error]), [[['a', 'b'], error]])
  assert.ok(heard[0]!.ms >= 4 && heard[0]!.ms < 10_000)
})

test('reads start and finish, with what they found and whether a backend was asked', async () => {
  const local = await open<App>()
  await local.stores.T.addMany([{ id: 'a' }, { id: 'b' }])
  const heard = hear(local, ['readStart', 'readFinish'])
  const { T } = local.stores
  await T.getOne('a')
  await T.getOne('nobody')
  await T.getMany(['a', 'b'])
  await T.getAll()
  await T.findMany({ limit: 1 })
  await T.findOne()
  await T.count()
  const finished = heard.filter(({ name }) => name === 'readFinish').map(({ event }) => event as ClientEvents['readFinish'])
  assert.deepEqual(finished.map(({ action, rows }) => [action, rows]), [['getOne', 1], ['getOne', 0], ['getMany', 2], ['getAll', 2], ['findMany', 1], ['findOne', 1], ['count', 2]])
  assert.ok(finished.every(({ fromBackend, ms }) => !fromBackend && ms >= 0))
  for (let i = 0; i < heard.length; i += 2) assertTraced(heard.slice(i, i + 2))
  const remote = await open<App>({ plugins: [backend({ query: async () => ({ data: [{ id: 'r', version: 3 }] }) })] })
  const asked = hear(remote, ['readStart', 'readFinish'])
  await remote.stores.T.getOne('r')
  const finish = find(asked, 'readFinish')
  assert.deepEqual([finish.fromBackend, finish.rows, finish.action], [true, 1, 'getOne'])
})

test('a read that fails finishes with its error', async () => {
  const client = await open<App>({ plugins: [backend({ query: () => Promise.reject(new Error('offline')) })] })
  const heard = hear(client, ['readStart', 'readFinish'])
  const error = await rejects(client.stores.T.getAll(), 'internal')
  assert.deepEqual(named(heard), ['readStart', 'readFinish'])
  assert.equal(find(heard, 'readFinish').error, error)
})

test('changes that come without a write have events of their own', async () => {
  const client = await open<App>()
  const { T } = client.stores
  await T.addOne({ id: 'gone' })
  const heard = hear(client)
  await channel(T).writeback([{ id: 'x', n: 1, version: 4 }, { id: 'gone', deleted: true }])
  assert.deepEqual(named(heard), ['changeStart', 'changeCommitted'])
  assertTraced(heard)
  assert.deepEqual(find(heard, 'changeCommitted').ids, ['x', 'gone'])
  heard.length = 0
  const error = await rejects(channel(T).writeback([{ id: '' }]), 'invalid_input')
  assert.deepEqual(named(heard), ['changeStart', 'changeFailed'])
  assert.equal(find(heard, 'changeFailed').error, error)
})

test('a listener may use the stores, and end the client', async () => {
  const client = await open<App>()
  const { T, U } = client.stores
  const copies: Promise<unknown>[] = []
  client.on('writeCommitted', ({ storeName, ids }) => {
    if (storeName === 'T') copies.push(U.addMany(ids.map((id) => ({ id }))))
  })
  await T.addMany([{ id: 'a' }, { id: 'b' }])
  await Promise.all(copies)
  assert.equal(await U.count(), 2)
  client.on('writeCommitted', () => void client.dispose())
  assert.deepEqual(await T.addOne({ id: 'last' }), { id: 'last', version: 1 })
  await rejects(T.addOne({ id: 'later' }), 'disposed')
})

test('what is in flight at dispose is still heard of', async () => {
  const client = await open<App>({ disposeTimeoutMs: 5, plugins: [backend({ write: () => new Promise(() => {}) })] })
  const heard = hear(client, ['writeStart', 'writeFailed'])
  const adding = client.stores.T.addOne({ id: 'x' })
  await turn()
  await Promise.all([rejects(adding, 'disposed'), client.dispose()])
  assert.deepEqual(named(heard), ['writeStart', 'writeFailed'])
  assert.equal(find(heard, 'writeFailed').error.code, 'disposed')
})

test('plugins hear what the user hears; once means once', async () => {
  const heard: string[] = []
  const client = await open<App>({
    plugins: [
      {
        id: 'ears',
        setup({ events }) {
          events.on('writeCommitted', ({ ids }) => void heard.push(`on ${ids.join()}`))
          events.once('writeCommitted', ({ ids }) => void heard.push(`once ${ids.join()}`))
        },
      },
    ],
  })
  await client.stores.T.addOne({ id: 'a' })
  await client.stores.T.addOne({ id: 'b' })
  assert.deepEqual(heard, ['on a', 'once a', 'on b'])
})
