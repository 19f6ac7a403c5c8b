// Write strategies: opaque names that writes are grouped by and handed on with.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldExecutor, registering, settled } from './held-executor.js'
import { type Loose, open, rejects } from './support.js'
import type { Plugin } from '../../../dist/npm/index.js'

function strategy(name: string, held: HeldExecutor): Plugin {
  return {
    id: `strategy-${name}`,
    setup: ({ execution }) => void execution.registerStrategy(name, (request, { signal }) => held.hold(request as never, signal)),
  }
}

test('a strategy carries writes without an executor', async () => {
  const queue = new HeldExecutor()
  const { stores } = await open<{ Thing: Loose }>({ plugins: [strategy('queue', queue)] })
  const added = stores.Thing.addOne({ id: 'a' }, { writeStrategy: 'queue' })
  const local = await stores.Thing.addOne({ id: 'b' })
  assert.deepEqual(local, { id: 'b', version: 1 })
  const request = await queue.next()
  assert.equal(request.writeStrategy, 'queue')
  assert.deepEqual(request.entries.map(({ id }) => id), ['a'])
  await request.answer([{ ok: true, version: 3 }])
  assert.deepEqual(await added, { id: 'a', version: 3 })
})

test('the schema names the strategy of a store, a write another', async () => {
  const queue = new HeldExecutor()
  const executor = new HeldExecutor()
  const { stores } = await open<{ Thing: Loose; Other: Loose }>({
    schema: { Thing: { write: { strategy: 'queue' } } },
    plugins: [strategy('queue', queue), registering(executor.executor)],
  })
  const calls = [
    stores.Thing.addOne({ id: 'a' }),
    stores.Thing.addOne({ id: 'b' }, { writeStrategy: 'direct' }),
    stores.Other.addOne({ id: 'c' }),
    stores.Thing.addOne({ id: 'd' }, {}),
  ]
  const queued = await queue.next()
  assert.deepEqual(queued.entries.map(({ id }) => id), ['a'])
  const direct = [await executor.next(), await executor.next()]
  assert.deepEqual(direct.map(({ writeStrategy, entries }) => [writeStrategy, entries[0]!.id]), [['direct', 'b'], ['direct', 'c']])
  for (const request of direct) await request.answer()
  await queued.answer()
  const last = await queue.next()
  assert.deepEqual(last.entries.map(({ id }) => id), ['d'])
  await last.answer()
  await Promise.all(calls)
})

test('strategies of one store do not wait for each other', async () => {
  const one = new HeldExecutor()
  const two = new HeldExecutor()
  const { stores } = await open<{ Thing: Loose }>({ plugins: [strategy('one', one), strategy('two', two)] })
  void stores.Thing.addOne({ id: 'a' }, { writeStrategy: 'one' }).catch(() => {})
  await one.next() // never answered
  const added = stores.Thing.addOne({ id: 'b' }, { writeStrategy: 'two' })
  await (await two.next()).answer()
  assert.equal((await added).id, 'b')
})

test('an unknown strategy rejects the whole call before anything changes', async () => {
  const { stores } = await open<{ Thing: Loose }>()
  const options = { writeStrategy: 'nobody' }
  const error = await rejects(stores.Thing.addOne({ id: 'a' }, options), 'unknown_write_strategy')
  assert.match(error.message, /"nobody"/)
  await rejects(stores.Thing.addMany([{ id: 'a' }], options), 'unknown_write_strategy')
  let ran = false
  await rejects(stores.Thing.updateOne('a', () => void (ran = true), options), 'unknown_write_strategy')
  await rejects(stores.Thing.deleteMany(['a'], options), 'unknown_write_strategy')
  assert.ok(!ran)
  assert.deepEqual(await stores.Thing.getAll(), [])
})

test('a strategy that is taken away refuses what it has not answered, and is unknown from then on', async () => {
  const queue = new HeldExecutor()
  let undo = (): void => {}
  const { stores } = await open<{ Thing: Loose }>({
    plugins: [{ id: 'p', setup: ({ execution }) => void (undo = execution.registerStrategy('queue', (request, { signal }) => queue.hold(request as never, signal))) }],
  })
  const added = stores.Thing.addOne({ id: 'a' }, { writeStrategy: 'queue' })
  const request = await queue.next()
  undo()
  await rejects(added, 'aborted')
  assert.ok(request.signal.aborted)
  assert.equal(await stores.Thing.getOne('a'), undefined)
  await rejects(stores.Thing.addOne({ id: 'a' }, { writeStrategy: 'queue' }), 'unknown_write_strategy')
  await request.answer()
  await settled()
})
