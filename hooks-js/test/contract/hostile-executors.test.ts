// Executors that throw, hang, answer short or twice or nonsense: no write stays
// in between, no promise for ever pending, and nothing is heard of what comes late.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldStore, registering, settled } from './held-executor.js'
import { capture, failureAt, type Loose, type LooseStore, open, rejects, turn, valueAt } from './support.js'
import { AtomaError, type Executor } from '../../../dist/npm/index.js'

async function storeOf(write: unknown): Promise<LooseStore> {
  const executor = { id: 'hostile', write } as Executor
  return (await open<{ Thing: Loose }>({ plugins: [registering(executor)] })).stores.Thing
}

const boom = new RangeError('boom')

const throwers: [string, unknown][] = [
  ['throws', () => { throw boom }],
  ['rejects', () => Promise.reject(boom)],
  ['gives a thenable that throws', () => ({ then() { throw boom } })],
  ['gives a thenable whose then cannot be read', () => ({ get then() { throw boom } })],
  ['gives an answer whose results cannot be read', async () => ({ get results() { throw boom } })],
]

for (const [name, write] of throwers) {
  test(`an executor that ${name}: internal with the cause, rolled back`, async () => {
    const store = await storeOf(write)
    const error = await rejects(store.addOne({ id: 'a' }), 'internal')
    assert.equal(error.cause, boom)
    const results = await store.addMany([{ id: 'a' }, { id: 'b' }])
    failureAt(results, 0, 'internal')
    failureAt(results, 1, 'internal')
    assert.deepEqual(await store.getAll(), [])
  })
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const unspeakable: [string, unknown][] = [
  ['an object without prototype', Object.create(null)],
  ['what has no string form', { toString() { throw boom } }],
  ['an error whose message cannot be read', Object.defineProperty(new Error(), 'message', { get() { throw boom } })],
  ['a Proxy that was revoked', revoked()],
  ['a Proxy that hides its prototype', new Proxy({}, { getPrototypeOf() { throw boom } })],
]

for (const [name, thrown] of unspeakable) {
  test(`an executor that throws ${name}: internal with the cause`, async () => {
    const fails = async (): Promise<never> => { throw thrown }
    const executor: Executor = { id: 'hostile', query: fails, write: fails, consistency: { base: 'cache' } }
    const store = (await open<{ Thing: Loose }>({ plugins: [registering(executor)] })).stores.Thing
    const calls = [store.getAll(), store.getOne('a'), store.findMany(), store.findOne(), store.count(), store.addOne({ id: 'a' }), store.upsertOne({ id: 'b' })]
    for (const call of calls) assert.equal((await rejects(call, 'internal')).cause, thrown)
    for (const result of await store.addMany([{ id: 'c' }])) assert.equal(!result.ok && result.error.cause, thrown)
    const input = (): never => ({ id: 'd', get n() { throw thrown } }) as never
    assert.equal((await rejects(store.addOne(input()), 'invalid_input')).cause, thrown)
  })
}

test('an AtomaError that an executor throws is passed on as it is', async () => {
  const own = new AtomaError('network', 'the line is dead')
  const store = await storeOf(async () => { throw own })
  assert.equal(await store.addOne({ id: 'a' }).catch((error) => error), own)
})

for (const answer of [undefined, null, 5, 'ok', [], {}, { results: null }, { results: 'all' }, { results: { length: 1 } }]) {
  test(`the answer ${JSON.stringify(answer)} is internal`, async () => {
    const store = await storeOf(async () => answer)
    const error = await rejects(store.addOne({ id: 'a' }), 'internal')
    assert.match(error.message, /results/)
    assert.deepEqual(await store.getAll(), [])
  })
}

test('a short answer fails what it leaves out, and that only', async () => {
  const store = await storeOf(async () => ({ results: [{ ok: true }] }))
  const results = await store.addMany([{ id: 'a' }, { id: 'b' }])
  assert.equal(valueAt(results, 0).id, 'a')
  assert.match(failureAt(results, 1, 'internal').error.message, /1 results/)
  assert.deepEqual((await store.getAll()).map(({ id }) => id), ['a'])
})

test('a long answer is read as far as there are entries', async () => {
  const store = await storeOf(async () => ({ results: [{ ok: true }, { ok: false }, 'x'] }))
  assert.equal((await store.addOne({ id: 'a' })).id, 'a')
})

const malformed: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['an empty object', {}],
  ['ok that is no boolean', { ok: 'yes' }],
  ['a refusal without error', { ok: false }],
  ['a refusal whose error is a string', { ok: false, error: 'no' }],
  ['a refusal without code', { ok: false, error: { message: 'no' } }],
  ['a version that is no number', { ok: true, version: '1' }],
  ['a version that is negative', { ok: true, version: -1 }],
  ['a version that is no whole number', { ok: true, version: 1.5 }],
  ['a value that is no row', { ok: true, value: 'row' }],
  ['a value that is null', { ok: true, value: null }],
  ['a value without id', { ok: true, value: { n: 1 } }],
  ['a value of another id', { ok: true, value: { id: 'other' } }],
  ['a value that cannot be stored', { ok: true, value: { id: 'a', f: () => {} } }],
  ['a value whose version is none', { ok: true, value: { id: 'a', version: 'x' } }],
  ['a getter that throws', { get ok() { throw boom } }],
  ['a proxy that throws', new Proxy({}, { get() { throw boom } })],
]

