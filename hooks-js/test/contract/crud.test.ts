// One row at a time: what is stored, what comes back, and that rows keep identity.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bad, fields, gc, ids, type Loose, openStore, rejects, tasks, turn, versionOf } from './support.js'

const strangeIds = [
  ' ', '0', '-1', 'a.b', 'a:b', '\0', 'a\0b', '\n', '😀', '\ud83d', '\ude00', '\ude00\ud83d', '\ufeff', '\ufffd', '\uffff',
  'é', 'e\u0301', 'Å', '\u212b', '__proto__', 'constructor', 'prototype', 'toString', 'x'.repeat(200_000), '😀'.repeat(30_000), '\ud800'.repeat(5_000),
]

test('addOne gives the row with its id and version 1, and getOne the same object', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', title: 'a', n: 1 })
  assert.deepEqual(row, { id: 'x', title: 'a', n: 1, version: 1 })
  assert.equal(await store.getOne('x'), row)
  assert.equal(await store.getOne('x'), row)
})

test('an add without id makes distinct, ascending ids', async () => {
  const store = await openStore()
  const rows: Loose[] = []
  for (let i = 0; i < 300; i++) rows.push(await store.addOne({ n: i }))
  const made = ids(rows)
  assert.equal(new Set(made).size, 300)
  assert.ok(made.every((id) => typeof id === 'string' && id !== ''))
  assert.deepEqual((await store.getAll()).map((row) => row['n']), rows.map((row) => row['n']), 'in order of creation')
  assert.equal(await store.getOne(made[7]!), rows[7])
})

test('id: undefined is an add without id', async () => {
  const store = await openStore()
  const row = await store.addOne(bad({ id: undefined, n: 1 }))
  assert.equal(typeof row.id, 'string')
})

test('createId makes ids, is not called for rows that have one, and what it makes is checked', async () => {
  let calls = 0
  let next: unknown
  const store = await openStore({ schema: { Thing: { createId: () => (calls++, next as string) } } })
  next = 'made'
  assert.equal((await store.addOne({})).id, 'made')
  assert.equal((await store.addOne({ id: 'given' })).id, 'given')
  assert.equal(calls, 1)
  await rejects(store.addOne({}), 'already_exists')
  for (const wrong of ['', 5, null, undefined, {}, Symbol('x'), new String('x')]) {
    next = wrong
    await rejects(store.addOne({}), 'invalid_input')
  }
  assert.equal(await store.count(), 2)
})

test('a createId that throws is invalid_input with the throw as its cause', async () => {
  const thrown = new Error('no id today')
  const store = await openStore({ schema: { Thing: { createId: () => { throw thrown } } } })
  const error = await rejects(store.addOne({}), 'invalid_input')
  assert.equal(error.cause, thrown)
})

test('createId may itself use the store', async () => {
  let n = 0
  const store = await openStore({
    schema: { Thing: { createId: () => { void store.upsertOne({ id: 'counter', n: ++n }); return `id${n}` } } },
  })
  const row = await store.addOne({ title: 'x' })
  assert.deepEqual(fields(row), { id: 'id1', title: 'x' })
  const results = await store.addMany([{ a: 1 }, { a: 2 }])
  assert.ok(results.every((result) => result.ok))
  assert.equal((await store.getOne('counter'))?.['n'], 3)
  assert.deepEqual(ids(await store.getAll()), ['counter', 'id1', 'id2', 'id3'])
})

test('any non-empty string is an id, compared by code unit, never normalised', async () => {
  const store = await openStore()
  for (const id of strangeIds) await store.addOne({ id, of: id })
  assert.equal(await store.count(), strangeIds.length)
  for (const id of strangeIds) {
    const row = await store.getOne(id)
    assert.equal(row?.id, id)
    assert.equal(row['of'], id)
    assert.equal(versionOf(await store.updateOne(id, { more: 1 })), 2)
  }
  assert.deepEqual(ids(await store.getMany(strangeIds)), strangeIds)
  for (const id of strangeIds) assert.equal(await store.deleteOne(id), true)
  assert.equal(await store.count(), 0)
})

