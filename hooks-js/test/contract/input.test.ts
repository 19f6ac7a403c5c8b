// What is refused, and that input is read completely during the call, copied, never kept, frozen or changed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { bad, channel, failureAt, fields, type Loose, openStore, rejects, valueAt } from './support.js'

class Point { x = 1 }

const cyclic: Record<string, unknown> = { a: { b: [] as unknown[] } }
;(cyclic['a'] as { b: unknown[] }).b.push(cyclic)
const selfList: unknown[] = [1]
selfList.push(selfList)

const unfit: [string, () => unknown][] = [
  ['a function', () => () => 1], ['a class', () => Point], ['a symbol', () => Symbol('s')], ['a registered symbol', () => Symbol.for('s')],
  ['a bigint', () => 10n], ['a class instance', () => new Point()], ['a Map', () => new Map()], ['a Set', () => new Set()],
  ['a WeakMap', () => new WeakMap()], ['a RegExp', () => /x/], ['an Error', () => new Error('x')], ['a Promise', () => Promise.resolve(1)],
  ['a boxed string', () => new String('x')], ['a boxed number', () => new Number(1)], ['a boxed boolean', () => new Boolean(true)],
  ['an ArrayBuffer', () => new ArrayBuffer(4)], ['a Uint16Array', () => new Uint16Array(2)], ['a Float64Array', () => new Float64Array(2)],
  ['a Uint8ClampedArray', () => new Uint8ClampedArray(2)], ['a DataView', () => new DataView(new ArrayBuffer(4))], ['a URL', () => new URL('http://x/')],
  ['an object with a prototype of the user', () => Object.create({ inherited: 1 }) as unknown], ['an array with undefined', () => [1, undefined]],
  ['a sparse array', () => { const list: unknown[] = []; list[2] = 1; return list }], ['an array of holes', () => new Array(3)],
  ['a cycle', () => cyclic], ['an array in itself', () => selfList],
  ['a foreign Map', () => runInNewContext('new Map()') as unknown], ['a foreign class instance', () => runInNewContext('new (class A { })') as unknown],
  ['a foreign function', () => runInNewContext('() => 1') as unknown], ['a generator', () => (function* () {})()], ['an iterator', () => [].values()],
  ['a foreign Uint16Array', () => runInNewContext('new Uint16Array(2)') as unknown], ['what says it is a Date', () => Object.assign(Object.create(Date.prototype) as object, {})],
]

for (const [name, make] of unfit) {
  test(`${name} is invalid_input with the path, and nothing is stored`, async () => {
    const store = await openStore()
    const stored = await store.addOne({ id: 'x', n: 1 })
    const write = [
      (value: unknown) => store.addOne({ id: 'y', ok: 1, value }),
      (value: unknown) => store.upsertOne({ id: 'x', n: 2, value }),
      (value: unknown) => store.upsertOne({ id: 'x', n: 2, value }, { apply: 'replace', conflict: 'lww' }),
      (value: unknown) => store.updateOne('x', { n: 2, value }),
      (value: unknown) => store.updateOne('x', (draft) => { draft['n'] = 2; draft['value'] = value }),
      (value: unknown) => store.updateOne('x', () => ({ id: 'x', n: 2, value })),
    ]
    for (const call of write) {
      const error = await rejects(call(make()), 'invalid_input')
      assert.ok(Array.isArray(error.details?.path), 'details.path is an array')
      assert.equal(error.details.path[0], 'value')
      assert.match(error.message, /value/)
      const inner = await rejects(call({ deep: [0, { 'odd key': make() }] }), 'invalid_input')
      assert.deepEqual(inner.details?.path?.slice(0, 4), ['value', 'deep', 1, 'odd key'])
      assert.match(inner.message, /value\.deep\[1\]\["odd key"\]/)
    }
    assert.equal(await store.getOne('x'), stored)
    assert.equal(await store.count(), 1)
  })
}

