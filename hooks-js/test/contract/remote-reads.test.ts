// Reads through an executor: what is asked, and what is made of the answers.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AtomaError, type PluginContext } from '../../../dist/npm/index.js'
import { forget, outcome, peek, remote } from './remote-support.js'
import { assertAlike, bad, fields, ids, open, rejects, turn, versionOf, type Loose } from './support.js'

const byId = (...values: string[]) => ({ filter: { op: 'in', field: 'id', values } })

describe('getOne and getMany', () => {
  test('ask only for what is missing, and keep what comes', async () => {
    const { things, backend } = await remote()
    const read = things.getOne('a')
    const call = await backend.gives([{ id: 'a', n: 1, version: 7 }])
    assert.equal(call.request.storeName, 'Thing')
    assert.deepEqual(call.request.query, byId('a'))
    const row = await read
    assert.deepEqual(row, { id: 'a', n: 1, version: 7 })
    assert.equal(await things.getOne('a'), row)
    assert.deepEqual(await things.getMany(['a', 'a']), [row, row])
    await backend.askedNothing()
  })

  test('the misses of a turn are one query a store, whoever misses them', async () => {
    const { client, things, backend } = await remote()
    const reads = [things.getOne('c'), things.getMany(['b', 'a', 'c', 'b']), client.stores('Thing').getOne('d')] as const
    const other = client.stores.Other.getOne('a')
    await turn()
    assert.deepEqual(backend.queries.map(({ request: { storeName, query } }) => [storeName, query]), [
      ['Thing', byId('a', 'b', 'c', 'd')],
      ['Other', byId('a')],
    ])
    backend.queries[1]!.answer({ data: [] })
    assert.equal(await other, undefined)
    backend.queries[0]!.answer({ data: ['a', 'b', 'c'].map((id) => ({ id, version: 1 })) })
    const [one, many, none] = await Promise.all(reads)
    assert.equal(one!.id, 'c')
    assert.deepEqual(ids(many), ['b', 'a', 'c', 'b'])
    assert.equal(many[2], one)
    assert.equal(none, undefined)
  })

  test('a row that is not there is asked for again', async () => {
    const { things, backend } = await remote()
    for (let i = 0; i < 2; i++) {
      const read = things.getOne('a')
      await backend.gives([])
      assert.equal(await read, undefined)
    }
  })

  test('an abort is its caller’s alone, and ends the query when nobody waits for it any more', async () => {
    const { things, backend } = await remote()
    const [first, second] = [new AbortController(), new AbortController()]
    const reads = [things.getOne('a', { signal: first.signal }), things.getMany(['b'], { signal: second.signal })]
    const { signal, request, answer } = await backend.asked()
    assert.deepEqual(request.query, byId('a', 'b'))
    first.abort('enough')
    const error = await rejects(reads[0]!, 'aborted')
    assert.equal(error.cause, 'enough')
    assert.equal(signal.aborted, false)
    assert.equal(await outcome(reads[1]!), 'pending')
    second.abort()
    await rejects(reads[1]!, 'aborted')
    assert.equal(signal.aborted, true)
    answer({ data: [{ id: 'a', version: 1 }] })
    await turn()
    assert.equal(peek(things, 'a'), undefined)
  })

  test('an abort before the query has been sent leaves it to those who still wait', async () => {
    const { things, backend } = await remote()
    const controller = new AbortController()
    const aborted = things.getOne('a', { signal: controller.signal })
    controller.abort()
    await rejects(aborted, 'aborted')
    await backend.askedNothing()
    const leaver = things.getOne('b', { signal: new AbortController().signal })
    const stays = new AbortController()
    const left = things.getOne('c', { signal: stays.signal })
    stays.abort()
    await rejects(left, 'aborted')
    await backend.gives([{ id: 'b' }])
    assert.equal((await leaver)!.id, 'b')
    await rejects(things.getOne('d', { signal: AbortSignal.abort() }), 'aborted')
    await backend.askedNothing()
  })

  test('invalid ids are refused before anything is asked', async () => {
    const { things, backend } = await remote()
    await rejects(things.getOne(bad('')), 'invalid_input')
    await rejects(things.getMany(bad(['a', 1])), 'invalid_input')
    await backend.askedNothing()
  })
})