test('any other id is invalid_input, in writes and in reads', async () => {
  const store = await openStore()
  for (const id of ['', null, 0, 1, NaN, true, {}, [], ['a'], Symbol('x'), 10n, () => 'a', new String('a'), new Date(0)]) {
    await rejects(store.addOne(bad({ id })), 'invalid_input')
    await rejects(store.upsertOne(bad({ id })), 'invalid_input')
    await rejects(store.updateOne(bad(id), {}), 'invalid_input')
    await rejects(store.updateOne(bad(id), () => {}), 'invalid_input')
    await rejects(store.deleteOne(bad(id)), 'invalid_input')
    await rejects(store.getOne(bad(id)), 'invalid_input')
    await rejects(store.getMany(['a', bad(id)]), 'invalid_input')
  }
  for (const call of [store.updateOne(bad(undefined), {}), store.deleteOne(bad(undefined)), store.getOne(bad(undefined)), store.upsertOne(bad({}))]) {
    await rejects(call, 'invalid_input')
  }
  assert.equal(await store.count(), 0)
})

test('addOne of an id that is there is already_exists and changes nothing', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  const error = await rejects(store.addOne({ id: 'x', n: 2 }), 'already_exists')
  assert.match(error.message, /"x"/)
  assert.equal(error.details?.id, 'x')
  assert.equal(error.details?.store, 'Thing')
  assert.equal(await store.getOne('x'), row)
})

test('updateOne patches: given fields are set, undefined removes, others stay', async () => {
  const store = await openStore()
  const before = await store.addOne({ id: 'x', a: 1, b: 2, nest: { p: 1, q: 2 } })
  const after = await store.updateOne('x', { a: 10, b: undefined, nest: { p: 5 } })
  assert.deepEqual(after, { id: 'x', a: 10, nest: { p: 5 }, version: 2 })
  assert.ok(!Object.hasOwn(after, 'b'))
  assert.deepEqual(before, { id: 'x', a: 1, b: 2, nest: { p: 1, q: 2 }, version: 1 }, 'the earlier row is as it was')
  assert.equal(await store.getOne('x'), after)
  await gc()
  assert.deepEqual(await store.getOne('x'), { id: 'x', a: 10, nest: { p: 5 }, version: 2 })
})

test('updateOne of a missing id is not_found; a patch of another id is invalid_input; id: undefined is absent', async () => {
  const store = await openStore()
  assert.match((await rejects(store.updateOne('no', { a: 1 }), 'not_found')).message, /"no"/)
  const row = await store.addOne({ id: 'x' })
  await rejects(store.updateOne('x', { id: 'y' }), 'invalid_input')
  await rejects(store.updateOne('x', bad({ id: null })), 'invalid_input')
  assert.equal(await store.getOne('x'), row)
  assert.deepEqual(await store.updateOne('x', { id: 'x', a: 1 }), { id: 'x', a: 1, version: 2 })
  assert.deepEqual(await store.updateOne('x', bad({ id: undefined, a: 2 })), { id: 'x', a: 2, version: 3 })
})

test('upsertOne adds what is missing and merges into what is there', async () => {
  const store = await openStore()
  assert.deepEqual(await store.upsertOne({ id: 'x', a: 1, b: 2 }), { id: 'x', a: 1, b: 2, version: 1 })
  const merged = await store.upsertOne({ id: 'x', b: undefined, c: 3 })
  assert.deepEqual(merged, { id: 'x', a: 1, c: 3, version: 2 })
  assert.ok(!Object.hasOwn(merged, 'b'))
  const fresh = await store.upsertOne({ id: 'y', a: undefined, b: 1 })
  assert.deepEqual(Object.keys(fresh).sort(), ['b', 'id', 'version'])
})

test('upsertOne with apply: replace removes what is not given', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', a: 1, b: 2, c: { d: 1 } })
  const row = await store.upsertOne({ id: 'x', b: 3, z: undefined }, { apply: 'replace' })
  assert.deepEqual(Object.keys(row).sort(), ['b', 'id', 'version'])
  assert.deepEqual(row, { id: 'x', b: 3, version: 2 })
  await gc()
  assert.deepEqual(await store.getOne('x'), { id: 'x', b: 3, version: 2 })
  assert.deepEqual(await store.upsertOne({ id: 'new', k: 1 }, { apply: 'replace' }), { id: 'new', k: 1, version: 1 })
})

