// When the promise of a write settles, and with what.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldStore, refusal, settled, stateOf } from './held-executor.js'
import { failureAt, type Loose, recorder, rejects, valueAt } from './support.js'
import { watch } from '../../../dist/npm/index.js'

test('strict: the promise settles with the answer', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1 })
  const request = await held.next()
  assert.equal(await stateOf(added), 'pending')
  await request.answer()
  assert.deepEqual(await stateOf(added), { value: { id: 'a', n: 1, version: 1 } })
})

test('optimistic: the promise settles when the executor has been handed the write', async () => {
  const { store, held, client } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  const failed: unknown[] = []
  client.on('writeFailed', (event) => void failed.push(event))
  const first = store.updateOne('a', { n: 1 }, { confirmation: 'optimistic' })
  const second = store.updateOne('a', { n: 2 }, { confirmation: 'optimistic', opContext: { scope: 'other' } })
  const request = await held.next()
  assert.deepEqual(await first, { id: 'a', n: 1, version: 2 })
  assert.equal(await stateOf(second), 'pending', 'its request is not sent yet')
  await request.answer([refusal()])
  assert.deepEqual(await second, { id: 'a', n: 2, version: 3 })
  assert.equal(failed.length, 1)
  assert.equal((failed[0] as { error: { code: string } }).error.code, 'conflict')
  assert.deepEqual((failed[0] as { ids: string[] }).ids, ['a'])
  await (await held.next()).answer()
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 2, version: 2 })
})

test('optimistic many-writes give results that later refusals leave alone', async () => {
  const { store, held } = await heldStore()
  const results = store.addMany([{ id: 'a' }, { id: 'b' }], { confirmation: 'optimistic' })
  const request = await held.next()
  const given = await results
  assert.equal(valueAt(given, 0).id, 'a')
  await request.answer([refusal(), { ok: true }])
  assert.equal(given[0]!.ok, true)
  assert.equal(await store.getOne('a'), undefined)
})

for (const confirmation of ['strict', 'optimistic'] as const) {
  test(`commit confirm, ${confirmation}: the change shows, and the promise settles, with the answer`, async () => {
    const { store, held } = await heldStore({ commit: 'confirm' }, [{ id: 'a', n: 0 }])
    const before = await store.getOne('a')
    const { told, listener } = recorder<Loose>()
    const live = watch(store, undefined, listener)
    const updated = store.updateOne('a', { n: 1 }, { confirmation })
    const added = store.addOne({ id: 'b' }, { confirmation })
    const request = await held.next()
    assert.equal(await store.getOne('a'), before)
    assert.equal(await store.getOne('b'), undefined)
    assert.equal(await stateOf(updated), 'pending')
    assert.deepEqual(request.entries.map(({ value }) => value), [{ id: 'a', n: 1, version: 2 }, { id: 'b', version: 1 }])
    await request.answer()
    assert.deepEqual(await updated, { id: 'a', n: 1, version: 2 })
    assert.equal(await updated, await store.getOne('a'))
    assert.deepEqual(await added, { id: 'b', version: 1 })
    await settled()
    assert.equal(told.length, 1)
    assert.deepEqual(live.current.data.map(({ id }) => id), ['a', 'b'])
    live.unsubscribe()
  })
}

test('commit confirm: later writes build on those that do not show yet', async () => {
  const { store, held } = await heldStore({ commit: 'confirm' })
  const added = store.addOne({ id: 'a', n: 1 })
  const again = store.addOne({ id: 'a', n: 2 })
  const updated = store.updateOne('a', (draft) => void (draft['n'] = (draft['n'] as number) + 1))
  const upserted = store.upsertOne({ id: 'a', m: 1, version: 2 })
  const stale = store.upsertOne({ id: 'a', m: 2, version: 2 })
  const deleted = store.deleteOne('a')
  const gone = store.deleteOne('a')
  const late = store.updateOne('a', { n: 9 })
  await rejects(again, 'already_exists')
  await rejects(stale, 'conflict')
  await rejects(late, 'not_found')
  assert.equal(await gone, false)
  assert.equal(await store.getOne('a'), undefined)
  const request = await held.next()
  assert.deepEqual(request.entries.map(({ action, value }) => [action, value]), [
    ['add', { id: 'a', n: 1, version: 1 }],
    ['update', { id: 'a', n: 2, version: 2 }],
    ['upsert', { id: 'a', n: 2, m: 1, version: 3 }],
    ['delete', undefined],
  ])
  await request.answer()
  assert.deepEqual(await added, { id: 'a', n: 1, version: 1 })
  assert.deepEqual(await updated, { id: 'a', n: 2, version: 2 })
  assert.deepEqual(await upserted, { id: 'a', n: 2, m: 1, version: 3 })
  assert.equal(await deleted, true)
  assert.equal(await store.getOne('a'), undefined)
})

