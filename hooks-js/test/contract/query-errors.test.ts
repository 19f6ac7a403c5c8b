// Malformed queries: which code, which path, and that all of findMany, findOne, count and watch say the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { bad, coded, openStore, rejects, throws } from './support.js'

type Path = (string | number)[]

const malformed: [unknown, Path][] = [
  [{ filters: {} }, ['filters']],
  [{ where: {} }, ['where']],
  [{ filter: 5 }, ['filter']],
  [{ filter: null }, ['filter']],
  [{ filter: 'done' }, ['filter']],
  [{ filter: [] }, ['filter']],
  [{ filter: new Date(0) }, ['filter']],
  [{ filter: { done: undefined } }, ['filter', 'done']],
  [{ filter: { n: { gt: undefined } } }, ['filter', 'n', 'gt']],
  [{ filter: { n: { eq: undefined } } }, ['filter', 'n', 'eq']],
  [{ filter: { n: { in: [1, undefined] } } }, ['filter', 'n', 'in', 1]],
  [{ filter: { n: { in: 5 } } }, ['filter', 'n', 'in']],
  [{ filter: { n: { notIn: 'abc' } } }, ['filter', 'n', 'notIn']],
  [{ filter: { n: { equals: 1 } } }, ['filter', 'n', 'equals']],
  [{ filter: { n: { gt: 1, nope: 1 } } }, ['filter', 'n', 'nope']],
  [{ filter: { n: { gt: null } } }, ['filter', 'n', 'gt']],
  [{ filter: { n: { gte: true } } }, ['filter', 'n', 'gte']],
  [{ filter: { n: { lt: [1] } } }, ['filter', 'n', 'lt']],
  [{ filter: { n: { lte: { a: 1 } } } }, ['filter', 'n', 'lte']],
  [{ filter: { n: { gt: new Uint8Array(1) } } }, ['filter', 'n', 'gt']],
  [{ filter: { n: { isNull: false } } }, ['filter', 'n', 'isNull']],
  [{ filter: { n: { exists: 1 } } }, ['filter', 'n', 'exists']],
  [{ filter: { n: { has: undefined } } }, ['filter', 'n', 'has']],
  [{ filter: { op: 'equals', field: 'n', value: 1 } }, ['filter', 'op']],
  [{ filter: { op: '' } }, ['filter', 'op']],
  [{ filter: { op: 'eq', field: 'n' } }, ['filter', 'value']],
  [{ filter: { op: 'eq', field: 'n', value: undefined } }, ['filter', 'value']],
  [{ filter: { op: 'eq', value: 1 } }, ['filter', 'field']],
  [{ filter: { op: 'eq', field: 5, value: 1 } }, ['filter', 'field']],
  [{ filter: { op: 'eq', field: ['n'], value: 1 } }, ['filter', 'field']],
  [{ filter: { op: 'eq', field: 'n', value: 1, values: [1] } }, ['filter', 'values']],
  [{ filter: { op: 'in', field: 'n', value: 1 } }, ['filter']],
  [{ filter: { op: 'in', field: 'n', values: 1 } }, ['filter', 'values']],
  [{ filter: { op: 'in', field: 'n', values: [undefined] } }, ['filter', 'values', 0]],
  [{ filter: { op: 'gt', field: 'n', value: false } }, ['filter', 'value']],
  [{ filter: { op: 'isNull', field: 'n', value: true } }, ['filter', 'value']],
  [{ filter: { op: 'and' } }, ['filter', 'args']],
  [{ filter: { op: 'and', args: {} } }, ['filter', 'args']],
  [{ filter: { op: 'and', args: [5] } }, ['filter', 'args', 0]],
  [{ filter: { op: 'or', args: [{}, null] } }, ['filter', 'args', 1]],
  [{ filter: { op: 'or', args: [{}, { op: 'eq', field: 7, value: 1 }] } }, ['filter', 'args', 1, 'field']],
  [{ filter: { op: 'not', args: [{}] } }, ['filter']],
  [{ filter: { op: 'not', arg: [] } }, ['filter', 'arg']],
  [{ filter: { op: 'not', arg: { n: { zz: 1 } } } }, ['filter', 'arg', 'n', 'zz']],
  [{ filter: { op: 'and', args: [], extra: 1 } }, ['filter', 'extra']],
  [{ filter: { n: () => 1 } }, ['filter', 'n']],
  [{ filter: { n: Symbol('s') } }, ['filter', 'n']],
  [{ filter: { n: { in: [10n] } } }, ['filter', 'n', 'in', 0]],
  [{ filter: { n: { eq: new Map() } } }, ['filter', 'n', 'eq']],
  [{ sort: {} }, ['sort']],
  [{ sort: 'n' }, ['sort']],
  [{ sort: null }, ['sort']],
  [{ sort: ['n'] }, ['sort', 0]],
  [{ sort: [null] }, ['sort', 0]],
  [{ sort: [{}] }, ['sort', 0]],
  [{ sort: [{ field: 5 }] }, ['sort', 0, 'field']],
  [{ sort: [{ field: 'n' }, { field: 'n', dir: 'up' }] }, ['sort', 1, 'dir']],
  [{ sort: [{ field: 'n', dir: null }] }, ['sort', 0, 'dir']],
  [{ sort: [{ field: 'n', order: 'asc' }] }, ['sort', 0, 'order']],
  [{ limit: 1, page: { mode: 'offset' } }, []],
  [{ filter: { s: { startsWith: 5 } } }, ['filter', 's', 'startsWith']],
  [{ filter: { s: { endsWith: null } } }, ['filter', 's', 'endsWith']],
  [{ filter: { s: { contains: ['a'] } } }, ['filter', 's', 'contains']],
  [{ filter: { s: { text: 'a' } } }, ['filter', 's', 'text']],
  [{ filter: { s: { text: {} } } }, ['filter', 's', 'text', 'query']],
  [{ filter: { s: { text: { query: 5 } } } }, ['filter', 's', 'text', 'query']],
  [{ filter: { s: { text: { query: 'a', mode: 'exact' } } } }, ['filter', 's', 'text', 'mode']],
  [{ filter: { s: { text: { query: 'a', mode: 'fuzzy', distance: 3 } } } }, ['filter', 's', 'text', 'distance']],
  [{ filter: { s: { text: { query: 'a', slop: 1 } } } }, ['filter', 's', 'text', 'slop']],
  [{ filter: { op: 'startsWith', field: 's', value: 5 } }, ['filter', 'value']],
  [{ filter: { op: 'text', field: 's' } }, ['filter', 'query']],
  [{ filter: { op: 'text', field: 's', query: 'a', value: 'a' } }, ['filter', 'value']],
  [{ page: { mode: 'none' } }, ['page', 'mode']],
  [{ include: { author: true } }, ['include', 'author']],
  [{ sort: [{ field: '$score', dir: 'down' }] }, ['sort', 0, 'dir']],
]

