// Many-writes: item by item, in order, reported per item.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bad, failureAt, fields, gc, ids, type Loose, openStore, Random, rejects, valueAt, versionOf } from './support.js'

test('an argument that is no array rejects the whole', async () => {
  const store = await openStore()
  const revoked = Proxy.revocable([], {})
  revoked.revoke()
  for (const wrong of [undefined, null, 5, 'abc', {}, { length: 1, 0: { id: 'x' } }, new Set([{ id: 'x' }]), () => [], Symbol('s'), new Uint8Array(2)]) {
    await rejects(store.addMany(bad(wrong)), 'invalid_input')
    await rejects(store.updateMany(bad(wrong)), 'invalid_input')
    await rejects(store.upsertMany(bad(wrong)), 'invalid_input')
    await rejects(store.deleteMany(bad(wrong)), 'invalid_input')
    await rejects(store.getMany(bad(wrong)), 'invalid_input')
  }
  assert.equal(await store.count(), 0)
})

test('an empty array gives an empty result', async () => {
  const store = await openStore()
  assert.deepEqual(await store.addMany([]), [])
  assert.deepEqual(await store.updateMany([]), [])
  assert.deepEqual(await store.upsertMany([]), [])
  assert.deepEqual(await store.deleteMany([]), [])
  assert.deepEqual(await store.getMany([]), [])
})

test('addMany: each result has its index; a bad item leaves the others standing', async () => {
  const store = await openStore()
  await store.addOne({ id: 'there', n: 0 })
  const results = await store.addMany([
    { id: 'a', n: 1 }, { n: 2 }, bad(null), bad({ id: 5 }), { id: 'there', n: 3 }, { id: 'a', n: 4 }, bad({ id: 'f', f: () => 1 }),
    bad([]), { id: 'b', deep: { x: [1] } }, bad({ id: '' }), bad(undefined),
  ])
  assert.equal(results.length, 11)
  results.forEach((result, i) => assert.equal(result.index, i))
  assert.deepEqual(results.map((result) => result.ok), [true, true, false, false, false, false, false, false, true, false, false])
  for (const i of [2, 3, 6, 7, 9, 10]) assert.ok(!Object.hasOwn(failureAt(results, i, 'invalid_input'), 'current'))
  assert.equal(failureAt(results, 4, 'already_exists').current?.value, await store.getOne('there'))
  assert.equal(failureAt(results, 5, 'already_exists').current?.value, valueAt(results, 0), 'a second add of an id in one call')
  assert.equal(await store.getOne('a'), valueAt(results, 0))
  assert.equal(await store.getOne(valueAt(results, 1).id), valueAt(results, 1))
  assert.deepEqual(fields(valueAt(results, 8)), { id: 'b', deep: { x: [1] } })
  assert.equal(await store.count(), 4)
})

test('addMany: what it gives is what reads give, at once, later and after garbage collection', async () => {
  const store = await openStore()
  const results = await store.addMany(Array.from({ length: 100 }, (_, i) => ({ id: `r${String(i).padStart(3, '0')}`, n: i })))
  const rows = results.map((_, i) => valueAt(results, i))
  assert.equal(await store.getOne('r050'), rows[50])
  await gc()
  assert.deepEqual((await store.getAll()).map((row, i) => row === rows[i]), rows.map(() => true))
  assert.equal(await store.getOne('r007'), rows[7])
})

test('holes and getters that throw are bad items', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const thrown = new Error('no item')
  const hostile = <T>(first: T, last: T): T[] => {
    const items = [first, first, last, last]
    delete items[1]
    Object.defineProperty(items, 2, { get() { throw thrown }, enumerable: true })
    return items
  }
  const added = await store.addMany(hostile<Loose>({ id: 'x' }, { id: 'y' }))
  const updated = await store.updateMany(hostile({ id: 'a', change: { n: 1 } }, { id: 'b', change: { n: 1 } }))
  const upserted = await store.upsertMany(hostile<Loose>({ id: 'a', m: 1 }, { id: 'z' }))
  const deleted = await store.deleteMany(hostile('a', 'b'))
  for (const results of [added, updated, upserted, deleted]) {
    assert.deepEqual(results.map((result) => result.ok), [true, false, false, true])
    assert.deepEqual(results.map((result) => result.index), [0, 1, 2, 3])
    assert.equal(failureAt<unknown>(results, 2, 'invalid_input').error.cause, thrown)
    failureAt<unknown>(results, 1, 'invalid_input')
  }
})