describe('what is asked', () => {
  test('getAll, findMany, findOne and count always ask, with the query as it was written', async () => {
    const { things, backend } = await remote()
    const row = { id: 'a', n: 1, version: 1 }
    const query = { filter: { n: { gte: 1 } }, sort: [{ field: 'n', dir: 'desc' as const }] }
    for (let i = 0; i < 2; i++) {
      const all = things.getAll()
      assert.deepEqual((await backend.gives([row])).request.query, {})
      assert.deepEqual(await all, [row])
      const found = things.findMany({ ...query, limit: 5 })
      assert.deepEqual((await backend.gives([row])).request.query, { ...query, limit: 5 })
      assert.deepEqual(await found, { data: [row] })
      const one = things.findOne(query)
      assert.deepEqual((await backend.gives([row])).request.query, { ...query, limit: 1 })
      assert.deepEqual(await one, row)
      const count = things.count(query)
      assert.deepEqual((await backend.gives([row])).request.query, { filter: query.filter })
      assert.equal(await count, 1)
    }
  })

  test('the context is a user’s, with a trace of its own for each read', async () => {
    const { things, backend } = await remote()
    const traces = new Set<string>()
    for (const read of [() => things.getAll(), () => things.getOne('a'), () => things.count()]) {
      const done = read()
      const { context } = (await backend.gives([])).request
      await done
      assert.equal(context.opContext.origin, 'user')
      assert.ok(context.opContext.actionId)
      traces.add(context.traceId)
    }
    assert.equal(traces.size, 3)
  })

  test('a malformed query is refused and not asked', async () => {
    const { things, backend } = await remote()
    await rejects(things.findMany(bad({ filter: { n: { near: 1 } } })), 'invalid_query')
    await rejects(things.findOne(bad({ nope: 1 })), 'invalid_query')
    await rejects(things.count(bad({ filter: { op: 'not' } })), 'invalid_query')
    await rejects(things.findMany({ limit: -1 }), 'invalid_input')
    await rejects(things.findMany(bad({ page: { mode: 'cursor', after: 1 } })), 'invalid_query')
    await rejects(things.findMany(bad({ page: { mode: 'cursor', after: 'a', before: 'b' } })), 'invalid_query')
    await rejects(things.findMany(bad({ include: { friend: true } })), 'invalid_query')
    await backend.askedNothing()
  })

  test('an executor that changes its request changes nobody else’s', async () => {
    const { things, backend } = await remote()
    const query = { filter: { n: { gte: 2 } } }
    const read = things.findMany(query)
    const call = await backend.asked()
    ;(call.request.query as { filter?: unknown }).filter = undefined
    call.answer({ data: [{ id: 'a', n: 1 }, { id: 'b', n: 2 }] })
    assert.deepEqual(ids((await read).data), ['b'])
    assert.deepEqual(query, { filter: { n: { gte: 2 } } })
  })

  test('without a query of the executor’s all reads are local, and done when the call returns', async () => {
    const { things, backend } = await remote({}, (backend) => delete backend.query)
    forget(things.addOne({ id: 'a' }))
    assert.equal((await things.getOne('a'))!.id, 'a')
    assert.equal(await things.getOne('b'), undefined)
    assert.deepEqual(ids(await things.getAll()), ['a'])
    assert.equal(await things.count(), 1)
    await backend.askedNothing()
  })
})

