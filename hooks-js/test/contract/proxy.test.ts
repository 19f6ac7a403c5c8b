// client.stores and the facades.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { bad, capture, channel, type Loose, never, open, rejects, throws } from './support.js'

const methods = [
  'addOne', 'addMany', 'updateOne', 'updateMany', 'upsertOne', 'upsertMany', 'deleteOne', 'deleteMany',
  'getOne', 'getMany', 'getAll', 'findMany', 'findOne', 'count',
] as const

type App = { Todo: Loose }

test('a facade is always the same object for a name, by property and by call', async () => {
  const { stores } = await open<App>()
  assert.equal(stores.Todo, stores.Todo)
  assert.equal(stores.Todo, stores('Todo'))
  const before = stores.Todo
  await before.addOne({ id: 'x' })
  assert.equal(stores.Todo, before)
})

test('a facade is frozen, with the methods and name as own enumerable properties and nothing else', async () => {
  const { stores } = await open<App>()
  assert.ok(Object.isFrozen(stores.Todo))
  assert.deepEqual(Object.keys(stores.Todo).sort(), ['name', ...methods].sort())
  const inherited: string[] = []
  for (const key in stores.Todo) if (!Object.hasOwn(stores.Todo, key)) inherited.push(key)
  assert.deepEqual(inherited, [])
  assert.equal(stores.Todo.name, 'Todo')
  for (const method of methods) assert.equal(typeof stores.Todo[method], 'function')
})

test('methods work when taken off the facade, and with any this', async () => {
  const { addOne, getOne, updateOne, findMany, count } = (await open<App>()).stores.Todo
  await addOne({ id: 'x', n: 1 })
  await updateOne.call(bad(null), 'x', { n: 2 })
  assert.equal((await getOne('x'))?.['n'], 2)
  assert.equal((await findMany()).data.length, 1)
  assert.equal(await count(), 1)
})

test('then, toJSON, $$typeof, symbols and the own names of functions are undefined on stores', async () => {
  const { stores } = await open()
  const on = stores as unknown as Record<string | symbol, unknown>
  for (const key of ['then', 'toJSON', '$$typeof', 'name', 'length', 'prototype', 'arguments', 'caller']) {
    assert.equal(on[key], undefined, key)
  }
  for (const key of [Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive, Symbol.toStringTag, Symbol('x'), inspect.custom]) {
    assert.equal(on[key], undefined)
  }
})

test('toString, valueOf and constructor are the ordinary ones', async () => {
  const { stores } = await open()
  const on = stores as unknown as Function
  assert.equal(on.toString, Function.prototype.toString)
  assert.equal(on.valueOf, Object.prototype.valueOf)
  assert.equal(on.constructor, Function)
  assert.equal(typeof `${String(stores)}`, 'string')
  assert.equal(typeof on.toString(), 'string')
})

test('await, JSON.stringify, console.log and typeof are harmless', async () => {
  const client = await open()
  const created: string[] = []
  client.on('storeCreated', ({ storeName }) => created.push(storeName))
  assert.equal(await client.stores, client.stores)
  assert.equal(JSON.stringify(client.stores), undefined)
  assert.equal(JSON.stringify({ stores: client.stores }), '{}')
  assert.equal(typeof inspect(client.stores), 'string')
  assert.equal(typeof inspect(client.stores, { showProxy: true, showHidden: true }), 'string')
  assert.equal(typeof inspect(client, { depth: 5 }), 'string')
  assert.equal(typeof inspect(client.stores['Todo']), 'string')
  assert.equal(JSON.stringify(client.stores['Todo']), '{"name":"Todo"}')
  assert.equal(typeof client.stores, 'function')
  assert.deepEqual(created, [])
})

test('a facade is no thenable: awaiting it gives it', async () => {
  const { stores } = await open<App>()
  assert.equal(await stores.Todo, stores.Todo)
})

test('stores of reserved names are reached by call', async () => {
  const { stores } = await open()
  for (const name of ['then', 'toJSON', '$$typeof', 'name', 'length', 'prototype', 'toString', 'valueOf', 'constructor', 'caller']) {
    const store = stores(name)
    assert.equal(store, stores(name))
    assert.equal(store.name, name)
    await store.addOne({ id: name })
    assert.deepEqual(await store.getAll(), [{ id: name, version: 1 }])
  }
})

test('any other non-empty string is a name: by property and by call', async () => {
  const { stores } = await open()
  const by = stores as unknown as Record<string, unknown>
  const names = ['__proto__', 'hasOwnProperty', 'call', 'apply', 'bind', ' ', '0', 'a:b', 'a.b', '\0', '😀', '\ud800', '\udc00', 'é', 'e\u0301', 'x'.repeat(5000)]
  for (const name of names) {
    assert.equal(by[name], stores(name), name.slice(0, 20))
    await stores(name).addOne(bad({ id: 'only', of: name }))
  }
  for (const name of names) {
    const rows = await stores(name).getAll()
    assert.equal(rows.length, 1)
    assert.equal((rows[0] as Loose)['of'], name)
    assert.equal(stores(name).name, name)
  }
})

