// Versions, what counts as a change, and compare-and-swap.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bad, channel, fields, gc, type Loose, type LooseStore, openStore, recorder, rejects, turn, versionOf } from './support.js'
import { watch } from '../../../dist/npm/index.js'

test('a version is 1 when added and one more at each change', async () => {
  const store = await openStore()
  assert.equal(versionOf(await store.addOne({ id: 'x', n: 0 })), 1)
  for (let n = 1; n <= 20; n++) assert.equal(versionOf(await store.updateOne('x', { n })), n + 1)
  assert.equal(versionOf(await store.upsertOne({ id: 'x', n: -1 })), 22)
  assert.equal(versionOf(await store.upsertOne({ id: 'x', n: -2 }, { apply: 'replace' })), 23)
  assert.equal(versionOf(await store.updateOne('x', (draft) => { draft['n'] = -3 })), 24)
})

test('what a user passes as version is not taken over', async () => {
  const store = await openStore()
  assert.equal(versionOf(await store.addOne(bad({ id: 'x', version: 40 }))), 1)
  assert.equal(versionOf(await store.addOne(bad({ id: 'y', version: 'nonsense' }))), 1)
  const row = await store.getOne('x')
  assert.equal(await store.updateOne('x', { version: 40 }), row, 'a version alone is no change')
  assert.equal(await store.updateOne('x', { version: undefined }), row)
  assert.equal(await store.updateOne('x', (draft) => { draft['version'] = 40 }), row)
  assert.equal(await store.updateOne('x', (draft) => { delete draft['version'] }), row)
  assert.deepEqual(await store.updateOne('x', { version: 40, n: 1 }), { id: 'x', n: 1, version: 2 })
  assert.deepEqual(await store.updateOne('x', () => ({ id: 'x', n: 2, version: 40 })), { id: 'x', n: 2, version: 3 })
  assert.deepEqual(await store.upsertOne({ id: 'x', n: 3, version: 999 }, { conflict: 'lww' }), { id: 'x', n: 3, version: 4 })
  assert.deepEqual(await store.upsertOne({ id: 'new', n: 3, version: 999 }, { conflict: 'lww' }), { id: 'new', n: 3, version: 1 })
  await gc()
  assert.deepEqual(await store.getOne('x'), { id: 'x', n: 3, version: 4 })
})

const everything: Loose = {
  id: 'x', nil: null, yes: true, zero: 0, minus: -0, nan: NaN, text: 'é\ud800', date: new Date(5), invalid: new Date(NaN),
  bytes: new Uint8Array([1, 2]), list: [1, { a: -0 }, [NaN]], deep: { a: 1, b: { c: [new Date(1)] } },
}

function copyOfEverything(): Loose {
  return { ...everything, date: new Date(5), invalid: new Date(NaN), bytes: new Uint8Array([1, 2]), list: [1, { a: -0 }, [NaN]], deep: { b: { c: [new Date(1)] }, a: 1 } }
}

const noChanges: [string, (store: LooseStore) => Promise<Loose>][] = [
  ['an empty patch', (store) => store.updateOne('x', {})],
  ['a patch of everything, equal in content', (store) => store.updateOne('x', copyOfEverything())],
  ['keys in another order', (store) => store.updateOne('x', { deep: { b: { c: [new Date(1)] }, a: 1 } })],
  ['a removal of what is not there', (store) => store.updateOne('x', { nothing: undefined })],
  ['an updater that does nothing', (store) => store.updateOne('x', () => {})],
  ['an updater that returns its draft', (store) => store.updateOne('x', (draft) => draft)],
  ['an updater that returns an equal row', (store) => store.updateOne('x', copyOfEverything)],
  ['an updater that changes and changes back', (store) => store.updateOne('x', (draft) => { const was = draft['list']; draft['list'] = 5; draft['list'] = was })],
  ['an updater that sets NaN to NaN', (store) => store.updateOne('x', (draft) => { draft['nan'] = 0 / 0 })],
  ['an upsert of nothing', (store) => store.upsertOne({ id: 'x' })],
  ['an upsert that removes what is not there', (store) => store.upsertOne({ id: 'x', nothing: undefined })],
  ['an upsert of everything', (store) => store.upsertOne(copyOfEverything())],
  ['an upsert of the row itself', async (store) => store.upsertOne((await store.getOne('x'))!)],
  ['a replacing upsert of everything', (store) => store.upsertOne(copyOfEverything(), { apply: 'replace' })],
  ['a lww upsert of everything', (store) => store.upsertOne(copyOfEverything(), { conflict: 'lww' })],
]

for (const [name, change] of noChanges) {
  test(`${name} keeps the object and the version and tells nobody`, async () => {
    const store = await openStore()
    const row = await store.addOne(everything)
    const { told, listener } = recorder<Loose>()
    const live = watch(store, undefined, listener)
    const { data } = live.current
    assert.equal(await change(store), row)
    assert.equal(await store.getOne('x'), row)
    await turn()
    assert.equal(told.length, 0)
    assert.equal(live.current.data, data)
    live.unsubscribe()
  })

  test(`${name} is no change either when no object of the row is there`, async () => {
    const store = await openStore()
    await channel(store).writeback([{ ...everything, version: 5 }])
    const row = await change(store)
    assert.equal(versionOf(row), 5)
    assert.equal(await store.getOne('x'), row)
  })
}

