import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Executor, memory, type Plugin, type PluginContext } from '../../../dist/npm/index.js'
import { assertAlike, bad, failureAt, fields, ids, type Loose, open, rejects, throws } from '../contract/support.js'
import { conformance } from './backend.js'

conformance('memory()', () => {
  const plugin = memory()
  return { plugin: () => plugin }
})

conformance('memory() behind processors', () => {
  const plugin = memory()
  const processor = { outbound: (row: Loose) => row, writeback: (row: Loose) => Promise.resolve(row) }
  return { plugin: () => plugin, schema: { Thing: { processor } } }
})

test('a refused write tells the row that is there, and takes it over', async () => {
  const plugin = memory()
  const a = await open<{ Thing: Loose }>({ plugins: [plugin] })
  const b = await open<{ Thing: Loose }>({ plugins: [plugin] })
  await a.stores.Thing.addOne({ id: 'x', of: 'a' })
  const results = await b.stores.Thing.addMany([{ id: 'x', of: 'b' }])
  assertAlike(failureAt(results, 0, 'already_exists').current?.value, { id: 'x', of: 'a', version: 1 })
  const row = await b.stores.Thing.getOne('x')
  assertAlike(row, { id: 'x', of: 'a', version: 1 })
  assert.ok(Object.isFrozen(row))
})

test('rows stay for as long as a client uses the plugin', async () => {
  const plugin = memory()
  const first = await createClient<{ Thing: Loose }>({ plugins: [plugin] })
  await first.stores.Thing.addOne({ id: 'x' })
  const second = await createClient<{ Thing: Loose }>({ plugins: [plugin] })
  await first.dispose()
  assert.deepEqual(ids(await second.stores.Thing.getAll()), ['x'])
  await second.stores.Thing.addOne({ id: 'y' })
  await second.dispose()
  const third = await createClient<{ Thing: Loose }>({ plugins: [plugin] })
  assert.deepEqual(await third.stores.Thing.getAll(), [])
  await third.dispose()
})

test('two memory() plugins share nothing', async () => {
  const a = await open<{ Thing: Loose }>({ plugins: [memory()] })
  const b = await open<{ Thing: Loose }>({ plugins: [memory()] })
  await a.stores.Thing.addOne({ id: 'x' })
  assert.equal(await b.stores.Thing.getOne('x'), undefined)
})

test('a client whose engine is another one shares the rows all the same', async () => {
  const plugin = memory()
  const wasm = await import('node:fs/promises').then((fs) => fs.readFile(new URL('../../../dist/npm/atoma.wasm', import.meta.url)))
  const a = await open<{ Thing: Loose }>({ plugins: [plugin] })
  const b = await open<{ Thing: Loose }>({ plugins: [plugin], wasm })
  await a.stores.Thing.addOne({ id: 'x', n: 1 })
  assertAlike(await b.stores.Thing.updateOne('x', { n: 2 }), { id: 'x', n: 2, version: 2 })
  await a.dispose()
  await b.stores.Thing.addOne({ id: 'y', n: 3 })
  const c = await open<{ Thing: Loose }>({ plugins: [plugin], wasm })
  assertAlike((await c.stores.Thing.getAll()).map((row) => fields(row)), [{ id: 'x', n: 2 }, { id: 'y', n: 3 }])
})

test('changes that are to be confirmed first show with the answer', async () => {
  const plugin = memory({ consistency: { commit: 'confirm', base: 'cache' } })
  const store = (await open<{ Thing: Loose }>({ plugins: [plugin] })).stores.Thing
  const adding = store.addOne({ id: 'x', n: 1 })
  const channel = (store as unknown as Record<symbol, { getHandle(): { peek(id: string): unknown } }>)[Symbol.for('atoma.storeInternal')]!
  assert.equal(channel.getHandle().peek('x'), undefined)
  assertAlike(await adding, { id: 'x', n: 1, version: 1 })
  assertAlike(channel.getHandle().peek('x'), { id: 'x', n: 1, version: 1 })
})

test('a second executor is refused by name, and the rows of the first are let go', async () => {
  const twice = createClient({ plugins: [memory(), memory({ id: 'other' })] })
  const error = await rejects(twice, 'executor_conflict')
  assert.match(error.message, /"memory".*"other"|"other".*"memory"/)
})

test('malformed options of memory() are refused', async () => {
  throws(() => memory(bad(null)), 'invalid_input')
  throws(() => memory(bad([])), 'invalid_input')
  throws(() => memory({ id: '' }), 'invalid_input')
  const schema = { Thing: { indexes: [{ field: 'n', type: 'colour' }] } }
  await rejects(createClient({ plugins: [memory(bad({ schema }))] }), 'plugin_failed')
  throws(() => memory(bad({ schema: { Thing: { indexes: [() => 1] } } })), 'invalid_input')
})

test('indexes of the backend change no answer', async () => {
  const schema = { Thing: { indexes: [{ field: 'n', type: 'number' }, { field: 's', type: 'text' }] } } as const
  const store = (await open<{ Thing: Loose }>({ plugins: [memory({ schema })], schema })).stores.Thing
  await store.addMany(Array.from({ length: 50 }, (_, n) => ({ id: `r${n}`, n, s: n % 2 ? 'odd one' : 'even one' })))
  const { data } = await store.findMany({ filter: { n: { gt: 40 }, s: { text: { query: 'odd' } } }, sort: [{ field: 'n', dir: 'desc' }], limit: 3 })
  assert.deepEqual(ids(data), ['r49', 'r47', 'r45'])
})

test('includes are made here, of rows that the backend has', async () => {
  const schema = {
    Todo: { relations: { author: { type: 'belongsTo', to: 'User', foreignKey: 'by' } } },
    User: {},
  } as const
  const client = await open<{ Todo: Loose; User: Loose }>({ plugins: [memory()], schema })
  await client.stores.User.addOne({ id: 'u', name: 'Ada' })
  await client.stores.Todo.addOne({ id: 't', by: 'u' })
  const { data } = await client.stores.Todo.findMany({ include: { author: true } } as never)
  assertAlike((data[0] as Loose)['author'], { id: 'u', name: 'Ada', version: 1 })
})

test('writes go from engine to engine, but for stores whose processors they have to pass', async () => {
  const asked: string[] = []
  const plugin = memory()
  const spy: Plugin = {
    ...plugin,
    setup(context) {
      const register = (executor: Executor): (() => void) => {
        const { write } = executor
        executor.write = (request, options) => (asked.push(request.storeName), write!(request, options))
        return context.execution.register(executor)
      }
      return plugin.setup(Object.create(context, { execution: { value: { ...context.execution, register } } }) as PluginContext)
    },
  }
  const outbound = (row: Loose): Loose => ({ ...row, sent: true })
  const schema = { Sent: { processor: { outbound } } }
  const { Thing, Sent } = (await open<{ Thing: Loose; Sent: Loose }>({ plugins: [spy], schema })).stores
  await Promise.all([Thing.addOne({ id: 'x' }), Sent.addOne({ id: 'y' })])
  assert.deepEqual(asked, ['Sent'])
  assertAlike(await Thing.getAll(), [{ id: 'x', version: 1 }])
  assertAlike((await Sent.getAll()).map((row) => fields(row)), [{ id: 'y', sent: true }])
})