test('the path leads to the very place', async () => {
  const store = await openStore()
  const cases: [unknown, (string | number)[]][] = [
    [{ id: 'x', a: () => 1 }, ['a']],
    [{ id: 'x', a: [1, 2, undefined] }, ['a', 2]],
    [{ id: 'x', a: { b: { c: Symbol('s') } } }, ['a', 'b', 'c']],
    [{ id: 'x', '': { ' ': [[10n]] } }, ['', ' ', 0, 0]],
    [{ id: 'x', ok: { fine: [1, { a: 1 }] }, then: { bad: new Map() } }, ['then', 'bad']],
    [JSON.parse('{"id":"x","__proto__":{"a":[null,{}]}}'), ['__proto__', 'a', 1, 'f']],
  ]
  const last = cases[5]![0] as { [key: string]: unknown }
  ;((Object.getOwnPropertyDescriptor(last, '__proto__')!.value as { a: [null, Record<string, unknown>] }).a[1])['f'] = () => 1
  for (const [input, path] of cases) {
    const error = await rejects(store.addOne(bad(input)), 'invalid_input')
    assert.deepEqual(error.details?.path, path)
    assert.equal(error.details?.store, 'Thing')
  }
})

test('a row must be a plain object', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const wrong: unknown[] = [undefined, null, 5, 'x', true, Symbol('s'), 10n, [], [{ id: 'x' }], () => ({ id: 'x' }), new Point(), new Map(), new Date(0), new Uint8Array(2), Promise.resolve({ id: 'x' })]
  for (const input of wrong) {
    await rejects(store.addOne(bad(input)), 'invalid_input')
    await rejects(store.upsertOne(bad(input)), 'invalid_input')
    if (typeof input !== 'function') await rejects(store.updateOne('x', bad(input)), 'invalid_input')
  }
  assert.deepEqual(await store.getAll(), [{ id: 'x', version: 1 }])
})

test('a cycle through the row itself is invalid_input', async () => {
  const store = await openStore()
  const row: Loose = { id: 'x', n: 1 }
  row['self'] = row
  assert.equal((await rejects(store.addOne(row), 'invalid_input')).details?.path?.[0], 'self')
  await store.addOne({ id: 'y' })
  await rejects(store.updateOne('y', (draft) => { draft['me'] = [draft] }), 'invalid_input')
  assert.equal(await store.count(), 1)
})

test('getters are read once', async () => {
  const store = await openStore()
  const reads: string[] = []
  const make = (id: string): Loose => ({
    get id() { reads.push('id'); return id },
    get version() { reads.push('version'); return undefined },
    get n() { reads.push('n'); return reads.length },
    get deep() { reads.push('deep'); return { get inner() { reads.push('inner'); return [1] } } },
    get list() { reads.push('list'); return Object.defineProperty([0], 0, { get() { reads.push('list.0'); return 7 }, enumerable: true }) },
  })
  const expected = ['deep', 'id', 'inner', 'list', 'list.0', 'n', 'version']
  const write = [
    () => store.addOne(make('x')),
    () => store.addMany([make('y')]),
    () => store.upsertOne(make('x')),
    () => store.upsertOne(make('x'), { apply: 'replace' }),
    () => store.upsertMany([make('z')]),
    () => store.updateOne('x', make('x')),
    () => store.updateMany([{ id: 'x', change: make('x') }]),
    () => store.updateOne('x', () => make('x')),
  ]
  for (const call of write) {
    await call()
    assert.deepEqual(reads.splice(0).sort(), expected)
  }
})

test('the parts of an update are read once', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  let reads = 0
  const item = { get id() { reads++; return 'x' }, get change() { reads++; return { n: 1 } } }
  valueAt(await store.updateMany([item]), 0)
  assert.equal(reads, 2)
})

