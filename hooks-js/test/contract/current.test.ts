// What a backend has in place of a write that it refuses: taken over in the order of the answers, under what is pending.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memory, type WriteItemResult } from '../../../dist/npm/index.js'
import { HeldExecutor, heldStore, ok, refusal, registering } from './held-executor.js'
import { channel, failureAt, type Loose, type LooseStore, open, rejects, turn } from './support.js'

const instead = (row: Loose | null): WriteItemResult => ({ ...refusal(), current: { value: row } }) as never

const shown = (store: LooseStore, id = 'a'): unknown => (channel(store).getHandle() as { peek(id: string): unknown }).peek(id)

const theirs = { id: 'a', t: 'remote', version: 4 }

for (const commit of ['optimistic', 'confirm'] as const) {
  describe(`a row in place of a refused write, with later writes of its request (${commit})`, () => {
    const there = { id: 'a', t: 'x' }

    test('a delete that is confirmed leaves no row', async () => {
      const { store, held } = await heldStore({ commit }, [there])
      const [updated, deleted] = [store.updateOne('a', { q: 1 }), store.deleteOne('a')]
      await (await held.next()).answer([instead(theirs), ok])
      await rejects(updated, 'conflict')
      assert.equal(await deleted, true)
      assert.equal(shown(store), undefined)
    })

    test('what an update is confirmed with stays', async () => {
      const { store, held } = await heldStore({ commit }, [there])
      const [first, second] = [store.updateOne('a', { q: 1 }), store.updateOne('a', { r: 1 })]
      const stored = { ...theirs, r: 1, version: 5 }
      await (await held.next()).answer([instead(theirs), { ok: true, value: stored }])
      await rejects(first, 'conflict')
      assert.deepEqual(await second, stored)
      assert.deepEqual(shown(store), stored)
    })

    test('an update that is confirmed plainly is on top of it', async () => {
      const { store, held } = await heldStore({ commit }, [there])
      const [first, second] = [store.updateOne('a', { q: 1 }), store.updateOne('a', { r: 1 })]
      await (await held.next()).answer([instead(theirs), ok])
      await rejects(first, 'conflict')
      assert.deepEqual(await second, { ...theirs, r: 1, version: 5 })
      assert.deepEqual(shown(store), { ...theirs, r: 1, version: 5 })
    })

    test('a row that is added after a refused delete is the one that was added', async () => {
      const { store, held } = await heldStore({ commit }, [there])
      const [deleted, added] = [store.deleteOne('a'), store.addOne({ id: 'a', n: 1 })]
      await (await held.next()).answer([instead(theirs), { ok: true, version: 7 }])
      await rejects(deleted, 'conflict')
      assert.deepEqual(await added, { id: 'a', n: 1, version: 7 })
      assert.deepEqual(shown(store), { id: 'a', n: 1, version: 7 })
    })

    test('an upsert after a refused add is merged into it; an update fails with the add', async () => {
      const { store, held } = await heldStore({ commit })
      const added = store.addOne({ id: 'a', n: 1 })
      const updated = store.updateOne('a', { n: 2 })
      const merged = store.upsertOne({ id: 'a', m: 1 }, { conflict: 'lww' })
      await (await held.next()).answer([instead(theirs), refusal(), { ok: true, version: 5 }])
      await rejects(added, 'conflict')
      await rejects(updated, 'conflict')
      assert.deepEqual(await merged, { ...theirs, m: 1, version: 5 })
      assert.deepEqual(shown(store), { ...theirs, m: 1, version: 5 })
    })

    test('the last one that is said counts', async () => {
      const { store, held } = await heldStore({ commit }, [there])
      const updates = store.updateMany([{ id: 'a', change: { q: 1 } }, { id: 'a', change: { q: 2 } }])
      await (await held.next()).answer([instead(theirs), instead({ ...theirs, t: 'later', version: 6 })])
      const results = await updates
      failureAt(results, 0, 'conflict')
      failureAt(results, 1, 'conflict')
      assert.deepEqual(shown(store), { ...theirs, t: 'later', version: 6 })
    })
  })
}