test('updateMany: later items build on earlier ones', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', n: 0, a: 1 }, { id: 'y', n: 0 }])
  const results = await store.updateMany([
    { id: 'x', change: { n: 1 } },
    { id: 'y', change: { n: 10 } },
    { id: 'x', change: { b: 2 } },
    { id: 'x', change: { a: undefined } },
    { id: 'x', change: { n: 1 } },
    { id: 'no', change: { n: 1 } },
    { id: 'x', change: { id: 'z' } },
    { id: 'x', change: { n: 2, nothing: undefined } },
  ])
  assert.deepEqual(valueAt(results, 0), { id: 'x', n: 1, a: 1, version: 2 })
  assert.deepEqual(valueAt(results, 1), { id: 'y', n: 10, version: 2 })
  assert.deepEqual(valueAt(results, 2), { id: 'x', n: 1, a: 1, b: 2, version: 3 })
  assert.deepEqual(valueAt(results, 3), { id: 'x', n: 1, b: 2, version: 4 })
  assert.equal(valueAt(results, 4), valueAt(results, 3), 'no change: the row as it is')
  failureAt(results, 5, 'not_found')
  failureAt(results, 6, 'invalid_input')
  assert.deepEqual(valueAt(results, 7), { id: 'x', n: 2, b: 2, version: 5 })
  assert.equal(await store.getOne('x'), valueAt(results, 7))
})

test('updateMany: an item must be an object of id and change', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const wrong = [null, undefined, 5, 'x', { id: 'x' }, { change: {} }, { id: 'x', change: null }, { id: 'x', change: [] }, { id: '', change: {} }, { id: 5, change: {} }, []]
  const results = await store.updateMany([...wrong.map(bad), { id: 'x', change: { n: 1 } }] as never)
  wrong.forEach((_, i) => failureAt(results, i, 'invalid_input'))
  assert.equal(versionOf(valueAt(results, wrong.length)), 2)
})

test('upsertMany: adds and changes of one id in one call build on each other', async () => {
  const store = await openStore()
  const results = await store.upsertMany([{ id: 'x', a: 1 }, { id: 'x', b: 2 }, { id: 'y' }, { id: 'x', a: undefined }, { id: 'x', b: 2 }])
  assert.deepEqual(results.map((_, i) => valueAt(results, i)), [
    { id: 'x', a: 1, version: 1 }, { id: 'x', a: 1, b: 2, version: 2 }, { id: 'y', version: 1 }, { id: 'x', b: 2, version: 3 }, { id: 'x', b: 2, version: 3 },
  ])
  assert.equal(valueAt(results, 4), valueAt(results, 3))
  assert.equal(await store.getOne('x'), valueAt(results, 4))
})

test('upsertMany: replace, and versions checked one by one', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', a: 1, b: 1 }, { id: 'y', a: 1 }])
  const results = await store.upsertMany(
    [{ id: 'x', c: 1, version: 1 }, { id: 'x', d: 1, version: 1 }, { id: 'x', d: 1, version: 2 }, { id: 'new', version: 1 }, { id: 'y', e: 1 }, { id: 'new', z: 1 }],
    { apply: 'replace', conflict: 'cas' },
  )
  assert.deepEqual(valueAt(results, 0), { id: 'x', c: 1, version: 2 })
  assert.equal(failureAt(results, 1, 'conflict').current?.value, valueAt(results, 0), 'current: the row as it was at that item')
  assert.deepEqual(valueAt(results, 2), { id: 'x', d: 1, version: 3 })
  failureAt(results, 3, 'conflict')
  assert.deepEqual(valueAt(results, 4), { id: 'y', e: 1, version: 2 })
  assert.deepEqual(valueAt(results, 5), { id: 'new', z: 1, version: 1 })
})

test('current is there for conflict, without a value where nothing is stored', async () => {
  const store = await openStore()
  const failure = failureAt(await store.upsertMany([{ id: 'new', version: 1 }]), 0, 'conflict')
  assert.ok(Object.hasOwn(failure, 'current'))
  assert.equal(failure.current?.value, undefined)
})

test('upsertMany with lww overwrites whatever version', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', a: 1 })
  const results = await store.upsertMany([{ id: 'x', b: 1, version: 50 }, { id: 'n', version: 9 }, { id: 'x', c: 1, version: -1 }], { conflict: 'lww' })
  assert.deepEqual(valueAt(results, 2), { id: 'x', a: 1, b: 1, c: 1, version: 3 })
  assert.deepEqual(valueAt(results, 1), { id: 'n', version: 1 })
})

test('deleteMany: true where there was one, false for missing and for the second of an id', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const results = await store.deleteMany(['a', 'no', 'a', bad(''), 'c', bad(5)])
  assert.deepEqual([0, 1, 2, 4].map((i) => valueAt(results, i)), [true, false, false, true])
  failureAt(results, 3, 'invalid_input')
  failureAt(results, 5, 'invalid_input')
  assert.deepEqual(ids(await store.getAll()), ['b'])
})

test('getMany: in the order asked, as often as asked, missing ones left out, each the same object', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  await gc()
  const rows = await store.getMany(['c', 'no', 'a', 'c', 'b', 'a'])
  assert.deepEqual(ids(rows), ['c', 'a', 'c', 'b', 'a'])
  assert.equal(rows[0], rows[2])
  assert.equal(rows[1], rows[4])
  assert.equal(rows[3], await store.getOne('b'))
})

