// Timeouts, aborts and dispose: each ends the waiting and rolls back what was waited for.

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { HeldExecutor, heldStore, refusal, registering, settled, stateOf } from './held-executor.js'
import { channel, type Loose, open, rejects } from './support.js'

/** Runs with timers that move when told. */
async function timed(run: (tick: (ms: number) => Promise<void>) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    await run(async (ms) => {
      mock.timers.tick(ms)
      await settled()
    })
  } finally {
    mock.timers.reset()
  }
}

test('timeoutMs rejects, rolls back, aborts the signal, and a late answer is a remote change', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  await timed(async (tick) => {
    const updated = store.updateOne('a', { n: 1 }, { timeoutMs: 100 })
    const request = await held.next()
    await tick(99)
    assert.equal(await stateOf(updated), 'pending')
    assert.ok(!request.signal.aborted)
    await tick(1)
    const error = await rejects(updated, 'timeout')
    assert.match(error.message, /100 ms/)
    assert.ok(request.signal.aborted)
    assert.deepEqual(await store.getOne('a'), { id: 'a', n: 0, version: 1 })
    await request.answer()
    assert.deepEqual(await store.getOne('a'), { id: 'a', n: 1, version: 2 })
  })
})

test('an optimistic write that is never answered is rolled back when its time is up, and holds up nobody', async () => {
  const { store, held, client } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  await timed(async (tick) => {
    const failed: { ids: readonly string[]; error: { code: string } }[] = []
    client.on('writeFailed', (event) => failed.push(event))
    const updated = store.updateOne('a', { n: 1 }, { confirmation: 'optimistic', timeoutMs: 20 })
    const request = await held.next()
    assert.deepEqual(await updated, { id: 'a', n: 1, version: 2 })
    const later = store.updateOne('a', { m: 1 })
    await tick(20)
    assert.ok(request.signal.aborted)
    assert.deepEqual(failed.map(({ ids, error }) => [ids, error.code]), [[['a'], 'timeout']])
    assert.deepEqual(await store.getOne('a'), { id: 'a', n: 0, m: 1, version: 2 })
    await (await held.next()).answer()
    assert.deepEqual(await later, { id: 'a', n: 0, m: 1, version: 2 })
  })
})

test('a late value, a late version and a late refusal', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }, { id: 'b', n: 0 }, { id: 'c', n: 0 }])
  await timed(async (tick) => {
    const changes = ['a', 'b', 'c'].map((id) => ({ id, change: { n: 1 } }))
    const updated = store.updateMany(changes, { timeoutMs: 5 })
    const request = await held.next()
    await tick(5)
    await rejects(updated, 'timeout')
    await request.answer([{ ok: true, value: { id: 'a', n: 9 }, version: 9 }, { ok: true, version: 4 }, refusal()])
    assert.deepEqual(await store.getAll(), [
      { id: 'a', n: 9, version: 9 },
      { id: 'b', n: 1, version: 4 },
      { id: 'c', n: 0, version: 1 },
    ])
  })
})

test('resolve-enqueued gives the local row and the write goes on', async () => {
  const { store, held, client } = await heldStore()
  await timed(async (tick) => {
    const failed: unknown[] = []
    const options = { timeoutMs: 10, timeoutBehavior: 'resolve-enqueued' } as const
    const added = store.addMany([{ id: 'a' }, { id: 'b' }], options)
    client.on('writeFailed', (event) => void failed.push(event.ids))
    const request = await held.next()
    await tick(10)
    const results = await added
    assert.deepEqual(results.map((result) => result.ok && result.value), [{ id: 'a', version: 1 }, { id: 'b', version: 1 }])
    assert.ok(!request.signal.aborted)
    await request.answer([{ ok: true, version: 5 }, refusal()])
    assert.deepEqual(await store.getAll(), [{ id: 'a', version: 5 }])
    assert.equal(results[1]!.ok, true)
  })
})