test('a getter that throws is invalid_input with the throw as its cause', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  const thrown = new Error('from the getter')
  const hostile: object[] = [
    { id: 'x', get a() { throw thrown } },
    { id: 'x', a: { get b() { throw thrown } } },
    { id: 'x', a: [Object.defineProperty([], 0, { get() { throw thrown }, enumerable: true })] },
    { id: 'x', a: { get [Symbol.toStringTag]() { throw thrown } } },
    new Proxy({ id: 'x', a: 1 }, { get() { throw thrown } }),
    new Proxy({ id: 'x' }, { ownKeys() { throw thrown } }),
    new Proxy({ id: 'x' }, { getPrototypeOf() { throw thrown } }),
    { id: 'x', a: new Proxy({}, { ownKeys() { throw thrown } }) },
    { id: 'x', a: new Proxy({}, { getPrototypeOf() { throw thrown } }) },
    { id: 'x', a: new Proxy([1], { get() { throw thrown } }) },
  ]
  for (const [i, input] of hostile.entries()) {
    if (i === 3) {
      // symbol keys are ignored: this one is plain, and its getter nobody's business
      assert.deepEqual(fields(await store.upsertOne(bad(input))), { id: 'x', n: 1, a: {} })
      await store.updateOne('x', { a: undefined })
      continue
    }
    const error = await rejects(store.upsertOne(bad(input)), 'invalid_input')
    assert.equal(error.cause, thrown, `input ${i}`)
    assert.equal((await rejects(store.updateOne('x', bad(input)), 'invalid_input')).cause, thrown)
    assert.equal((await rejects(store.updateOne('x', bad(() => input)), 'invalid_input')).cause, thrown)
    const many = await store.addMany([{ id: 'a' }, bad(input), { id: 'b' }])
    assert.equal(failureAt(many, 1, 'invalid_input').error.cause, thrown, `input ${i} of a many-write`)
    valueAt(many, 0)
    valueAt(many, 2)
    failureAt(await store.upsertMany([bad(input)]), 0, 'invalid_input')
    await store.deleteMany(['a', 'b'])
  }
  assert.equal((await store.getOne('x'))?.['n'], 1)
})

test('a revoked proxy is invalid_input wherever it stands', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  await rejects(store.addOne(bad(proxy)), 'invalid_input')
  await rejects(store.addOne({ id: 'y', a: proxy }), 'invalid_input')
  await rejects(store.addOne({ id: 'y', a: [proxy] }), 'invalid_input')
  await rejects(store.updateOne('x', bad(proxy)), 'invalid_input')
  await rejects(store.updateOne('x', bad(() => proxy)), 'invalid_input')
  await rejects(store.getOne(bad(proxy)), 'invalid_input')
  const many = await store.addMany([{ id: 'a' }, bad(proxy), { id: 'y', a: proxy }, { id: 'b' }])
  assert.deepEqual(many.map((result) => result.ok), [true, false, false, true])
  await rejects(store.addMany(bad(proxy)), 'invalid_input')
})

test('a Proxy of a plain object or an array is what it stands for', async () => {
  const store = await openStore()
  const row = await store.addOne(new Proxy<Loose>({ id: 'x', list: new Proxy([1, 2], {}), deep: new Proxy({ a: 1 }, {}) }, {}))
  assert.deepEqual(row, { id: 'x', list: [1, 2], deep: { a: 1 }, version: 1 })
})

test('what somebody put on Object.prototype is in no row', async () => {
  const store = await openStore()
  await store.addOne({ id: 'before' })
  const prototype = Object.prototype as Record<string, unknown>
  prototype['polluted'] = 'from the prototype'
  try {
    const rows = [
      await store.addOne({ id: 'a', deep: { x: 1 } }), valueAt(await store.addMany([{ id: 'b' }, { id: 'c', n: 1 }]), 0), await store.updateOne('a', { n: 1 }),
      await store.updateOne('a', (draft) => { draft['n'] = 2 }), await store.upsertOne({ id: 'd' }), await store.upsertOne({ id: 'd', m: 1 }, { apply: 'replace' }),
    ]
    await channel(store).writeback([{ id: 'e', version: 1, deep: { y: 1 } }])
    for (const row of [...rows, ...(await store.getAll())]) assert.ok(!Object.hasOwn(row, 'polluted'))
    assert.equal(await store.count({ filter: { polluted: { exists: true } } }), 0)
    assert.equal((await store.findMany({ filter: { n: { gte: 1 } }, limit: 5 })).data.length, 2)
  } finally {
    delete prototype['polluted']
  }
  assert.deepEqual(await store.getOne('a'), { id: 'a', deep: { x: 1 }, n: 2, version: 3 })
})

