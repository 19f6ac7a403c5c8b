// AtomaError, and what a fault of the runtime looks like from outside.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { AtomaError, createClient } from '../../../dist/npm/index.js'
import * as wire from '../../../jsbridge/js/protocol.js'
import { capture, channel, coded, type Loose, open, openStore, rejects, tasks, turn } from './support.js'

test('an AtomaError is an Error with code, message, details and cause', () => {
  const cause = new Error('why')
  const details = { store: 'Todo', id: 'x', path: ['a', 0] }
  const error = new AtomaError('invalid_input', 'a message', { details, cause })
  assert.ok(error instanceof Error)
  assert.ok(error instanceof AtomaError)
  assert.equal(error.name, 'AtomaError')
  assert.equal(error.code, 'invalid_input')
  assert.equal(error.message, 'a message')
  assert.equal(error.details, details)
  assert.equal(error.cause, cause)
  assert.match(error.stack ?? '', /^AtomaError: a message/)
  assert.equal(String(error), 'AtomaError: a message')
})

test('details and cause are absent when they are not given', () => {
  const error = new AtomaError('internal', 'a message')
  assert.ok(!('cause' in error) || error.cause === undefined)
  assert.ok(!Object.hasOwn(error, 'cause'))
  assert.equal(error.details, undefined)
  assert.ok(Object.hasOwn(new AtomaError('internal', 'm', { cause: undefined }), 'cause'))
})

test('an AtomaError can be extended and caught by its class', () => {
  class Mine extends AtomaError {}
  const mine = new Mine('conflict', 'mine')
  assert.ok(mine instanceof AtomaError && mine instanceof Mine)
  assert.equal(mine.code, 'conflict')
})

test('a rejection’s stack leads to the caller’s code', async () => {
  const store = await openStore()
  const error = await rejects(store.addOne({ id: '' }), 'invalid_input')
  assert.match(error.stack ?? '', /errors\.test/)
})

test('messages say what, where and what to do', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  const cases: [Promise<unknown>, RegExp[]][] = [
    [store.addOne({ id: 'x' }), [/Thing/, /"x"/, /updateOne|upsertOne/]],
    [store.updateOne('y', {}), [/Thing/, /"y"/, /addOne|add|upsert/]],
    [store.upsertOne({ id: 'x', version: 9 }), [/Thing/, /"x"/, /version 1/, /lww|read/]],
    [store.addOne({ id: 'z', a: { b: [10n] } }), [/Thing/, /a\.b\[0\]/, /bigint/]],
    [store.getOne(5 as never), [/Thing/, /number/, /string/]],
    [store.findMany({ filter: { n: { nope: 1 } } } as never), [/nope/]],
    [store.addOne({ id: 'z' }, { writeStrategy: 'queue' }), [/queue/, /Thing/]],
  ]
  for (const [call, parts] of cases) {
    const error = await call.then(() => assert.fail('resolved'), (thrown: unknown) => thrown)
    assert.ok(error instanceof AtomaError)
    for (const part of parts) assert.match(error.message, part)
    assert.equal(error.details?.store ?? 'Thing', 'Thing')
  }
})

test('details are data: store and id are given where they are known', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  for (const call of [store.addOne({ id: 'x' }), store.upsertOne({ id: 'x', version: 5 }), store.updateOne('x', { f: () => 1 })]) {
    const error = await call.then(() => assert.fail('resolved'), (thrown: AtomaError) => thrown)
    assert.equal(error.details?.store, 'Thing')
    assert.equal(error.details?.id, 'x')
  }
  const query = await rejects(store.findMany({ filter: { n: { nope: 1 } } } as never), 'invalid_query')
  assert.equal(query.details?.store, 'Thing')
})

// A fault is asked for with the command that the protocol has for it.
interface Faulty {
  instance: { call(op: number, target: number, length: number, flags?: number): void }
}

const fault = (store: object, how: number): void => (channel(store).getHandle() as Faulty).instance.call(wire.OpFault, 0, 0, how)

