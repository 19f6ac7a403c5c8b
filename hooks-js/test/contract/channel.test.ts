// The internal channel: for hooks, devtools and plugins only, but others rely on it.

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { bad, channel, coded, fields, gc, ids, type Loose, open, openStore, rejects, throws, turn } from './support.js'

test('writeback takes rows at their versions, adds what is missing and removes what is deleted', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', n: 1, old: 1 }, { id: 'b', n: 1 }])
  const b = await store.getOne('b')
  await channel(store).writeback([{ id: 'a', n: 2, version: 40 }, { id: 'c', n: 3, version: 7 }, { id: 'gone', deleted: true }])
  assert.deepEqual(await store.getAll(), [{ id: 'a', n: 2, version: 40 }, b, { id: 'c', n: 3, version: 7 }])
  assert.equal(await store.getOne('b'), b)
  await channel(store).writeback([{ id: 'a', deleted: true }, { id: 'b', deleted: true }])
  assert.deepEqual(ids(await store.getAll()), ['c'])
})

test('a local change after a writeback goes on from its version', async () => {
  const store = await openStore()
  await channel(store).writeback([{ id: 'a', n: 1, version: 40 }])
  assert.deepEqual(await store.updateOne('a', { n: 2 }), { id: 'a', n: 2, version: 41 })
  await rejects(store.upsertOne({ id: 'a', n: 3, version: 40 }), 'conflict')
  assert.deepEqual(await store.upsertOne({ id: 'a', n: 3, version: 41 }), { id: 'a', n: 3, version: 42 })
})

test('a writeback of an equal row at an equal version keeps the object; another version makes a new one', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'a', n: NaN, deep: [{ x: -0 }] })
  await channel(store).writeback([{ id: 'a', deep: [{ x: -0 }], n: NaN, version: 1 }])
  assert.equal(await store.getOne('a'), row)
  await channel(store).writeback([{ id: 'a', deep: [{ x: -0 }], n: NaN, version: 2 }])
  const next = await store.getOne('a')
  assert.notEqual(next, row)
  assert.deepEqual(next, { ...row, version: 2 })
})

test('a lower version is taken over too: it is the backend’s', async () => {
  const store = await openStore()
  await channel(store).writeback([{ id: 'a', n: 1, version: 40 }])
  await channel(store).writeback([{ id: 'a', n: 2, version: 3 }])
  assert.deepEqual(await store.getOne('a'), { id: 'a', n: 2, version: 3 })
})

test('one id twice in a writeback: the later counts', async () => {
  const store = await openStore()
  await channel(store).writeback([{ id: 'a', n: 1, version: 1 }, { id: 'a', deleted: true }, { id: 'b', version: 1 }, { id: 'a', n: 2, version: 5 }, { id: 'b', deleted: true }])
  assert.deepEqual(await store.getAll(), [{ id: 'a', n: 2, version: 5 }])
})

test('a row may have a field named deleted', async () => {
  const store = await openStore()
  await channel(store).writeback([{ id: 'a', deleted: true, version: 4 }, { id: 'b', deleted: false, version: 4 }])
  assert.deepEqual(await store.getAll(), [{ id: 'a', deleted: true, version: 4 }, { id: 'b', deleted: false, version: 4 }])
})

test('a malformed item rejects the whole writeback and nothing is applied', async () => {
  const store = await openStore()
  const wrong = [null, 5, {}, { id: 'x' }, { id: '', version: 1 }, { id: 5, version: 1 }, { id: 'x', version: '1' }, { id: 'x', version: 1.5 }, { id: 'x', version: -1 }, { id: 'x', version: NaN }, { id: 'x', deleted: false }, { id: 'x', version: 1, f: () => 1 }]
  for (const item of wrong) await rejects(channel(store).writeback([{ id: 'ok', version: 1 }, item]), 'invalid_input')
  await rejects(channel(store).writeback(bad({ id: 'x', version: 1 })), 'invalid_input')
  assert.equal(await store.count(), 0)
})