test('5,000 rows of many shapes with bad items inside cross all chunk boundaries', async () => {
  const store = await openStore()
  const expected = new Map<number, Record<string, unknown>>()
  const items: Loose[] = []
  for (let i = 0; i < 5000; i++) {
    const id = `row-${i}`
    if (i % 97 === 13) items.push(bad(i % 2 ? { id, wrong: () => 1 } : null))
    else if (i % 101 === 17) items.push({ id: 'row-0', dup: i })
    else {
      const row: Loose = { id }
      if (i % 2) row['n'] = i
      if (i % 3 === 0) row['s'] = i % 5 ? `text ${i}` : '😀\ud800' + i
      if (i % 7 === 0) row['mixed'] = [i, String(i), new Date(i), null, { i }, [i], true][i % 49 / 7]
      if (i % 500 === 0) row['rare' + i] = new Uint8Array([i & 255])
      if (i % 11 === 0) row['gone'] = undefined
      items.push(row)
      expected.set(i, row)
    }
  }
  const results = await store.addMany(items)
  assert.equal(results.length, 5000)
  for (let i = 0; i < 5000; i++) {
    const row = expected.get(i)
    if (row) {
      const kept = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
      assert.deepEqual(valueAt(results, i), { ...kept, version: 1 })
    } else {
      failureAt(results, i, items[i] && 'dup' in items[i]! ? 'already_exists' : 'invalid_input')
    }
  }
  assert.equal(await store.count(), expected.size)
  const all = await store.getMany([...expected.keys()].map((i) => `row-${i}`))
  assert.deepEqual(all.map((row, k) => row === valueAt(results, [...expected.keys()][k]!)), all.map(() => true))
})

test('5,000 rows decode to what they were', async () => {
  const store = await openStore()
  const random = new Random(7)
  const items = Array.from({ length: 5000 }, (_, i) => ({
    id: `row-${String(i).padStart(4, '0')}`, n: random.next(), s: random.pick(['a', 'bb', 'ccc'.repeat(30), 'é', '']) + i, d: new Date(i * 1e6), ...(i % 2 ? { odd: true } : {}),
  }))
  await store.addMany(items)
  await gc()
  const all = await store.getAll()
  assert.deepEqual(all.map(fields), items)
})

test('many-writes larger than a chunk: update, upsert and delete, duplicates across chunk boundaries', async () => {
  const store = await openStore()
  const names = Array.from({ length: 4500 }, (_, i) => `k${String(i).padStart(4, '0')}`)
  await store.addMany(names.map((id) => ({ id, n: 0 })))
  await gc()
  const updates = await store.updateMany([...names, ...names].map((id, i) => ({ id, change: { n: i, ['f' + (i % 3)]: i } })))
  assert.equal(updates.length, 9000)
  for (const i of [0, 2047, 2048, 4499]) {
    assert.deepEqual(valueAt(updates, i), { id: names[i], n: i, ['f' + (i % 3)]: i, version: 2 })
    assert.deepEqual(valueAt(updates, i + 4500), { id: names[i], n: i + 4500, ['f' + (i % 3)]: i + 4500, version: 3 })
    assert.equal(await store.getOne(names[i]!), valueAt(updates, i + 4500))
  }
  const upserts = await store.upsertMany([...names.slice(0, 3000), ...names.slice(0, 3000)].map((id, i) => ({ id, u: i })), { apply: 'replace' })
  assert.deepEqual(valueAt(upserts, 5999), { id: names[2999], u: 5999, version: 5 })
  const deletes = await store.deleteMany([...names, 'none', ...names])
  assert.equal(deletes.length, 9001)
  assert.ok(deletes.every((result, i) => result.ok && result.index === i && result.value === (i < 4500)))
  assert.equal(await store.count(), 0)
  assert.deepEqual(await store.getAll(), [])
})

test('slots of a deleted bulk are used again, and rows stay apart', async () => {
  const store = await openStore()
  for (let round = 0; round < 3; round++) {
    const results = await store.addMany(Array.from({ length: 5000 }, (_, i) => ({ id: `r${round}-${i}`, round, i })))
    if (round === 1) await gc()
    assert.equal((await store.getOne(`r${round}-4321`)), valueAt(results, 4321))
    assert.equal(await store.getOne(`r${round - 1}-4321`), undefined)
    assert.equal((await store.findMany({ filter: { round } })).data.length, 5000)
    await store.deleteMany(results.map((result) => (result.ok ? result.value.id : '')))
    assert.equal(await store.count(), 0)
  }
})

test('an array changed from inside (an updater, a getter) does not change what was asked', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 0 }, { id: 'b', n: 0 }, { id: 'c', n: 0 }])
  const items = [
    { id: 'a', change: (draft: Loose) => { draft['n'] = 1; items.length = 1 } },
    { id: 'b', change: { n: 1 } },
    { id: 'c', change: { n: 1 } },
  ] as { id: string; change: ((draft: Loose) => void) | object }[]
  const results = await store.updateMany(bad(items))
  assert.equal(results.length, 3)
  assert.deepEqual(Array.from(results, (result) => result?.index), [0, 1, 2])
})
