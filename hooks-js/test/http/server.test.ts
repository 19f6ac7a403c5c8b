// The executor against a real server on loopback: backends/http/testserver.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAlike } from '../contract/support.js'
import { add, assertDone, codeAt, direct, QuickClock, refuses, remove, update, upsert } from './executor.js'
import { type Fields, space } from './server.js'

/** Retries at once; no attempt is limited. */
const eager = { timers: new QuickClock(), timeoutMs: 0 }

const strange: Fields[] = [
  { v: [null, true, false, 0, -0, 1.5, NaN, Infinity, -Infinity, 5e-324, 2 ** 53] },
  { v: ['', 'a\0b', '😀', '\ud800', 'x\udc00y', '\u2028<>&"\\'] },
  { v: [new Date(0), new Date(NaN), new Date(8.64e15), new Date(-8.64e15)] },
  { v: [new Uint8Array(0), Uint8Array.of(0, 255, 62, 63)] },
  { v: { $date: 1 }, w: { $a: 1, $b: 2 }, x: { $: {} }, y: [[], {}, [[]]] },
  { '\ud800': 1, b: { 'c\udfff': -0 } },
  JSON.parse('{"__proto__":{"a":1},"constructor":2,"toJSON":3,"prototype":null}'),
]

test('every value comes back as it was, alone and in batches', async () => {
  const there = await space()
  for (const batch of [false, true, { only: true }]) {
    const { write, query } = direct({ baseURL: there.baseURL, batch })
    const store = `Values ${JSON.stringify(batch)}`
    assertDone(await write(store, strange.map((fields, i) => add(`r${i}`, fields))))
    const { data } = await query(store)
    assertAlike(data, strange.map((fields, i) => ({ id: `r${i}`, ...fields, version: 1 })))
    assertDone(await write(store, strange.map((fields, i) => upsert(`r${i}`, { ...fields, more: -0 }))))
    assertAlike((await query(store)).data, strange.map((fields, i) => ({ id: `r${i}`, ...fields, more: -0, version: 2 })))
  }
})

test('every id and name of a store reaches the server as it is', async () => {
  const there = await space()
  const ids = ['a/b', '//', 'a b', '%2F', '?x=1#y', 'ä漢😀', '.', '..', '...', '~', '~LgA', '\ud800', '\\', '"', '*', 'query', 'batch', '__proto__', 'x'.repeat(3000)]
  for (const batch of [false, { only: true }]) {
    const { write, query } = direct({ baseURL: there.baseURL, batch })
    for (const id of ids) {
      assertDone(await write('Plain', [add(id)]))
      assertDone(await write(id, [add('a')]))
      assertDone(await write('Plain', [update(id, { n: 1 })]))
      assert.equal((await query('Plain', { filter: { op: 'in', field: 'id', values: [id] } })).data.length, 1, id)
      assert.deepEqual((await query(id)).data.map((row) => row['id']), ['a'], id)
      assertDone(await write(id, [remove('a')]))
    }
    assertDone(await write('Plain', ids.map(remove)))
    assert.deepEqual((await query('Plain')).data, [])
  }
})

test('writes do what they say', async () => {
  const there = await space()
  for (const batch of [true, false]) {
    const store = `S${batch}`
    const { write, query } = direct({ baseURL: there.baseURL, batch })
    assertDone(await write(store, [add('a', { n: 1, gone: 1 }), add('b', { n: 2 })]))
    const twice = await write(store, [add('a', { n: 9 }), update('none', {}), remove('none')])
    assert.deepEqual([codeAt(twice, 0), codeAt(twice, 1)], ['already_exists', 'not_found'])
    assert.deepEqual(!twice[0]!.ok && twice[0]!.current, { value: { id: 'a', n: 1, gone: 1, version: 1 } })
    assert.deepEqual(twice[2], { ok: true })
    assert.deepEqual(await write(store, [update('a', { n: 3 }), upsert('b', { m: 1 }), upsert('c', { n: 1 })]), [
      { ok: true, version: 2 },
      { ok: true, version: 2 },
      { ok: true, version: 1 },
    ])
    assert.deepEqual(await write(store, [upsert('b', { k: 1 }), remove('c')]), [{ ok: true, version: 3 }, { ok: true }])
    assert.deepEqual((await query(store)).data, [
      { id: 'a', n: 3, version: 2 },
      { id: 'b', k: 1, version: 3 },
    ])
  }
})

test('many writes of a row in one call are one after the other', async () => {
  const there = await space()
  for (const batch of [true, false, { maxOperations: 2 }]) {
    const store = `S${JSON.stringify(batch)}`
    const { write, query } = direct({ baseURL: there.baseURL, batch })
    assertDone(await write(store, [add('a', { n: 1 }), update('a', { n: 2 }), add('b', {}), remove('a'), add('a', { n: 3 }), update('a', { n: 4 })]))
    assert.deepEqual((await query(store)).data, [
      { id: 'a', n: 4, version: 4 },
      { id: 'b', version: 1 },
    ])
  }
})

