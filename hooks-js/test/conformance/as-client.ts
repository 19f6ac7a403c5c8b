// A backend behind clients: what one writes the others find, and what it
// refuses is taken back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAlike, failureAt, fields, ids, type Loose, Random, rejects, valueAt, versionOf } from '../contract/support.js'
import { type Make, using } from './fixture.js'
import { hardIds, hardValues } from './hard.js'

export function clientTests(make: Make): void {
  test('what one client writes another finds, field by field and at its version', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', n: 1, gone: true })
    await a.stores.Thing!.updateOne('x', { n: 2, gone: undefined })
    await a.stores.Thing!.upsertOne({ id: 'x', s: 'a' })
    const own = await a.stores.Thing!.upsertOne({ id: 'y', s: 'b' })
    const found = await b.stores.Thing!.getOne('x')
    assertAlike(found, { id: 'x', n: 2, s: 'a', version: 3 })
    assertAlike(await b.stores.Thing!.getMany(['y', 'none', 'x']), [own, found])
    assert.deepEqual(ids(await b.stores.Thing!.getAll()), ['x', 'y'])
    assert.equal(await b.stores.Thing!.count(), 2)
    assert.equal(await b.stores.Thing!.getOne('none'), undefined)
  }))

  test('a write of one client builds on what another has written', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', n: 1, kept: 'yes' })
    const row = await b.stores.Thing!.updateOne('x', (draft) => void (draft['n'] = (draft['n'] as number) + 1))
    assertAlike(row, { id: 'x', n: 2, kept: 'yes', version: 2 })
    await a.stores.Thing!.getAll()
    assertAlike(await a.stores.Thing!.getOne('x'), row)
    const merged = await a.stores.Thing!.upsertOne({ id: 'x', m: 3 })
    assertAlike(merged, { id: 'x', n: 2, kept: 'yes', m: 3, version: 3 })
    await b.stores.Thing!.getAll()
    const replaced = await b.stores.Thing!.upsertOne({ id: 'x', m: 4 }, { apply: 'replace' })
    assertAlike(replaced, { id: 'x', m: 4, version: 4 })
    await a.stores.Thing!.getAll()
    assertAlike(await a.stores.Thing!.getOne('x'), replaced)
  }))

  test('a deleted row is gone for all who ask', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addMany([{ id: 'x' }, { id: 'y' }])
    assert.equal((await b.stores.Thing!.getAll()).length, 2)
    assert.equal(await a.stores.Thing!.deleteOne('x'), true)
    assert.equal(await a.stores.Thing!.deleteOne('x'), false)
    assert.equal(await b.stores.Thing!.deleteOne('never'), false)
    assert.deepEqual(ids(await b.stores.Thing!.getAll()), ['y'])
    assert.deepEqual(ids((await b.stores.Thing!.findMany()).data), ['y'])
    assert.equal(await b.stores.Thing!.getOne('x'), undefined)
  }))

  test('an add of an id that another client took rejects and is rolled back', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', of: 'a' })
    const added = b.stores.Thing!.addOne({ id: 'x', of: 'b' })
    await rejects(added, 'already_exists')
    const results = await b.stores.Thing!.addMany([{ id: 'y', of: 'b' }, { id: 'x', of: 'b' }, { id: 'z', of: 'b' }])
    valueAt(results, 0)
    const { current } = failureAt(results, 1, 'already_exists')
    if (current?.value !== undefined) assertAlike(fields(current.value as Loose), { id: 'x', of: 'a' })
    valueAt(results, 2)
    const all = await b.stores.Thing!.getAll()
    assert.deepEqual(all.map((row) => [row.id, row['of']]), [['x', 'a'], ['y', 'b'], ['z', 'b']])
    assertAlike(await a.stores.Thing!.getAll(), all)
  }))

  test('writes on top of a refused add fail with it', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', of: 'a' })
    const added = b.stores.Thing!.addOne({ id: 'x', of: 'b' })
    const updated = b.stores.Thing!.updateOne('x', { more: 1 })
    const other = b.stores.Thing!.addOne({ id: 'y', of: 'b' })
    const error = await rejects(added, 'already_exists')
    assert.equal((await rejects(updated, 'already_exists')).code, error.code)
    await other
    const all = await b.stores.Thing!.getAll()
    assert.deepEqual(all.map((row) => fields(row)), [{ id: 'x', of: 'a' }, { id: 'y', of: 'b' }])
  }))

  test('an update of a row that another client deleted leaves no ghost', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', n: 1 })
    await b.stores.Thing!.getOne('x')
    await a.stores.Thing!.deleteOne('x')
    const error = await b.stores.Thing!.updateOne('x', { n: 2 }).then(
      () => assert.fail('the update was confirmed'),
      (e: unknown) => e as { code: string },
    )
    assert.ok(['not_found', 'conflict'].includes(error.code), error.code)
    assert.deepEqual(await b.stores.Thing!.getAll(), [])
    assert.equal(await a.stores.Thing!.getOne('x'), undefined)
  }))

  test('clients that changed the same row agree as soon as they have asked', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    await a.stores.Thing!.addOne({ id: 'x', n: 0 })
    await b.stores.Thing!.getOne('x')
    await a.stores.Thing!.updateOne('x', { n: 1 })
    const late = await b.stores.Thing!.updateOne('x', { n: 2 }).then(
      () => 2,
      (error: { code: string }) => (assert.equal(error.code, 'conflict'), 1),
    )
    const [ofA, ofB] = [await a.stores.Thing!.getAll(), await b.stores.Thing!.getAll()]
    assertAlike(ofA, ofB)
    assert.equal(ofA[0]?.['n'], late, 'a conflict, or the last write')
  }))

  test('a change shows at once, and the promise settles with the row that the backend has', using(make, async (bench) => {
    const a = await bench.client()
    const store = a.stores.Thing!
    let settled = false
    const adding = store.addOne({ id: 'x', n: 1 }).then((row) => ((settled = true), row))
    const shown = await store.getOne('x')
    assertAlike(shown, { id: 'x', n: 1, version: 1 })
    assert.equal(settled, false)
    assertAlike(await adding, { id: 'x', n: 1, version: 1 })
    const optimistic = await store.updateOne('x', { n: 2 }, { confirmation: 'optimistic' })
    assert.equal(optimistic['n'], 2)
    await store.updateOne('x', { n: 3 })
    const b = await bench.client()
    assertAlike(await b.stores.Thing!.getOne('x'), { id: 'x', n: 3, version: 3 })
  }))

  test('writes that are made in one turn are done in their order', using(make, async (bench) => {
    const a = await bench.client()
    const store = a.stores.Thing!
    const calls = [
      store.addOne({ id: 'x', n: 1 }),
      store.updateOne('x', { n: 2 }),
      store.deleteOne('x'),
      store.addOne({ id: 'x', n: 3 }),
      store.upsertOne({ id: 'x', m: 4 }),
      store.addOne({ id: 'y', n: 5 }),
      store.updateOne('x', { m: undefined }),
    ]
    const results = await Promise.all<unknown>(calls)
    assertAlike(results.map((row) => (typeof row === 'object' ? fields(row as Loose) : row)), [
      { id: 'x', n: 1 },
      { id: 'x', n: 2 },
      true,
      { id: 'x', n: 3 },
      { id: 'x', n: 3, m: 4 },
      { id: 'y', n: 5 },
      { id: 'x', n: 3 },
    ])
    const b = await bench.client()
    assertAlike((await b.stores.Thing!.getAll()).map((row) => fields(row)), [{ id: 'x', n: 3 }, { id: 'y', n: 5 }])
    assert.equal(versionOf(await b.stores.Thing!.getOne('x')), versionOf(await store.getOne('x')))
  }))

  test('many stores, written in one turn, do not mix', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    const names = Array.from({ length: 20 }, (_, i) => `Store ${i}`)
    await Promise.all(names.flatMap((name, i) => [
      a.stores(name).addOne({ id: 'x', of: i }),
      a.stores(name).addOne({ id: `only ${i}` }),
    ]))
    for (const [i, name] of names.entries()) {
      assertAlike((await b.stores(name).getAll()).map((row) => fields(row)), [{ id: `only ${i}` }, { id: 'x', of: i }])
    }
  }))

  test('a big batch arrives whole', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    const n = 2500
    const rows = Array.from({ length: n }, (_, i) => ({ id: `r${String(i).padStart(5, '0')}`, i, s: `row ${i}`, even: i % 2 === 0 }))
    const added = await a.stores.Thing!.addMany(rows)
    assert.ok(added.every((result) => result.ok))
    assert.equal(await b.stores.Thing!.count(), n)
    const updated = await a.stores.Thing!.updateMany(rows.map(({ id, i }) => ({ id, change: { i: -i } })))
    assert.ok(updated.every((result) => result.ok))
    const deleted = await a.stores.Thing!.deleteMany(rows.filter(({ even }) => even).map(({ id }) => id))
    assert.ok(deleted.every((result) => result.ok && result.value))
    const left = await b.stores.Thing!.getAll()
    assertAlike(
      left.map((row) => fields(row)),
      rows.filter(({ even }) => !even).map((row) => ({ ...row, i: -row.i })),
    )
  }))

  test('values and ids of every kind go to a backend and come back', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    const values = hardValues()
    const rows = hardIds.map((id, i) => ({ id, v: values[i % values.length], all: i === 0 ? values : [] }))
    const added = await a.stores.Thing!.addMany(rows)
    added.forEach((_, i) => valueAt(added, i))
    const found = await b.stores.Thing!.getMany([...hardIds])
    assertAlike(found.map((row) => fields(row)), await Promise.all(rows.map(async ({ id }) => fields(await a.stores.Thing!.getOne(id)))))
    for (const [i, row] of found.entries()) assertAlike(row['v'], rows[i]!.v, JSON.stringify(row.id))
    assertAlike(found[0]!['all'], values)
  }))

  test('an aborted write rejects, and neither side keeps half of it', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    const store = a.stores.Thing!
    await store.addOne({ id: 'x', n: 1 })
    await rejects(store.updateOne('x', { n: 2 }, { signal: AbortSignal.abort() }), 'aborted')
    assert.equal((await store.getOne('x'))?.['n'], 1)
    const controller = new AbortController()
    const writing = store.updateOne('x', { n: 3, m: 3 }, { signal: controller.signal })
    controller.abort()
    await rejects(writing, 'aborted')
    await store.updateOne('x', { last: true })
    const [ofA, ofB] = [await store.getAll(), await b.stores.Thing!.getAll()]
    assertAlike(ofA, ofB)
    const row = fields(ofB[0])
    assert.ok(row['last'] === true && (row['n'] === 1 ? row['m'] === undefined : row['n'] === 3 && row['m'] === 3), JSON.stringify(row))
  }))

  test('what is in flight when a client is disposed arrives', using(make, async (bench) => {
    const [a, b] = [await bench.client(), await bench.client()]
    const writing = a.stores.Thing!.addMany([{ id: 'x' }, { id: 'y' }])
    await a.dispose()
    assert.ok((await writing).every((result) => result.ok))
    assert.deepEqual(ids(await b.stores.Thing!.getAll()), ['x', 'y'])
    await rejects(a.stores.Thing!.getAll(), 'disposed')
  }))

  test('whatever two clients do by turns, both see the same', using(make, async (bench) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
    const clients = [await bench.client(), await bench.client()]
    const model = new Map<string, Record<string, unknown>>()
    const random = new Random(seed)
    for (let step = 0; step < 40; step++) {
      const where = `step ${step}; replay with SEED=${seed}`
      const store = random.pick(clients).stores.Thing!
      await store.getAll()
      const id = random.pick(['a', 'b', 'c'])
      const change = { [random.pick(['p', 'q'])]: random.pick([1, 2, undefined]) }
      const was = model.get(id)
      const merged = (): Record<string, unknown> => JSON.parse(JSON.stringify({ ...was, ...change })) as Record<string, unknown>
      const kind = random.below(5)
      if (kind === 0) {
        await store.addOne({ id, ...change }).then(
          () => (assert.ok(!was, where), model.set(id, { id, ...merged() })),
          (error: { code: string }) => assert.ok(was && error.code === 'already_exists', where),
        )
      } else if (kind === 1) {
        await store.updateOne(id, change).then(
          () => (assert.ok(was, where), model.set(id, merged())),
          (error: { code: string }) => assert.ok(!was && error.code === 'not_found', `${where}: ${error.code}`),
        )
      } else if (kind === 2) {
        await store.upsertOne({ id, ...change })
        model.set(id, { id, ...merged() })
      } else if (kind === 3) {
        await store.upsertOne({ id, ...change }, { apply: 'replace', conflict: 'lww' })
        model.set(id, JSON.parse(JSON.stringify({ id, ...change })) as Record<string, unknown>)
      } else {
        assert.equal(await store.deleteOne(id), model.delete(id), where)
      }
      const expected = [...model.values()].sort((x, y) => ((x['id'] as string) < (y['id'] as string) ? -1 : 1))
      const [ofA, ofB] = await Promise.all(clients.map((client) => client.stores.Thing!.getAll()))
      assertAlike(ofA!.map((row) => fields(row)), expected, where)
      assertAlike(ofB, ofA, where)
    }
  }))
}