for (const [name, result] of malformed) {
  test(`the result ${name} fails its item alone with internal`, async () => {
    const store = await storeOf(async () => ({ results: [result, { ok: true }] }))
    const results = await store.addMany([{ id: 'a' }, { id: 'b' }])
    const { error } = failureAt(results, 0, 'internal')
    assert.match(error.message, /"Thing"/)
    assert.equal(valueAt(results, 1).id, 'b')
    assert.equal(await store.getOne('a'), undefined)
  })
}

test('a value of a deleted row is no matter', async () => {
  const store = await storeOf(async ({ entries }: { entries: unknown[] }) => ({ results: entries.map(() => ({ ok: true, value: { id: 'a' } })) }))
  await store.addOne({ id: 'a' })
  assert.equal(await store.deleteOne('a'), true)
  assert.deepEqual(await store.getAll(), [])
})

test('a second answer is not heard', async () => {
  const store = await storeOf(() => ({
    then(fulfilled: (v: unknown) => void, rejected: (v: unknown) => void) {
      fulfilled({ results: [{ ok: true, version: 5 }] })
      fulfilled({ results: [{ ok: false, error: { code: 'conflict', message: 'too late' } }] })
      rejected(boom)
    },
  }))
  assert.deepEqual(await store.addOne({ id: 'a' }), { id: 'a', version: 5 })
  await turn()
  assert.deepEqual(await store.getOne('a'), { id: 'a', version: 5 })
})

test('an answer that is no promise counts', async () => {
  const store = await storeOf(() => ({ results: [{ ok: true, version: 5 }] }))
  assert.deepEqual(await store.addOne({ id: 'a' }), { id: 'a', version: 5 })
})

test('an executor that changes what it was given changes nothing here', async () => {
  const store = await storeOf(async ({ entries }: { entries: { value: Loose }[] }) => {
    try {
      entries[0]!.value['n'] = 99
      ;(entries as unknown[]).length = 0
    } catch {
      // frozen in development
    }
    return { results: [{ ok: true }] }
  })
  assert.deepEqual(await store.addOne({ id: 'a', n: 1 }), { id: 'a', n: 1, version: 1 })
})

test('an answer after dispose is not heard, and says nothing', async () => {
  const { store, held, client } = await heldStore()
  const added = store.addOne({ id: 'a' }, { timeoutMs: 1 })
  const request = await held.next()
  await rejects(added, 'timeout')
  const errors = await capture('error', async () => {
    await client.dispose()
    await request.answer([{ ok: true, value: { id: 'a', n: 1 }, version: 3 }])
    await settled()
  })
  assert.deepEqual(errors, [])
})

test('an executor that writes while it is asked, is answered in time', async () => {
  let nested: Promise<Loose> | undefined
  let store: LooseStore
  const write = async ({ entries }: { entries: { id: string }[] }): Promise<unknown> => {
    if (entries[0]!.id === 'a') nested = store.addOne({ id: 'b' })
    return { results: entries.map(() => ({ ok: true })) }
  }
  store = await storeOf(write)
  assert.equal((await store.addOne({ id: 'a' })).id, 'a')
  assert.equal((await nested!).id, 'b')
})