test("a row that somebody else changed is a conflict, and the next write builds on theirs", async () => {
  const there = await space()
  const { write } = direct({ baseURL: there.baseURL })
  assertDone(await write('Todo', [add('a', { n: 1 })]))
  await there.write('update', 'Todo', 'a', { n: 2 })
  const [refused] = await write('Todo', [update('a', { n: 3 })])
  assert.ok(refused && !refused.ok)
  assert.equal(refused.error.code, 'conflict')
  assert.deepEqual(refused.current, { value: { id: 'a', n: 2, version: 2 } })
  assertDone(await write('Todo', [update('a', { n: 4 })]))
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', n: 4, version: 3 }])
  await there.write('update', 'Todo', 'a', { n: 5 })
  assertDone(await write('Todo', [upsert('a', { m: 1 }, { conflict: 'lww' })]))
  assert.deepEqual(await there.rows('Todo'), [{ id: 'a', m: 1, version: 5 }])
  await there.write('delete', 'Todo', 'a')
  assert.equal(codeAt(await write('Todo', [upsert('a', {})]), 0), 'not_found')
})

test('a write whose answer is lost is sent again and done once', async () => {
  for (const batch of [false, { only: true }]) {
    const there = await space()
    const { write } = direct({ baseURL: there.baseURL, batch, ...eager })
    assertDone(await write('Todo', [add('a', { n: 1 })]))
    await there.fail({ times: 2, drop: true, applied: true })
    assert.deepEqual(await write('Todo', [update('a', { n: 2 })]), [{ ok: true, version: 2 }])
    await there.fail({ status: 502, body: '<html>bad gateway', applied: true })
    assert.deepEqual(await write('Todo', [add('b')]), [{ ok: true, version: 1 }])
    assert.deepEqual(await there.rows('Todo'), [
      { id: 'a', n: 2, version: 2 },
      { id: 'b', version: 1 },
    ])
    assert.equal((await there.log()).length, 6)
  }
})

test('a server that is busy is tried again, one that stays so fails the write', async () => {
  const there = await space()
  const { write, query } = direct({ baseURL: there.baseURL, ...eager })
  await there.fail({ times: 3, status: 503, retryAfter: 1 })
  assertDone(await write('Todo', [add('a')]))
  await there.fail({ times: 4, status: 429 })
  assert.equal(codeAt(await write('Todo', [add('b')]), 0), 'network')
  assert.deepEqual((await query('Todo')).data, [{ id: 'a', version: 1 }])
  await there.fail({ store: 'Todo', id: 'a', times: 2, status: 503, code: 'busy' })
  assertDone(await write('Todo', [update('a', { n: 1 }), add('b'), update('a', { n: 2 })]))
  assert.deepEqual(await there.rows('Todo'), [
    { id: 'a', n: 2, version: 3 },
    { id: 'b', version: 1 },
  ])
})

test('an aborted write that the server has not begun is not done', async () => {
  const there = await space()
  const { write } = direct({ baseURL: there.baseURL, timeoutMs: 0 })
  await there.hold()
  const control = new AbortController()
  const refused = refuses(write('Todo', [add('a')], control.signal), 'aborted')
  await there.arrived(1)
  control.abort()
  await refused
  // the next one is sent on a connection of its own, and done when the first is long gone
  const next = write('Todo', [add('b')])
  await there.arrived(2)
  await there.release()
  assertDone(await next)
  assert.deepEqual(await there.rows('Todo'), [{ id: 'b', version: 1 }])
})

test('an answer that takes too long is asked for again', async () => {
  const there = await space()
  const { write } = direct({ baseURL: there.baseURL, timeoutMs: 150, retry: { jitter: () => 0, attempts: 10 } })
  await there.fail({ delayMs: 60_000 })
  assertDone(await write('Todo', [add('a')]))
  assert.ok((await there.log()).length >= 2)
  await there.fail({ delayMs: 60_000 })
  const short = direct({ baseURL: there.baseURL, timeoutMs: 20, retry: { attempts: 1 } })
  await refuses(short.query('Todo'), 'timeout')
})

test('nobody there is a network error', async () => {
  const { write, query } = direct({ baseURL: 'http://127.0.0.1:1', ...eager })
  await refuses(write('Todo', [add('a')]), 'network')
  await refuses(query('Todo'), 'network')
})