test('resolve-enqueued gives the rows as they show by then', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }, { id: 'b', n: 0 }, { id: 'c', n: 0 }, { id: 'd', n: 0 }])
  await timed(async (tick) => {
    const options = { timeoutMs: 40, timeoutBehavior: 'resolve-enqueued' } as const
    const below = store.updateOne('a', { n: 1 }, { timeoutMs: 5 })
    void store.updateOne('a', { m: 1 })
    const changes = ['a', 'b', 'nobody', 'c'].map((id) => ({ id, change: { q: 1 } }))
    const many = store.updateMany(changes, options)
    const one = store.updateOne('a', { r: 1 }, options)
    const deleted = store.deleteOne('d', options)
    const request = await held.next()
    await tick(5)
    await rejects(below, 'timeout')
    await channel(store).writeback([{ id: 'b', n: 7, version: 50 }, { id: 'c', deleted: true }])
    await tick(35)
    const shown = (id: string): unknown => (channel(store).getHandle() as { peek(id: string): unknown }).peek(id)
    assert.deepEqual(shown('a'), { id: 'a', n: 0, m: 1, q: 1, r: 1, version: 4 })
    assert.equal(await one, shown('a'))
    assert.equal(await deleted, true)
    const results = await many
    assert.deepEqual(results.map((result) => result.ok), [true, true, false, true])
    assert.equal(results[0]!.ok && results[0]!.value, shown('a'))
    assert.equal(results[1]!.ok && results[1]!.value, shown('b'))
    assert.deepEqual(shown('b'), { id: 'b', n: 7, q: 1, version: 51 })
    assert.deepEqual(results[3]!.ok && results[3]!.value, { id: 'c', n: 0, q: 1, version: 2 }, 'a row that is gone is given as it was')
    await request.answer()
  })
})

test('resolve-enqueued of a hidden write gives the row as that write would leave it by then', async () => {
  const { store, held } = await heldStore({ commit: 'confirm' }, [{ id: 'a', n: 0 }, { id: 'b', n: 0 }])
  await timed(async (tick) => {
    const options = { timeoutMs: 40, timeoutBehavior: 'resolve-enqueued' } as const
    const below = store.updateOne('a', { n: 1 }, { timeoutMs: 5 })
    const many = store.updateMany(['a', 'b'].map((id) => ({ id, change: { q: 1 } })), options)
    const one = store.upsertOne({ id: 'a', r: 1 }, { ...options, conflict: 'lww' })
    const deleted = store.deleteOne('b', options)
    await held.next()
    await tick(5)
    await rejects(below, 'timeout')
    await channel(store).writeback([{ id: 'b', n: 7, version: 50 }])
    await tick(35)
    const results = await many
    assert.deepEqual(results.map((result) => result.ok && result.value), [{ id: 'a', n: 0, q: 1, version: 2 }, { id: 'b', n: 7, q: 1, version: 51 }])
    assert.deepEqual(await one, { id: 'a', n: 0, q: 1, r: 1, version: 3 })
    assert.equal(await deleted, true)
    assert.deepEqual(await store.getOne('a'), { id: 'a', n: 0, version: 1 })
  })
})

test('what is sent after resolve-enqueued is what the write made, without what came on top', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  await timed(async (tick) => {
    const first = store.updateOne('a', { n: 1 })
    const request = await held.next()
    const second = store.updateOne('a', { n: 2 }, { timeoutMs: 5, timeoutBehavior: 'resolve-enqueued' })
    const third = store.updateOne('a', { n: 3 })
    await tick(5)
    assert.deepEqual(await second, { id: 'a', n: 3, version: 4 })
    await request.answer()
    await first
    const next = await held.next()
    assert.deepEqual(next.entries.map(({ value }) => value?.['n' as never]), [2, 3])
    await next.answer()
    assert.deepEqual(await third, { id: 'a', n: 3, version: 4 })
  })
})