test('deleteOne says whether there was one; the id may be added again, at version 1, without old fields', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', old: true })
  await store.updateOne('x', { more: 1 })
  assert.equal(await store.deleteOne('x'), true)
  assert.equal(await store.deleteOne('x'), false)
  assert.equal(await store.getOne('x'), undefined)
  assert.deepEqual(await store.addOne({ id: 'x', n: 1 }), { id: 'x', n: 1, version: 1 })
})

test('slots that deletes freed are used again without mixing rows up', async () => {
  const store = await openStore()
  const kept = new Map<string, Loose>()
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 30; i++) kept.set(`r${round}-${i}`, await store.addOne({ id: `r${round}-${i}`, ['f' + (i % 5)]: round }))
    for (const id of [...kept.keys()].filter((_, i) => i % 3 !== round % 3)) {
      assert.equal(await store.deleteOne(id), true)
      kept.delete(id)
    }
    if (round % 7 === 0) await gc()
    for (const [id, row] of kept) assert.equal(await store.getOne(id), row)
  }
  assert.equal(await store.count(), kept.size)
  const held = [...kept.values()]
  assert.deepEqual(new Set(await store.getAll()), new Set(held))
})

test('a held row stays the same object after a delay and after garbage collection', async () => {
  const store = await openStore()
  const added = await store.addOne({ id: 'added' })
  const updated = await store.addOne({ id: 'updated' }).then(() => store.updateOne('updated', { n: 1 }))
  const upserted = await store.upsertOne({ id: 'upserted' })
  await gc()
  await tasks()
  await gc()
  assert.equal(await store.getOne('added'), added)
  assert.equal(await store.getOne('updated'), updated)
  assert.equal((await store.findMany({ filter: { id: 'upserted' } })).data[0], upserted)
})

test('a row that nobody held comes back complete after garbage collection', async () => {
  const store = await openStore()
  const input = { id: 'x', s: 'text', n: -0, nan: NaN, d: new Date(5), bytes: new Uint8Array([1, 2]), list: [1, 'a', null], deep: { a: { b: true } } }
  await store.addOne(input)
  await gc()
  const row = await store.getOne('x')
  assert.deepEqual(fields(row), input)
  assert.ok(Object.is(row?.['n'], -0))
  assert.equal(await store.getOne('x'), row)
})

test('a change is visible as soon as the call has returned, and the promise gives the row as that write left it', async () => {
  const store = await openStore()
  const one = store.addOne({ id: 'x', n: 1 })
  const two = store.updateOne('x', { n: 2 })
  const seen = store.getOne('x')
  const three = store.updateOne('x', { n: 3 })
  const gone = store.deleteOne('x')
  const none = store.getOne('x')
  assert.deepEqual(await one, { id: 'x', n: 1, version: 1 })
  assert.deepEqual(await two, { id: 'x', n: 2, version: 2 })
  assert.equal(await seen, await two)
  assert.deepEqual(await three, { id: 'x', n: 3, version: 3 })
  assert.equal(await gone, true)
  assert.equal(await none, undefined)
})

test('promises of local writes settle in call order, refused ones among them', async () => {
  const store = await openStore()
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)
  const calls: [string, Promise<unknown>][] = [
    ['add', store.addOne({ id: 'x' })],
    ['again', store.addOne({ id: 'x' })],
    ['many', store.addMany([{ id: 'y' }, { id: 'x' }])],
    ['update', store.updateOne('x', { n: 1 })],
    ['missing', store.updateOne('no', { n: 1 })],
    ['upsert', store.upsertOne({ id: 'z' })],
    ['invalid', store.addOne(bad({ f: () => 1 }))],
    ['delete', store.deleteOne('x')],
    ['none', store.deleteOne('x')],
  ]
  for (const [name, promise] of calls) promise.then(note(name), note(name))
  await turn()
  assert.deepEqual(order, calls.map(([name]) => name))
})