test('a token that is wanted and wrong is unauthorized', async () => {
  const there = await space()
  await there.token('secret')
  const stranger = direct({ baseURL: there.baseURL })
  assert.equal(codeAt(await stranger.write('Todo', [add('a')]), 0), 'unauthorized')
  await refuses(stranger.query('Todo'), 'unauthorized')
  const { write } = direct({ baseURL: there.baseURL, headers: () => Promise.resolve({ authorization: 'Bearer secret' }) })
  assertDone(await write('Todo', [add('a')]))
})

test('servers without versions, and those that answer with rows, are understood', async () => {
  const there = await space()
  const { write } = direct({ baseURL: there.baseURL })
  await there.answers({ silent: true })
  assert.deepEqual(await write('Todo', [add('a', { n: 1 })]), [{ ok: true }])
  assert.deepEqual(await write('Todo', [update('a', { n: 2 }), add('b')]), [{ ok: true }, { ok: true }])
  await there.answers({ whole: true })
  assert.deepEqual(await write('Todo', [update('a', { at: new Date(1) })]), [{ ok: true, version: 3, value: { id: 'a', at: new Date(1), version: 3 } }])
  assert.deepEqual(await write('Todo', [upsert('b', { n: -0 }), remove('a')]), [{ ok: true, version: 2, value: { id: 'b', n: -0, version: 2 } }, { ok: true }])
})

test('10,000 writes go in batches of 1,000, and those of another store do not wait for them', async () => {
  const there = await space()
  const { write } = direct({ baseURL: there.baseURL })
  const order: string[] = []
  const many = write('Many', Array.from({ length: 10_000 }, (_, i) => add(`r${i}`, { n: i }))).then((results) => {
    assertDone(results)
    order.push('Many')
  })
  const one = write('One', [add('a')]).then(() => order.push('One'))
  await Promise.all([many, one])
  assert.deepEqual(order, ['One', 'Many'])
  assert.equal((await there.log()).length, 11)
  assert.equal((await there.rows('Many')).length, 10_000)
})

test('queries are answered with filter, sort, limit and pages', async () => {
  const there = await space()
  const { write, query } = direct({ baseURL: there.baseURL, retry: { attempts: 1 } })
  const ages = [30, 10, NaN, 20, 10, null, -0, Infinity]
  assertDone(await write('P', ages.map((age, i) => add(`p${i}`, { age, name: `Name ${i}`, at: new Date(i), tags: [i, 'x'], a: { b: i } }))))
  const idsOf = async (q: object): Promise<unknown> => (await query('P', q)).data.map(({ id }) => id)
  const byAge = [{ field: 'age' }]
  assert.deepEqual(await idsOf({ sort: byAge }), ['p6', 'p1', 'p4', 'p3', 'p0', 'p7', 'p2', 'p5'])
  assert.deepEqual(await idsOf({ sort: [{ field: 'age', dir: 'desc' }], limit: 3, offset: 1 }), ['p0', 'p3', 'p1'])
  assert.deepEqual(await idsOf({ filter: { age: { gte: 10, lt: 30 } } }), ['p1', 'p3', 'p4'])
  assert.deepEqual(await idsOf({ filter: { age: NaN } }), ['p2'])
  assert.deepEqual(await idsOf({ filter: { age: { isNull: true } } }), ['p5'])
  assert.deepEqual(await idsOf({ filter: { at: { lte: new Date(1) } } }), ['p0', 'p1'])
  assert.deepEqual(await idsOf({ filter: { 'a.b': { in: [3, 5] } } }), ['p3', 'p5'])
  assert.deepEqual(await idsOf({ filter: { op: 'not', arg: { op: 'or', args: [{ tags: { has: 1 } }, { name: { endsWith: '7' } }, { age: { ne: 10 } }] } } }), ['p4'])
  assert.deepEqual(await idsOf({ filter: { name: { text: { query: 'nome 3', mode: 'fuzzy' } }, age: { exists: true } }, limit: 2 }), ['p0', 'p1'])
  const page = { mode: 'offset', limit: 3, offset: 3, includeTotal: true }
  const offset = await query('P', { sort: byAge, page })
  assert.equal((offset.pageInfo as { total: number }).total, 8)
  const seen: unknown[] = []
  for (let after: string | undefined; ; ) {
    const { data, pageInfo } = await query('P', { sort: byAge, page: { mode: 'cursor', limit: 3, ...(after && { after }) } })
    seen.push(...data.map(({ id }) => id))
    const { hasNextPage, endCursor } = pageInfo as { hasNextPage: boolean; endCursor: string }
    if (!hasNextPage) break
    after = endCursor
  }
  assert.deepEqual(seen, ['p6', 'p1', 'p4', 'p3', 'p0', 'p7', 'p2', 'p5'])
  await refuses(query('P', { page: { mode: 'cursor', after: 'garbage' } }), 'invalid_cursor')
})