test('input is never frozen or changed', async () => {
  const store = await openStore()
  const input = { id: 'x', version: 7, gone: undefined, deep: { list: [{ a: 1 }], date: new Date(1), bytes: new Uint8Array([1]) } }
  const copy = structuredClone(input)
  const patch = { gone: undefined, deep: { list: [2] } }
  const items = [{ id: 'y', deep: { a: [1] } }]
  const change = { id: 'y', change: { deep: { b: [1] } } }
  await store.addOne(input)
  await store.updateOne('x', patch)
  await store.upsertOne({ ...input }, { conflict: 'lww' })
  await store.addMany(items)
  await store.updateMany([change])
  await store.upsertMany(items, { apply: 'replace' })
  await store.deleteMany(Object.freeze(['x']) as string[])
  assert.deepEqual(input, copy)
  assert.deepEqual(patch, { gone: undefined, deep: { list: [2] } })
  assert.deepEqual(items, [{ id: 'y', deep: { a: [1] } }])
  for (const part of [input, input.deep, input.deep.list, input.deep.list[0]!, patch, patch.deep, items, items[0]!, items[0]!.deep, change, change.change]) {
    assert.ok(!Object.isFrozen(part) && Object.isExtensible(part))
  }
})

test('frozen input is fine', async () => {
  const store = await openStore()
  const row = await store.addOne(Object.freeze({ id: 'x', deep: Object.freeze({ list: Object.freeze([1]) }) }))
  assert.deepEqual(await store.upsertOne(row), row)
  assert.deepEqual((await store.updateOne('x', Object.freeze({ deep: Object.freeze([]) })))['deep'], [])
})

test('input that is changed after the call, before its promise settles, has no effect; nor has a query', async () => {
  const store = await openStore()
  const date = new Date(1000)
  const bytes = new Uint8Array([1, 2])
  const input = { id: 'x', n: 1, date, bytes, deep: { list: [1], date } }
  const adding = store.addOne(input)
  input.n = 2
  input.deep.list.push(2)
  date.setTime(0)
  bytes[0] = 9
  input.id = 'y'
  const row = await adding
  assert.deepEqual(fields(row), { id: 'x', n: 1, date: new Date(1000), bytes: new Uint8Array([1, 2]), deep: { list: [1], date: new Date(1000) } })
  assert.equal(await store.getOne('x'), row)
  const patch = { deep: { list: [5] } }
  const updating = store.updateOne('x', patch)
  patch.deep.list[0] = 6
  assert.deepEqual((await updating)['deep'], { list: [5] })
  const list = [{ id: 'a' }, { id: 'b' }]
  const adds = store.addMany(list)
  list[0]!.id = 'z'
  list.length = 0
  assert.deepEqual((await adds).map((result) => result.ok && result.value.id), ['a', 'b'])
  const query = { filter: { n: 1 }, limit: 1 }
  const finding = store.findMany(query)
  query.filter.n = 99
  query.limit = 0
  assert.equal((await finding).data[0], await store.getOne('x'))
})

test('rows are never shared with input, nor with each other', async () => {
  const store = await openStore()
  const deep = { list: [1] }
  const [one, two] = [await store.addOne({ id: 'one', deep }), await store.addOne({ id: 'two', deep })]
  assert.notEqual(one, two)
  assert.notEqual(one['deep'], deep)
  assert.notEqual(one['deep'], two['deep'])
  const again = await store.upsertOne({ id: 'three', deep: one['deep'] })
  assert.notEqual(again['deep'], one['deep'])
})

test('rows are deeply frozen, by whatever way they were made', async () => {
  const store = await openStore()
  const value = { list: [{ a: [] }], bare: {} }
  await channel(store).writeback([{ id: 'written', version: 1, value }])
  const rows = [
    await store.addOne({ id: 'one', value }),
    valueAt(await store.addMany([{ id: 'many', value }]), 0),
    await store.updateOne('one', { value: { list: [{ a: [1] }], bare: {} } }),
    await store.updateOne('one', (draft) => { draft['more'] = value; draft['value'] = { list: [{ a: [2] }], bare: {} } }),
    await store.upsertOne({ id: 'up', value }),
    await store.upsertOne({ id: 'up', value: { list: [{ a: [1] }], bare: {} } }, { apply: 'replace' }),
    (await store.getOne('written'))!,
  ]
  for (const row of rows) {
    const { list, bare } = row['value'] as typeof value
    for (const part of [row, row['value'] as object, list, list[0]!, list[0]!.a, bare]) assert.ok(Object.isFrozen(part))
    assert.throws(() => { row['n'] = 1 }, TypeError)
    assert.throws(() => list.push({ a: [] }), TypeError)
  }
})