test('resolve-enqueued of a write that has not come to its turn is a timeout: there is no local row', async () => {
  const held = new HeldExecutor(undefined, () => new Promise(() => {}))
  const client = await open<{ Thing: Loose; Slow: Loose }>({
    schema: { Slow: { processor: { inbound: (row) => (row['slow'] ? new Promise(() => {}) : row) } } },
    plugins: [registering(held.executor)],
    disposeTimeoutMs: 10,
  })
  const { Thing, Slow } = client.stores
  await timed(async (tick) => {
    const options = { timeoutMs: 10, timeoutBehavior: 'resolve-enqueued' } as const
    const calls = [
      Thing.updateOne('q', { x: 1 }, options),
      Thing.deleteOne('q', options),
      Thing.upsertOne({ id: 'q' }, options),
      Thing.updateMany([{ id: 'q', change: { x: 1 } }], options),
      Slow.addOne({ id: 'h', slow: true }, options),
    ]
    const behind = Slow.addOne({ id: 'i' })
    await tick(10)
    for (const call of calls) await rejects(call, 'timeout')
    // the store is free again
    const request = await held.next()
    assert.deepEqual(request.entries.map(({ id }) => id), ['i'])
    await request.answer()
    assert.deepEqual(await behind, { id: 'i', version: 1 })
  })
})

test('a late answer does not set a row back, and one that changes it is told as a change', async () => {
  const { store, held, client } = await heldStore(undefined, [{ id: 'a', n: 0 }, { id: 'b', n: 0 }])
  const told: unknown[] = []
  for (const name of ['changeStart', 'changeCommitted'] as const) {
    client.on(name, ({ ids, storeName, context }) => void told.push([name, storeName, ids, context.opContext.origin]))
  }
  const late = [{ version: 2, value: { id: 'a', n: 1 } }, { version: 2 }] as const
  for (const [i, { version, ...answer }] of late.entries()) {
    const controller = new AbortController()
    const updated = store.updateMany(['a', 'b'].map((id) => ({ id, change: { n: 1 } })), { signal: controller.signal })
    const request = await held.next()
    controller.abort()
    await rejects(updated, 'aborted')
    const again = store.updateOne('a', { n: 5 + i })
    await (await held.next()).answer([{ ok: true, version: 8 + i }])
    assert.deepEqual(await again, { id: 'a', n: 5 + i, version: 8 + i })
    await request.answer([{ ok: true, ...answer, version }, i === 0 ? { ok: true, value: { id: 'b', n: 9 }, version: 3 } : refusal()])
    assert.deepEqual(await store.getOne('a'), { id: 'a', n: 5 + i, version: 8 + i })
  }
  assert.deepEqual(await store.getOne('b'), { id: 'b', n: 9, version: 3 })
  assert.deepEqual(told, [
    ['changeStart', 'Thing', ['b'], 'sync'],
    ['changeCommitted', 'Thing', ['b'], 'sync'],
  ])
})

test('the time counts while a write waits for the request before it', async () => {
  const { store, held } = await heldStore()
  await timed(async (tick) => {
    void store.addOne({ id: 'a' }).catch(() => {})
    const first = await held.next()
    const added = store.addOne({ id: 'b' }, { timeoutMs: 10 })
    await settled()
    await tick(10)
    await rejects(added, 'timeout')
    assert.equal(await store.getOne('b'), undefined)
    await first.answer()
    await settled()
    assert.equal(held.requests.length, 0, 'what was not sent is not sent any more')
  })
})

test('the signal aborts only when no write of the request waits any more', async () => {
  const { store, held } = await heldStore()
  const one = new AbortController()
  const two = new AbortController()
  const first = store.addOne({ id: 'a' }, { signal: one.signal })
  const second = store.addOne({ id: 'b' }, { signal: two.signal })
  const request = await held.next()
  one.abort('enough')
  const error = await rejects(first, 'aborted')
  assert.equal(error.cause, 'enough')
  assert.ok(!request.signal.aborted)
  assert.deepEqual((await store.getAll()).map(({ id }) => id), ['b'])
  two.abort()
  await rejects(second, 'aborted')
  assert.ok(request.signal.aborted)
  assert.deepEqual(await store.getAll(), [])
  // the lane goes on
  const third = store.addOne({ id: 'c' })
  await (await held.next()).answer()
  assert.equal((await third).id, 'c')
})