for (const [query, path] of malformed) {
  test(`invalid_query: ${show(query)}`, async () => {
    const store = await openStore()
    await store.addOne({ id: 'x', n: 1 })
    const errors = [
      await rejects(store.findMany(bad(query)), 'invalid_query'),
      await rejects(store.findOne(bad(query)), 'invalid_query'),
      await rejects(store.count(bad(query)), 'invalid_query'),
    ]
    try {
      watch(store, bad(query), () => {})
      assert.fail('watch did not throw')
    } catch (error) {
      errors.push(coded(error, 'invalid_query'))
    }
    for (const { details } of errors) {
      assert.ok(Array.isArray(details?.path) || path.length === 0, 'a path is given')
      assert.deepEqual(details?.path?.slice(0, path.length) ?? [], path)
    }
  })
}

function show(v: unknown): string {
  return JSON.stringify(v, (_, part: unknown) => (typeof part === 'object' || typeof part === 'number' || typeof part === 'boolean' || typeof part === 'string' ? part : String(part)))
}

test('limit and offset that are negative, fractional or no number are invalid_input', async () => {
  const store = await openStore()
  for (const wrong of [-1, 1.5, NaN, -Infinity, '1', null, true, [], {}, new Date(5)]) {
    for (const part of ['limit', 'offset']) {
      const query = { [part]: wrong }
      const error = await rejects(store.findMany(bad(query)), 'invalid_input')
      assert.match(error.message, new RegExp(part))
      assert.deepEqual(error.details?.path, [part])
      await rejects(store.findOne(bad(query)), 'invalid_input')
      await rejects(store.count(bad(query)), 'invalid_input')
    }
  }
})

test('limit and offset of a kind that cannot even be copied are invalid_input too', async () => {
  const store = await openStore()
  for (const wrong of [10n, Symbol('s'), () => 1]) {
    await rejects(store.findMany(bad({ limit: wrong })), 'invalid_input')
    await rejects(store.findMany(bad({ offset: wrong })), 'invalid_input')
  }
})

test('a query that is no object is invalid_query', async () => {
  const store = await openStore()
  for (const query of [null, 5, 'x', true, [], () => ({}), Symbol('s'), new Map(), new Date(0)]) {
    const errors = [
      await rejects(store.findMany(bad(query)), 'invalid_query'),
      await rejects(store.findOne(bad(query)), 'invalid_query'),
      await rejects(store.count(bad(query)), 'invalid_query'),
      throws(() => watch(store, bad(query), () => {}), 'invalid_query'),
    ]
    for (const { message, details } of errors) {
      assert.match(message, /\(store "Thing"\)$/)
      assert.equal(details?.store, 'Thing')
    }
  }
})