const changes: [string, Record<string, unknown>][] = [
  ['0 to -0', { zero: -0 }], ['-0 to 0', { minus: 0 }], ['NaN to 0', { nan: 0 }], ['null to absent', { nil: undefined }],
  ['a date by a millisecond', { date: new Date(6) }], ['a date to its number', { date: 5 }], ['a date to invalid', { date: new Date(NaN) }],
  ['a byte', { bytes: new Uint8Array([1, 3]) }], ['bytes to an array of them', { bytes: [1, 2] }], ['a nested -0 to 0', { list: [1, { a: 0 }, [NaN]] }],
  ['a nested key more', { deep: { a: 1, b: { c: [new Date(1)] }, d: null } }], ['a nested key less', { deep: { a: 1 } }],
  ['an array to an object', { list: { 0: 1, 1: { a: -0 }, 2: [NaN] } }], ['true to 1', { yes: 1 }], ['text to other normalisation', { text: 'e\u0301\ud800' }],
  ['a surrogate', { text: 'é\ud801' }], ['absent to null', { fresh: null }], ['number to its text', { zero: '0' }], ['order of an array', { list: [{ a: -0 }, 1, [NaN]] }],
]

for (const [name, patch] of changes) {
  test(`${name} is a change, made by patch, updater or upsert`, async () => {
    for (const write of [
      (store: LooseStore) => store.updateOne('x', patch),
      (store: LooseStore) => store.updateOne('x', (draft) => Object.assign(draft, patch)),
      (store: LooseStore) => store.upsertOne({ id: 'x', ...patch }),
    ]) {
      const store = await openStore()
      const before = await store.addOne(everything)
      const after = await write(store)
      assert.notEqual(after, before)
      assert.equal(versionOf(after), 2)
      for (const [key, value] of Object.entries(patch)) {
        if (value === undefined) assert.ok(!Object.hasOwn(after, key))
        else if (typeof value === 'number') assert.ok(Object.is(after[key], value))
      }
      await gc()
      assert.equal(await store.getOne('x'), after)
    }
  })
}

test('cas: a passed version must be the stored one', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  const two = await store.upsertOne({ id: 'x', n: 2, version: 1 })
  assert.equal(versionOf(two), 2)
  for (const version of [1, 3, 0, -1, 1.5, NaN, Infinity]) {
    for (const options of [{}, { conflict: 'cas' }, { apply: 'merge' }, { apply: 'replace' }] as const) {
      const error = await rejects(store.upsertOne({ id: 'x', n: 3, version }, options), 'conflict')
      assert.equal(error.details?.id, 'x')
    }
  }
  assert.equal(await store.getOne('x'), two)
  assert.equal(versionOf(await store.upsertOne({ id: 'x', n: 3, version: 2 }, { conflict: 'cas', apply: 'replace' })), 3)
})

test('cas: no version, no check; a version where nothing is stored is a conflict', async () => {
  const store = await openStore()
  await rejects(store.upsertOne({ id: 'x', version: 1 }), 'conflict')
  await rejects(store.upsertOne({ id: 'x', version: 0 }, { apply: 'replace' }), 'conflict')
  assert.equal(await store.count(), 0)
  assert.equal(versionOf(await store.upsertOne(bad({ id: 'x', version: undefined }))), 1)
  assert.equal(versionOf(await store.upsertOne({ id: 'x', n: 1 })), 2)
})

test('cas: the check comes before the comparison of fields', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  await rejects(store.upsertOne({ id: 'x', n: 1, version: 9 }), 'conflict')
  assert.equal(await store.upsertOne({ id: 'x', n: 1, version: 1 }), row, 'and a right version with equal fields is no change')
})

test('cas: an expected version that is no number is refused', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  for (const version of ['1', {}, [1], true, new Date(1)]) {
    await assert.rejects(store.upsertOne(bad({ id: 'x', n: 1, version })))
  }
  assert.deepEqual(await store.getAll(), [{ id: 'x', version: 1 }])
})

test('lww ignores any version', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  for (const version of [1, 99, -1, NaN, 'x', null]) {
    const n = Math.random()
    const row = await store.upsertOne(bad({ id: 'x', n, version }), { conflict: 'lww' })
    assert.deepEqual(fields(row), { id: 'x', n })
  }
  assert.equal(versionOf(await store.getOne('x')), 7)
})

test('conflict and apply must be what they may be', async () => {
  const store = await openStore()
  for (const options of [{ conflict: 'newest' }, { apply: 'deep' }, { conflict: null }, { apply: 1 }]) {
    await rejects(store.upsertOne({ id: 'x' }, bad(options)), 'invalid_input')
    await rejects(store.upsertMany([{ id: 'x' }], bad(options)), 'invalid_input')
  }
  assert.equal(await store.count(), 0)
})