test('an abort before the write is sent', async () => {
  const { store, held } = await heldStore()
  const controller = new AbortController()
  const added = store.addOne({ id: 'a' }, { signal: controller.signal })
  controller.abort()
  await rejects(added, 'aborted')
  await settled()
  assert.equal(held.requests.length, 0)
  await rejects(store.addOne({ id: 'a' }, { signal: controller.signal }), 'aborted')
  assert.deepEqual(await store.getAll(), [])
})

test('an abort of a many-write rejects the call and rolls all of it back', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  const controller = new AbortController()
  const upserted = store.upsertMany([{ id: 'a', n: 1 }, { id: 'b', n: 1 }, { id: 'a', n: 2 }], { signal: controller.signal })
  await held.next()
  controller.abort()
  await rejects(upserted, 'aborted')
  assert.deepEqual(await store.getAll(), [{ id: 'a', n: 0, version: 1 }])
})

test('an updater that aborts its own write', async () => {
  const { store, held } = await heldStore(undefined, [{ id: 'a', n: 0 }])
  const controller = new AbortController()
  const updated = store.updateMany(
    [
      { id: 'a', change: { n: 1 } },
      { id: 'a', change: () => controller.abort() },
    ],
    { signal: controller.signal },
  )
  await rejects(updated, 'aborted')
  await settled()
  assert.equal(held.requests.length, 0)
  assert.deepEqual(await store.getAll(), [{ id: 'a', n: 0, version: 1 }])
})

test('writes on top of an aborted add fail with its error', async () => {
  const { store, held } = await heldStore()
  const controller = new AbortController()
  const added = store.addOne({ id: 'a' }, { signal: controller.signal })
  const updated = store.updateOne('a', { n: 1 })
  await held.next()
  controller.abort()
  const error = await rejects(added, 'aborted')
  assert.equal(await updated.catch((reason) => reason), error)
  assert.deepEqual(await store.getAll(), [])
})

test('an abort after the answer does nothing', async () => {
  const { store, held } = await heldStore()
  const controller = new AbortController()
  const added = store.addOne({ id: 'a' }, { signal: controller.signal, timeoutMs: 1000 })
  await (await held.next()).answer()
  const row = await added
  controller.abort()
  await settled()
  assert.equal(await store.getOne('a'), row)
})

test('dispose waits for what is in flight', async () => {
  const { store, held, client } = await heldStore()
  const added = store.addOne({ id: 'a' })
  const disposal = client.dispose()
  await rejects(store.addOne({ id: 'b' }), 'disposed')
  assert.equal(await stateOf(disposal), 'pending')
  await (await held.next()).answer([{ ok: true, version: 4 }])
  assert.deepEqual(await added, { id: 'a', version: 4 })
  await disposal
})

test('dispose rejects what is not answered in time, and aborts its signal', async () => {
  const held = new HeldExecutor()
  const client = await open<{ Thing: Loose }>({ plugins: [registering(held.executor)], disposeTimeoutMs: 50 })
  await timed(async (tick) => {
    const added = client.stores.Thing.addOne({ id: 'a' })
    const many = client.stores.Thing.addMany([{ id: 'b' }])
    const request = await held.next()
    const disposal = client.dispose()
    await tick(49)
    assert.equal(await stateOf(disposal), 'pending')
    await tick(1)
    await rejects(added, 'disposed')
    await rejects(many, 'disposed')
    assert.ok(request.signal.aborted)
    await disposal
  })
})

test('dispose does not wait for ever for a processor', async () => {
  const client = await open<{ Thing: Loose }>({
    schema: { Thing: { processor: { inbound: () => new Promise(() => {}) as never } } },
    disposeTimeoutMs: 50,
  })
  await timed(async (tick) => {
    const calls = [client.stores.Thing.addOne({ id: 'a' }), client.stores.Thing.addOne({ id: 'b' })]
    const disposal = client.dispose()
    await settled()
    await tick(50)
    for (const call of calls) await rejects(call, 'disposed')
    await disposal
  })
})