test('1,000 levels of and, or and not are accepted; more are invalid_query and harm nobody', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  const nested = (levels: number, wrap: (inner: unknown, i: number) => unknown): { filter: never } => {
    let filter: unknown = { n: 1 }
    for (let i = 0; i < levels; i++) filter = wrap(filter, i)
    return { filter: bad(filter) }
  }
  const wraps: ((inner: unknown, i: number) => unknown)[] = [
    (inner) => ({ op: 'and', args: [inner] }),
    (inner) => ({ op: 'or', args: [inner, { n: 2 }] }),
    (inner) => ({ op: 'not', arg: inner }),
    (inner, i) => (i % 2 ? { op: 'and', args: [{ id: 'x' }, inner] } : { op: 'or', args: [inner, { n: { gt: 5 } }] }),
  ]
  for (const wrap of wraps) {
    for (const levels of [500, 999, 1000, 1000]) {
      assert.equal(await store.count(nested(levels, wrap)), wrap === wraps[2] && levels % 2 ? 0 : 1, `${levels} levels`)
    }
    const query = nested(1000, wrap)
    const live = watch(store, query, () => {})
    assert.equal(live.current.data, watch(store, nested(1000, wrap), () => {}).current.data, 'equal queries share')
    assert.deepEqual(live.current.data, (await store.findMany(query)).data)
    for (const levels of [1001, 1600, 5000, 50_000]) {
      const error = await rejects(store.count(nested(levels, wrap)), 'invalid_query')
      assert.ok(error.details!.path!.length >= 1000)
      assert.match(error.message, /1,000 levels.*"Thing"/)
      assert.ok(error.message.length < 500, error.message)
    }
  }
  const cycle: Record<string, unknown> = { op: 'not' }
  cycle['arg'] = cycle
  await rejects(store.findMany({ filter: bad(cycle) }), 'invalid_query')
  assert.equal(await store.count({ filter: { n: 1 } }), 1)
})

test('an operand may have the levels that a field may have, however deep it stands', async () => {
  const store = await openStore()
  const nest = (levels: number): unknown => {
    let v: unknown = 1
    for (let i = 0; i < levels; i++) v = i % 2 ? [v] : { k: v }
    return v
  }
  await store.addOne({ id: 'x', deep: nest(1000) })
  await rejects(store.addOne({ id: 'y', deep: nest(1001) }), 'invalid_input')
  const forms = (v: unknown): unknown[] => [{ deep: { eq: v } }, { deep: { in: [v, 1] } }, { op: 'eq', field: 'deep', value: v }, { op: 'in', field: 'deep', values: [2, v] }]
  for (const filter of forms(nest(1000))) {
    assert.equal(await store.count({ filter: bad(filter) }), 1)
    let around = filter
    for (let i = 0; i < 1000; i++) around = { op: i % 2 ? 'and' : 'or', args: [around] }
    assert.equal(await store.count({ filter: bad(around) }), 1)
  }
  for (const filter of forms(nest(1001))) {
    const error = await rejects(store.count({ filter: bad(filter) }), 'invalid_query')
    assert.ok(error.details!.path!.length > 1000)
  }
})

test('a query whose reading throws is invalid_query: the path leads to what threw, the message names it and the store', async () => {
  const store = await openStore()
  const thrown = new Error('from the query')
  const throwing = (key: string): object => ({ get [key]() { throw thrown } })
  const hostile: [unknown, Path, string][] = [
    [throwing('filter'), ['filter'], 'filter'],
    [throwing('limit'), ['limit'], 'limit'],
    [{ filter: throwing('n') }, ['filter', 'n'], 'filter.n'],
    [{ filter: { op: 'and', args: [{}, throwing('op')] } }, ['filter', 'args', 1, 'op'], 'filter.args[1].op'],
    [{ sort: [throwing('field')] }, ['sort', 0, 'field'], 'sort[0].field'],
    [{ filter: new Proxy({}, { ownKeys() { throw thrown } }) }, ['filter'], 'filter'],
    [new Proxy({}, { ownKeys() { throw thrown } }), [], 'the query'],
  ]
  for (const [query, path, name] of hostile) {
    const error = await rejects(store.findMany(bad(query)), path[0] === 'limit' ? 'invalid_input' : 'invalid_query')
    assert.deepEqual(error.details?.path ?? [], path)
    assert.equal(error.message, `reading ${name} threw (store "Thing")`)
    assert.equal(error.cause, thrown)
  }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const query of [new Proxy({}, { getPrototypeOf() { throw thrown } }), proxy]) {
    assert.match((await rejects(store.findMany(bad(query)), 'invalid_query')).message, /"Thing"/)
  }
})