test('a writeback of many rows, with slots that it frees used again', async () => {
  const store = await openStore()
  const rows = (from: number, version: number): Loose[] => Array.from({ length: 3000 }, (_, i) => ({ id: `r${from + i}`, n: from + i, version }))
  await channel(store).writeback(rows(0, 1))
  const held = await store.getMany(['r0', 'r1500', 'r2999'])
  await channel(store).writeback([...rows(0, 1).slice(0, 1000).map(({ id }) => ({ id, deleted: true })), ...rows(3000, 2)])
  assert.equal(await store.count(), 5000)
  assert.equal(await store.getOne('r0'), undefined)
  assert.equal(await store.getOne('r1500'), held[1])
  assert.deepEqual(await store.getOne('r5999'), { id: 'r5999', n: 5999, version: 2 })
  assert.deepEqual(held[0], { id: 'r0', n: 0, version: 1 }, 'a row that is gone is as it was')
  await gc()
  assert.deepEqual(fields(await store.getOne('r3000')), { id: 'r3000', n: 3000 })
})

test('a row that was read is made anew after a writeback changed it, while others hold on to the old one', async () => {
  const store = await openStore()
  const one = await store.addOne({ id: 'a', n: 1 })
  await channel(store).writeback([{ id: 'a', n: 2, version: 2 }])
  const two = await store.getOne('a')
  await channel(store).writeback([{ id: 'a', n: 1, version: 1 }])
  const three = await store.getOne('a')
  assert.deepEqual([one['n'], two?.['n'], three?.['n']], [1, 2, 1])
  assert.notEqual(one, three)
})

test('input of a writeback is copied, never frozen', async () => {
  const store = await openStore()
  const item = { id: 'a', version: 1, deep: { list: [1] } }
  const writing = channel(store).writeback([item])
  item.deep.list.push(2)
  await writing
  assert.deepEqual(await store.getOne('a'), { id: 'a', version: 1, deep: { list: [1] } })
  assert.ok(!Object.isFrozen(item.deep))
})

test('getHandle is looked up, throws disposed afterwards; resolveStore gives the facade', async () => {
  const client = await open<{ A: Loose; B: Loose }>()
  const { A, B } = client.stores
  assert.equal(channel(A).resolveStore('B'), B)
  assert.equal(channel(A).getHandle(), channel(A).getHandle())
  assert.notEqual(channel(A).getHandle(), channel(B).getHandle())
  throws(() => channel(A).resolveStore(bad('')), 'invalid_input')
  throws(() => channel(A).resolveStore(bad(5)), 'invalid_input')
  await client.dispose()
  throws(() => channel(A).getHandle(), 'disposed')
  await rejects(channel(A).writeback([]), 'disposed')
})

// What the hooks use of a handle: they render first and subscribe later, or never.
interface Live {
  live: {
    view(query: unknown): { current(): { data: Loose[] }; subscribe(listener: () => void): () => void }
    subscribeRow(id: string, listener: () => void): () => void
  }
}

test('a view that is subscribed to long after it was rendered is told of changes', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const store = await openStore()
    const { live } = channel(store).getHandle() as Live
    const view = live.view(undefined)
    assert.deepEqual(view.current().data, [])
    mock.timers.tick(60_000)
    let told = 0
    const off = view.subscribe(() => told++)
    await store.addOne({ id: 'a', n: 1 })
    await Promise.resolve().then(() => {})
    assert.equal(told, 1)
    assert.deepEqual(ids(view.current().data), ['a'])
    off()
  } finally {
    mock.timers.reset()
  }
})

test('a view of an equal query is the same one; after it was dropped, a new one works', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const store = await openStore()
    const { live } = channel(store).getHandle() as Live
    const first = live.view({ filter: { n: 1 } })
    assert.equal(live.view({ filter: { n: 1 } }), first)
    const off = first.subscribe(() => {})
    mock.timers.tick(60_000)
    assert.equal(live.view({ filter: { n: 1 } }), first, 'a subscription keeps it')
    off()
    mock.timers.tick(60_000)
    let told = 0
    live.view({ filter: { n: 1 } }).subscribe(() => told++)
    await store.addOne({ id: 'a', n: 1 })
    await Promise.resolve().then(() => {})
    assert.equal(told, 1)
  } finally {
    mock.timers.reset()
  }
})

test('a view that was listened to late leaves the view that took its place', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { live } = channel(await openStore()).getHandle() as Live
    const late = live.view({ filter: { n: 1 } })
    mock.timers.tick(60_000)
    const shared = live.view({ filter: { n: 1 } })
    const off = shared.subscribe(() => {})
    late.subscribe(() => {})()
    mock.timers.tick(60_000)
    assert.equal(live.view({ filter: { n: 1 } }), shared)
    off()
  } finally {
    mock.timers.reset()
  }
})