for (const commit of ['optimistic', 'confirm'] as const) {
  for (const later of [false, true]) {
    test(`it goes through the writeback processor, ${later ? 'asynchronous' : 'synchronous'} (${commit})`, async () => {
      const held = new HeldExecutor({ commit })
      const unwire = ({ wire, ...row }: Loose): Loose => {
        if (wire === 'bad') throw new Error('cannot be read')
        return { ...row, version: 77 } as never
      }
      const writeback = later ? async (row: Loose) => unwire(row) : unwire
      const client = await open<{ Thing: Loose }>({
        schema: { Thing: { processor: { outbound: (row) => ({ ...row, wire: 1 }), writeback: writeback as never } } },
        plugins: [registering(held.executor)],
        disposeTimeoutMs: 10,
      })
      const store = client.stores.Thing
      const added = store.addMany(['a', 'b', 'c', 'd'].map((id) => ({ id, t: 'x' })))
      await (await held.next()).answer()
      await added
      const updates = store.updateMany(['a', 'b', 'c', 'd'].map((id) => ({ id, change: { q: 1 } })))
      const wired = (id: string, more: object): Loose => ({ id, t: 'remote', wire: 1, ...more })
      await (await held.next()).answer([instead(wired('a', { version: 4 })), instead(wired('b', { version: 4, wire: 'bad' })), instead(null), { ok: true, value: wired('d', { version: 4 }) }])
      await turn()
      const results = await updates
      assert.deepEqual(failureAt(results, 0, 'conflict').current, { value: theirs })
      assert.ok(Object.isFrozen(failureAt(results, 0, 'conflict').current?.value))
      assert.equal('current' in failureAt(results, 1, 'conflict'), false)
      assert.deepEqual(failureAt(results, 2, 'conflict').current, { value: null })
      assert.deepEqual(shown(store), theirs)
      assert.deepEqual(shown(store, 'b'), { id: 'b', t: 'x', version: 1 })
      assert.equal(shown(store, 'c'), undefined)
      assert.deepEqual(shown(store, 'd'), { ...theirs, id: 'd' })
    })
  }
}

test('what is sent next is made of the row that the backend has', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', t: 'x' }])
  const refused = store.updateOne('a', { q: 1 })
  const request = await held.next()
  const updated = store.updateOne('a', { r: 1 })
  await turn()
  await request.answer([instead(theirs)])
  await rejects(refused, 'conflict')
  const next = await held.next()
  assert.deepEqual(next.entries[0]!.value, { ...theirs, r: 1, version: 5 })
  await next.answer()
  assert.deepEqual(await updated, { ...theirs, r: 1, version: 5 })
})

test('null says that there is no such row: it is removed, and what builds on it goes', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', t: 'x' }, { id: 'b', t: 'x' }])
  const results = store.updateMany([{ id: 'a', change: { q: 1 } }, { id: 'b', change: { q: 1 } }])
  await (await held.next()).answer([instead(null), { ...refusal(), current: {} } as never])
  const [first] = await results
  assert.deepEqual(first && !first.ok && first.current, { value: null })
  assert.equal(shown(store), undefined)
  assert.deepEqual(shown(store, 'b'), { id: 'b', t: 'x', version: 1 }, 'nothing was said of this one')
})

test('a row that is refused with null can be added anew, also in the same request', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', t: 'x' }])
  const [updated, merged] = [store.updateOne('a', { q: 1 }), store.upsertOne({ id: 'a', m: 1 })]
  await (await held.next()).answer([instead(null), ok])
  await rejects(updated, 'conflict')
  assert.deepEqual(await merged, { id: 'a', m: 1, version: 1 })
  assert.deepEqual(shown(store), { id: 'a', m: 1, version: 1 })
})

test('a backend of the engine: what it has in place of an add is under the upsert that follows', async () => {
  const backend = memory()
  const [one, two] = [await open<{ Thing: Loose }>({ plugins: [backend] }), await open<{ Thing: Loose }>({ plugins: [backend] })]
  await one.stores.Thing.addOne({ id: 'a', t: 'one' })
  const store = two.stores.Thing
  const added = store.addOne({ id: 'a', t: 'two' })
  const merged = store.upsertOne({ id: 'a', m: 1 }, { conflict: 'lww' })
  await rejects(added, 'already_exists')
  const row = await merged
  assert.deepEqual(shown(store), row)
  assert.equal(row.m, 1)
})