describe('rows of an answer', () => {
  test('keep their identity when they come again unchanged, and tell nobody', async () => {
    const { things, backend } = await remote()
    const rows = [{ id: 'a', tags: ['x'], version: 3 }, { id: 'b', n: -0 }]
    const read = async (data: readonly unknown[]) => {
      const all = things.getAll()
      await backend.gives(data)
      return all
    }
    const first = await read(rows)
    assertAlike(fields(first[1]), { id: 'b', n: -0 })
    const second = await read(rows)
    assert.equal(second[0], first[0])
    assert.equal(second[1], first[1])
    const third = await read([{ ...rows[0], version: 4 }, { id: 'b', n: 1 }])
    assert.equal(versionOf(third[0]), 4)
    assert.equal(versionOf(third[1]), versionOf(first[1]) + 1)
    // a version that is lower is the backend's, too
    assert.deepEqual((await read([{ id: 'a', version: 2 }]))[0], { id: 'a', version: 2 })
    assert.equal(rows[0]!.tags!.push('y'), 2)
    assert.deepEqual(third[0]!['tags'], ['x'])
  })

  test('of many kinds are stored as they are', async () => {
    const { things, backend } = await remote()
    const data = [
      { id: 'a', date: new Date(5), bytes: new Uint8Array([1, 2]), nan: NaN, lone: '\ud800', deep: { list: [null, true, { n: -0 }] }, version: 2 },
      JSON.parse('{ "id": "b", "__proto__": { "x": 1 }, "constructor": "c", "version": 2 }') as Loose,
    ]
    const all = things.getAll()
    await backend.gives(data)
    assertAlike(await all, data)
  })

  test('thousands of rows, with fields of their own', async () => {
    const { things, backend } = await remote()
    const data = Array.from({ length: 5_000 }, (_, i) => ({ id: `r${String(i).padStart(4, '0')}`, [`f${i % 3}`]: i, version: i + 1 }))
    const all = things.getAll()
    await backend.gives(data)
    assertAlike(await all, data)
  })

  test('a row that comes twice counts once, as it came last', async () => {
    const { things, backend } = await remote()
    const page = things.findMany({ page: { mode: 'offset', limit: 3 } })
    await backend.gives([{ id: 'b', n: 1, version: 1 }, { id: 'a', version: 1 }, { id: 'b', n: 2, version: 2 }])
    assert.deepEqual((await page).data, [{ id: 'b', n: 2, version: 2 }, { id: 'a', version: 1 }])
  })

  test('malformed answers are internal, say what is wrong, and store nothing', async () => {
    const { things, backend } = await remote()
    const thrower = { get data(): never { throw new Error('getter') } }
    const cases: [unknown, RegExp][] = [
      [undefined, /undefined is no answer/],
      ['rows', /a string is no answer/],
      [{}, /data is undefined/],
      [{ data: { id: 'a' } }, /data is an object/],
      [{ data: [{ id: 'a' }, null] }, /data\[1\].*null is no row/],
      [{ data: [{ id: 'a' }, { id: 5 }] }, /data\[1\].*is no id/],
      [{ data: [{ id: 'a' }, {}] }, /data\[1\].*is no id/],
      [{ data: [{ id: 'a', f: () => 1 }] }, /data\[0\].*can't be stored/],
      [{ data: [{ id: 'a', version: 1.5 }] }, /data\[0\].*is no version/],
      [{ data: [{ id: 'a' }], pageInfo: 'first' }, /pageInfo is a string/],
      [thrower, /threw/],
    ]
    for (const [answer, message] of cases) {
      for (const read of [() => things.findMany(), () => things.getMany(['a', 'b'])]) {
        const done = read()
        const call = await backend.asked()
        call.answer(answer as never)
        const error = await rejects(done, 'internal')
        assert.match(error.message, message)
        assert.match(error.message, /store "Thing"/)
      }
    }
    assert.equal(peek(things, 'a'), undefined)
  })
})

describe('errors', () => {
  test('an AtomaError passes, anything else is internal with its cause', async () => {
    const { things, backend } = await remote()
    const own = new AtomaError('unauthorized', 'log in again, please')
    for (const read of [() => things.getOne('x'), () => things.getMany(['x']), () => things.getAll(), () => things.findMany(), () => things.findOne(), () => things.count()]) {
      let done: Promise<unknown> = read()
      ;(await backend.asked()).fail(own)
      assert.equal(await rejects(done, 'unauthorized'), own)
      done = read()
      const cause = new TypeError('fell over')
      ;(await backend.asked()).fail(cause)
      const error = await rejects(done, 'internal')
      assert.equal(error.cause, cause)
      assert.match(error.message, /fell over/)
    }
  })

  test('a query that throws, or gives no promise, harms nobody', async () => {
    const { client: thrower } = await remote({}, (backend) => {
      backend.query = () => {
        throw 'not even an error'
      }
    })
    const error = await rejects(thrower.stores.Thing.getAll(), 'internal')
    assert.equal(error.cause, 'not even an error')
    await rejects(thrower.stores.Thing.getOne('a'), 'internal')
    const { client: prompt } = await remote({}, (backend) => {
      backend.query = (() => ({ data: [{ id: 'a', version: 1 }] })) as never
    })
    assert.deepEqual(ids(await prompt.stores.Thing.getAll()), ['a'])
    assert.equal((await prompt.stores.Thing.getOne('a'))!.id, 'a')
  })

  test('an aborted read ends at once, aborts its query, and takes nothing from a late answer', async () => {
    const { things, backend } = await remote()
    const controller = new AbortController()
    const reads = [things.findMany({}, { signal: controller.signal }), things.getAll({ signal: controller.signal }), things.count({}, { signal: controller.signal })]
    await turn()
    const calls = backend.queries.splice(0)
    assert.equal(calls.length, 3)
    controller.abort('gone')
    for (const read of reads) assert.equal((await rejects(read, 'aborted')).cause, 'gone')
    for (const { signal, answer } of calls) {
      assert.ok(signal.aborted)
      answer({ data: [{ id: 'a', version: 1 }] })
    }
    await turn()
    assert.equal(peek(things, 'a'), undefined)
  })

  test('no read hangs when the client is disposed', async () => {
    const { client, things, backend } = await remote({ disposeTimeoutMs: 1 })
    const reads = [things.getOne('a'), things.getMany(['b']), things.findMany(), things.getAll(), things.count(), things.findOne()]
    await turn()
    const disposal = client.dispose()
    await rejects(things.getOne('c'), 'disposed')
    for (const read of reads) await rejects(read, 'disposed')
    await disposal
    assert.ok(backend.queries.every(({ signal }) => signal.aborted))
    for (const { answer } of backend.queries) answer({ data: [{ id: 'a' }] })
    await turn()
  })

  test('a read that is answered while the client waits for it is given', async () => {
    const { client, things, backend } = await remote({ disposeTimeoutMs: 60_000 })
    const read = things.findMany()
    const call = await backend.asked()
    const disposal = client.dispose()
    call.answer({ data: [{ id: 'a', version: 1 }] })
    assert.deepEqual(ids((await read).data), ['a'])
    await disposal
  })
})

describe('the writeback processor', () => {
  const schema = (writeback: unknown) => ({ schema: { Thing: { processor: { writeback } } } })

  test('sees each row that comes, with its context, and may change it, now or later', async () => {
    for (const later of [false, true]) {
      const seen: unknown[] = []
      const { things, backend } = await remote(
        schema((row: Loose, { storeName, action, opContext, traceId }: { storeName: string; action: string; opContext: { origin: string }; traceId: string }) => {
          seen.push([row.id, storeName, action, opContext.origin, traceId])
          row['seen'] = true
          return later ? turn().then(() => row) : row
        }),
      )
      const sent = { id: 'a', version: 4 }
      const all = things.getAll()
      const call = await backend.gives([sent])
      assert.deepEqual(await all, [{ id: 'a', seen: true, version: 4 }])
      const one = things.getOne('b')
      const second = await backend.gives([{ id: 'b' }])
      assert.equal((await one)!['seen'], true)
      assert.deepEqual(seen, [
        ['a', 'Thing', 'query', 'user', call.request.context.traceId],
        ['b', 'Thing', 'query', 'user', second.request.context.traceId],
      ])
      assert.deepEqual(sent, { id: 'a', version: 4 })
    }
  })

  test('that throws, or makes another row of it, fails the read and stores nothing', async () => {
    const failures = [
      () => { throw new Error('no') },
      () => Promise.reject(new Error('no')),
      () => undefined,
      () => ({ id: 'other' }),
    ]
    for (const failure of failures) {
      const { things, backend } = await remote(schema((row: Loose) => (row.id === 'b' ? failure() : row)))
      const all = things.getAll()
      await backend.gives([{ id: 'a' }, { id: 'b' }])
      await rejects(all, 'invalid_input')
      assert.equal(peek(things, 'a'), undefined)
    }
  })
})

describe('events', () => {
  test('tell of each read, with what it gave and whether the backend was asked', async () => {
    const { client, things, backend } = await remote()
    const told: unknown[][] = []
    client.on('readStart', ({ action, storeName, traceId, context }) => told.push(['start', action, storeName, traceId === context.traceId]))
    client.on('readFinish', ({ action, fromBackend, rows, ms, error }) => told.push(['finish', action, fromBackend, rows, ms >= 0, error?.code]))
    const one = things.getOne('a')
    assert.deepEqual(told.splice(0), [['start', 'getOne', 'Thing', true]])
    await backend.gives([{ id: 'a' }])
    await one
    assert.deepEqual(told.splice(0), [['finish', 'getOne', true, 1, true, undefined]])
    await things.getOne('a')
    assert.deepEqual(told.splice(0), [['start', 'getOne', 'Thing', true], ['finish', 'getOne', false, 1, true, undefined]])
    const reads = [things.count(), things.findMany()]
    assert.equal(told.splice(0).length, 2)
    await turn()
    backend.queries.splice(0).forEach(({ answer, fail }, i) => (i === 0 ? answer({ data: [{ id: 'a' }, { id: 'b' }] }) : fail(new AtomaError('network', 'it is offline'))))
    await Promise.allSettled(reads)
    assert.deepEqual(told.splice(0), [['finish', 'count', true, 2, true, undefined], ['finish', 'findMany', true, 0, true, 'network']])
    await rejects(things.findMany(bad({ filter: { n: { near: 1 } } })), 'invalid_query')
    assert.deepEqual(told.splice(0).map(([, ...rest]) => rest.at(-1)), [true, 'invalid_query'])
  })

  test('carry the trace that the executor is given', async () => {
    const { client, things, backend } = await remote()
    const traces: string[] = []
    client.on('readStart', ({ traceId }) => traces.push(traceId))
    for (const read of [() => things.getOne('a'), () => things.findMany()]) {
      const done = read()
      const { request } = await backend.gives([])
      await done
      assert.equal(request.context.traceId, traces.at(-1))
    }
  })

  test('of local reads begin and end during the call', async () => {
    const client = await open<{ Thing: Loose }>()
    const told: string[] = []
    client.on('readStart', ({ action }) => told.push(`start ${action}`))
    client.on('readFinish', ({ action, rows, fromBackend }) => told.push(`finish ${action} ${rows} ${fromBackend}`))
    await client.stores.Thing.addMany([{ id: 'a' }, { id: 'b' }])
    void client.stores.Thing.getAll()
    void client.stores.Thing.getMany(['a', 'x'])
    void client.stores.Thing.count()
    assert.deepEqual(told, ['start getAll', 'finish getAll 2 false', 'start getMany', 'finish getMany 1 false', 'start count', 'finish count 2 false'])
  })
})

test('an executor that is unregistered ends what it has not answered, and writes that wait for their rows', async () => {
  let unregister = (): void => {}
  const hangs = (): Promise<never> => new Promise(() => {})
  const plugin = { id: 'hangs', setup: ({ execution }: PluginContext) => void (unregister = execution.register({ id: 'hangs', query: hangs, write: hangs })) }
  const client = await open<{ Thing: Loose }>({ plugins: [plugin] })
  const things = client.stores.Thing
  const calls = [things.getAll(), things.getOne('a'), things.getMany(['b']), things.findMany(), things.findOne(), things.count(), things.updateOne('z', { x: 1 }), things.addOne({ id: 'q' })]
  await turn()
  unregister()
  for (const call of calls) assert.match((await rejects(call, 'aborted')).message, /registered no more/)
  assert.deepEqual(await things.getAll(), [], 'reads are local now')
})
