// Malformed queries: which code, which path, and that all of findMany, findOne, count and watch say the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { bad, coded, openStore, rejects } from './support.js'

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
    await rejects(store.findMany(bad(query)), 'invalid_query')
    await rejects(store.findOne(bad(query)), 'invalid_query')
    await rejects(store.count(bad(query)), 'invalid_query')
  }
})

test('a query of many levels works; one of more than 1,000 is invalid_query and harms nobody', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  const nots = (levels: number): unknown => {
    let filter: unknown = { n: 1 }
    for (let i = 0; i < levels; i++) filter = { op: 'not', arg: filter }
    return filter
  }
  assert.equal(await store.count({ filter: bad(nots(900)) }), 1)
  assert.equal(await store.count({ filter: bad(nots(901)) }), 0)
  for (const levels of [1001, 5000, 50_000]) {
    const error = await rejects(store.count({ filter: bad(nots(levels)) }), 'invalid_query')
    assert.ok(Array.isArray(error.details?.path))
  }
  const cycle: Record<string, unknown> = { op: 'not' }
  cycle['arg'] = cycle
  await rejects(store.findMany({ filter: bad(cycle) }), 'invalid_query')
  assert.equal(await store.count({ filter: { n: 1 } }), 1)
})

test('a query whose reading throws is invalid_query', async () => {
  const store = await openStore()
  const thrown = new Error('from the query')
  const hostile = [
    { get filter() { throw thrown } },
    { filter: { get n() { throw thrown } } },
    { filter: new Proxy({}, { ownKeys() { throw thrown } }) },
    new Proxy({}, { ownKeys() { throw thrown } }),
    new Proxy({}, { getPrototypeOf() { throw thrown } }),
  ]
  for (const query of hostile) await rejects(store.findMany(bad(query)), 'invalid_query')
})