test('a name that is no non-empty string throws invalid_input at once', async () => {
  const { stores } = await open()
  for (const name of ['', undefined, null, 5, {}, [], ['Todo'], Symbol('x'), true, new String('Todo'), () => 'Todo', 10n]) {
    throws(() => stores(bad(name)), 'invalid_input')
  }
  throws(() => (stores as unknown as Record<string, unknown>)[''], 'invalid_input')
  throws(() => (stores as unknown as () => unknown)(), 'invalid_input')
})

test('stores cannot be changed', async () => {
  const { stores } = await open()
  const target = stores as unknown as Record<string, unknown>
  const before = stores['Todo']
  assert.throws(() => { target['Todo'] = 1 }, TypeError)
  assert.throws(() => Object.defineProperty(target, 'Todo', { value: 1 }), TypeError)
  assert.throws(() => { delete target['Todo'] }, TypeError)
  assert.equal(Reflect.setPrototypeOf(target, null), false)
  assert.equal(stores['Todo'], before)
})

test('everything that goes wrong in a method is a rejection, never a throw', async () => {
  const { stores } = await open<App>()
  const { Todo } = stores
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const hostile = new Proxy({}, { get() { throw new Error('get') }, ownKeys() { throw new Error('keys') }, getPrototypeOf() { throw new Error('proto') } })
  for (const input of [undefined, null, 5, 'x', Symbol('s'), 10n, () => 1, revoked.proxy, hostile, [hostile], [revoked.proxy]]) {
    for (const method of methods) {
      if (method === 'getAll') continue
      const call = Todo[method] as unknown as (...args: unknown[]) => Promise<unknown>
      await never(() => call(input)).catch((error: unknown) => assert.ok(error instanceof Error))
      await never(() => call('id', input)).catch((error: unknown) => assert.ok(error instanceof Error))
      await never(() => call('id', {}, input)).catch((error: unknown) => assert.ok(error instanceof Error))
    }
    await never(() => Todo.getAll(bad(input))).catch((error: unknown) => assert.ok(error instanceof Error))
  }
  assert.ok(await Todo.addOne({ id: 'still works' }))
})

test('a name that the schema nearly lists warns once per client and name, and works', async () => {
  const client = await open({ schema: { Todo: {}, Project: {} } })
  const warnings = await capture('warn', async () => {
    assert.ok(await client.stores['Tod']!.addOne({ id: 'x' }))
    client.stores['Tod']
    client.stores('Tod')
    await client.stores['Tod']!.getAll()
  })
  assert.equal(warnings.length, 1)
  assert.match(String(warnings[0]![0]), /Tod\b.*Todo/)
})

test('did-you-mean: distance at most 2, listed names and strangers are silent, each client warns', async () => {
  const said = async (name: string, schema: object = { Todo: {}, Project: {} }): Promise<number> => {
    const client = await open({ schema: bad(schema) })
    const warnings = await capture('warn', () => client.stores[name]!.count())
    return warnings.length
  }
  assert.equal(await said('Todo'), 0)
  assert.equal(await said('Tods'), 1, 'one edit')
  assert.equal(await said('todos'), 1, 'two edits')
  assert.equal(await said('Xxyo'), 0, 'three edits')
  assert.equal(await said('Todooo'), 1)
  assert.equal(await said('Todoooo'), 0)
  assert.equal(await said('Projekt'), 1)
  assert.equal(await said('Stranger'), 0)
  assert.equal(await said('Todoo', {}), 0, 'no schema, nothing to mean')
  assert.equal(await said('Tödo'), 1, 'one character, though two bytes')
  assert.equal(await said('T😀do'), 1, 'one character, though four bytes')
  assert.equal(await said('Todo😀😀'), 1)
  assert.equal(await said('Tods'), 1, 'another client warns again')
})

test('did-you-mean names the nearest', async () => {
  const client = await open({ schema: { Cars: {}, Card: {}, Cats: {} } })
  const warnings = await capture('warn', () => client.stores['Cardd'])
  assert.equal(warnings.length, 1)
  assert.match(String(warnings[0]![0]), /"Card"/)
})

test('the symbol channel is there, not enumerable, and knows its store', async () => {
  const { stores } = await open<App>({ id: 'channels' })
  const symbol = Symbol.for('atoma.storeInternal')
  const property = Object.getOwnPropertyDescriptor(stores.Todo, symbol)
  assert.ok(property)
  assert.equal(property.enumerable, false)
  assert.deepEqual(Object.getOwnPropertySymbols({ ...stores.Todo }), [])
  const { storeName, storeKey, resolveStore } = channel(stores.Todo)
  assert.equal(storeName, 'Todo')
  assert.equal(storeKey, 'channels:Todo')
  assert.equal(resolveStore('Other'), stores('Other' as never))
  await rejects(channel(stores.Todo).writeback(bad(5)), 'invalid_input')
})