test('a panic in a call is internal with the runtime’s stack, and the client lives on', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  for (let i = 0; i < 3; i++) {
    try {
      fault(store, wire.FaultPanic)
      assert.fail('did not throw')
    } catch (error) {
      assert.match(coded(error, 'internal').stack ?? '', /goroutine|\.go:/)
    }
  }
  assert.equal((await store.getOne('x'))?.id, 'x')
  assert.ok(await store.addOne({ id: 'y' }))
})

test('a panic in a goroutine is reported and harms nobody', async () => {
  const store = await openStore()
  const errors = await capture('error', async () => {
    fault(store, wire.FaultGoroutine)
    await turn()
  })
  assert.equal(errors.length, 1)
  const error = coded(errors[0]![0], 'internal')
  assert.match(error.stack ?? '', /goroutine|\.go:/)
  assert.ok(await store.addOne({ id: 'x' }))
})

test('a runtime that ended: calls reject internal, the page runs on, and a new client works', async () => {
  const wasm = new URL('../../../dist/npm/atoma.wasm?fatal', import.meta.url)
  const client = await createClient<{ T: Loose }>({ id: 'fatal', wasm })
  const store = client.stores.T
  await store.addOne({ id: 'x' })
  await capture('error', async () => {
    assert.throws(() => fault(store, wire.FaultExit))
    await turn()
  })
  const error = await rejects(store.addOne({ id: 'y' }), 'internal')
  assert.match(error.message, /dispose|create/)
  await rejects(store.getAll(), 'internal')
  await client.dispose()
  await rejects(store.getAll(), 'disposed')
  const next = await createClient<{ T: Loose }>({ id: 'fatal', wasm })
  assert.ok(await next.stores.T.addOne({ id: 'x' }))
  await next.dispose()
  await tasks(5)
})

test('a runtime that ended takes no other down', async () => {
  const other = await open<{ T: Loose }>()
  await other.stores.T.addOne({ id: 'x' })
  const wasm = new URL('../../../dist/npm/atoma.wasm?another', import.meta.url)
  const client = await createClient<{ T: Loose }>({ wasm })
  await capture('error', async () => assert.throws(() => fault(client.stores.T, wire.FaultExit)))
  assert.equal(await other.stores.T.count(), 1)
  await client.dispose()
})

test('an unexpected error has no secret channel: what is thrown is always an AtomaError or the user’s own', async () => {
  const store = await openStore()
  const own = { mine: true }
  await store.addOne({ id: 'x' })
  assert.equal(await store.updateOne('x', () => { throw own }).catch((error: unknown) => error), own)
})

// In a process of its own: unoptimised code, as on a page's first use, needs the most stack.
const fullStack = `
import { createClient } from ${JSON.stringify(new URL('../../../dist/npm/index.js', import.meta.url).href)}
const outcomes = []
for (let round = 0; round < 4; round++) {
  const wasm = new URL(${JSON.stringify(new URL('../../../dist/npm/atoma.wasm', import.meta.url).href)} + '?' + round)
  const client = await createClient({ wasm })
  const { T, U } = client.stores
  await T.addOne({ id: 'x' })
  const handle = U[Symbol.for('atoma.storeInternal')].getHandle()
  let depth = 0
  const fill = () => {
    if (++depth > 3000) handle.field('field' + depth)
    fill()
  }
  try { fill() } catch {}
  const added = await T.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: 'r' + i, s: 'x'.repeat(500) + i }))).then((results) => results.every(({ ok }) => ok), (error) => error.code)
  outcomes.push([added, await T.count().catch((error) => error.code)])
  await client.dispose()
}
console.log(JSON.stringify(outcomes))
`

test('a full stack inside a call: the runtime works on, or is known to be dead; it never goes on broken', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', fullStack], { encoding: 'utf8' })
  assert.doesNotMatch(stdout + stderr, /fatal error|panic:/, 'Go met a state that it had not left behind')
  const outcomes = JSON.parse(stdout) as unknown[]
  for (const outcome of outcomes) {
    const fine = JSON.stringify(outcome) === JSON.stringify([true, 3001])
    const dead = JSON.stringify(outcome) === JSON.stringify(['internal', 'internal'])
    assert.ok(fine || dead, JSON.stringify(outcome))
  }
})