test('commit confirm: a refusal leaves no trace', async () => {
  const { store, held } = await heldStore({ commit: 'confirm' }, [{ id: 'a', n: 0 }])
  const before = await store.getOne('a')
  const updated = store.updateOne('a', { n: 1 })
  const many = store.addMany([{ id: 'b' }, { id: 'c' }])
  await (await held.next()).answer([refusal('forbidden', 'not yours'), { ok: true }, refusal()])
  const error = await updated.catch((reason) => reason)
  assert.equal(error.code, 'forbidden')
  assert.equal(error.message, 'not yours')
  const results = await many
  assert.equal(valueAt(results, 0).id, 'b')
  failureAt(results, 1, 'conflict')
  assert.equal(await store.getOne('a'), before)
  assert.deepEqual((await store.getAll()).map(({ id }) => id), ['a', 'b'])
})

test('a version in the answer becomes the version of the row', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1 })
  const shown = await store.getOne('a')
  await (await held.next()).answer([{ ok: true, version: 41 }])
  assert.deepEqual(await added, { id: 'a', n: 1, version: 41 })
  assert.equal(await added, await store.getOne('a'))
  assert.notEqual(await added, shown)
  const updated = store.updateOne('a', { n: 2 })
  await (await held.next()).answer([{ ok: true, version: 50 }])
  assert.equal((await updated as { version?: number }).version, 50)
})

test('a value in the answer becomes the row, and the promise gives it', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a', n: 1, gone: true })
  const value = { id: 'a', n: 1, createdAt: new Date(5), version: 3 }
  await (await held.next()).answer([{ ok: true, value }])
  assert.deepEqual(await added, { id: 'a', n: 1, createdAt: new Date(5), version: 3 })
  assert.equal(await added, await store.getOne('a'))
  value.n = 99
  assert.equal((await store.getOne('a'))!['n'], 1)
  assert.ok(!Object.isFrozen(value))
})

test('a value without version keeps the local version', async () => {
  const { store, held } = await heldStore()
  const added = store.addOne({ id: 'a' })
  await (await held.next()).answer([{ ok: true, value: { id: 'a', server: true } }])
  assert.deepEqual(await added, { id: 'a', server: true, version: 1 })
})

test('later pending changes stay on top of a value of the backend', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0, m: 0 }])
  const first = store.updateOne('a', { n: 1 })
  const request = await held.next()
  const second = store.updateOne('a', { m: 1 })
  await request.answer([{ ok: true, value: { id: 'a', n: 10, m: 10, s: 1 }, version: 20 }])
  assert.deepEqual(await first, { id: 'a', n: 10, m: 10, s: 1, version: 20 })
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 10, m: 1, s: 1, version: 21 })
  await (await held.next()).answer()
  assert.deepEqual(await second, await store.getOne('a'))
})

test('promises of local writes settle in call order', async () => {
  const { open } = await import('./support.js')
  const store = (await open<{ Thing: Loose }>()).stores.Thing
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)
  await Promise.all([
    store.addOne({ id: 'a' }).then(note('add')),
    store.updateOne('a', { n: 1 }).then(note('update')),
    store.addMany([{ id: 'b' }]).then(note('many')),
    store.deleteOne('a').then(note('delete')),
  ])
  assert.deepEqual(order, ['add', 'update', 'many', 'delete'])
})