test('a view that fails is reported, and the others are told', async () => {
  const store = await openStore()
  const { live } = channel(store).getHandle() as Live
  const broken = live.view({ filter: { n: 1 } }) as unknown as { pull(): void; subscribe(listener: () => void): () => void }
  broken.subscribe(() => {})
  const failure = new Error('the engine panicked')
  broken.pull = () => { throw failure }
  let told = 0
  live.view(undefined).subscribe(() => told++)
  const reported = mock.method(console, 'error', () => {})
  try {
    await store.addOne({ id: 'a', n: 1 })
    await Promise.resolve().then(() => {})
    assert.equal(told, 1)
    assert.deepEqual(reported.mock.calls.map((call) => call.arguments), [[failure]])
  } finally {
    reported.mock.restore()
  }
})

test('a panic in one view is reported once, the view begins anew, and is right again', async () => {
  const store = await openStore()
  const handle = channel(store).getHandle() as Live & { instance: { call(op: number, ...more: number[]): void } }
  const told: number[] = []
  handle.live.view({ filter: { n: 1 } }).subscribe(() => told.push(handle.live.view({ filter: { n: 1 } }).current().data.length))
  const call = handle.instance.call.bind(handle.instance)
  const opViewPull = 22
  const failure = new Error('the engine panicked')
  let failures = 1
  handle.instance.call = (op, ...more) => {
    if (op === opViewPull && failures-- > 0) throw failure
    call(op, ...more)
  }
  const reported = mock.method(console, 'error', () => {})
  const reports = (): number => reported.mock.calls.filter((call) => call.arguments[0] === failure).length
  try {
    await store.addOne({ id: 'a', n: 1 })
    await turn()
    assert.deepEqual([told, reports()], [[], 1])
    await store.addOne({ id: 'b', n: 2 })
    await turn()
    assert.deepEqual([told, reports()], [[1], 1])
    await store.addOne({ id: 'c', n: 1 })
    await turn()
    assert.deepEqual(told, [1, 2])
  } finally {
    reported.mock.restore()
    handle.instance.call = call
  }
})

test('the engine keeps a result for as long as somebody may ask for it, and no longer', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const client = await open<{ A: Loose }>()
    const handle = channel(client.stores.A).getHandle() as Live & { hub: { open: Map<number, unknown>; active: number } }
    const { hub, live } = handle
    const views = Array.from({ length: 20 }, (_, n) => live.view({ filter: { n } }))
    const offs = views.map((view) => view.subscribe(() => {}))
    assert.deepEqual([hub.open.size, hub.active], [20, 20])
    offs.slice(5).forEach((off) => (off(), off()))
    mock.timers.tick(60_000)
    assert.deepEqual([hub.open.size, hub.active], [5, 5])
    await client.stores.A.addOne({ id: 'a', n: 7 })
    assert.deepEqual(ids(views[7]!.current().data), ['a'], 'a look opens it again')
    assert.equal(hub.open.size, 6)
    assert.equal(live.view({ filter: { n: 7 } }), views[7], 'and others find it')
    mock.timers.tick(60_000)
    assert.equal(hub.open.size, 5)
    await client.dispose()
    assert.deepEqual([hub.open.size, hub.active], [0, 0])
    offs.forEach((off) => off())
    assert.deepEqual(ids(views[7]!.current().data), ['a'], 'the last result stays')
  } finally {
    mock.timers.reset()
  }
})

test('a row’s listeners are told once a turn, of this row alone', async () => {
  const store = await openStore()
  const { live } = channel(store).getHandle() as Live
  const told: string[] = []
  const off = live.subscribeRow('a', () => told.push('a'))
  live.subscribeRow('b', () => told.push('b'))
  void store.addOne({ id: 'a' })
  void store.updateOne('a', { n: 1 })
  await turn()
  assert.deepEqual(told.splice(0), ['a'])
  await store.addMany([{ id: 'b' }, { id: 'c' }])
  await turn()
  assert.deepEqual(told.splice(0), ['b'])
  await store.deleteOne('a')
  await channel(store).writeback([{ id: 'b', version: 9 }])
  await turn()
  assert.deepEqual(told.splice(0).sort(), ['a', 'b'])
  off()
  await store.addOne({ id: 'a' })
  await turn()
  assert.deepEqual(told, [])
})

test('the errors of the channel are AtomaErrors', async () => {
  const store = await openStore()
  await channel(store).writeback([{}]).then(() => assert.fail('resolved'), (error: unknown) => coded(error, 'invalid_input'))
})
