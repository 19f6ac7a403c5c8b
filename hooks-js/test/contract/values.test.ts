// Which values a field may have, and that each comes back as it was: from the call's copy and decoded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { alike, assertAlike, bad, channel, fields, type Loose, openStore, rejects } from './support.js'

const day = new Date('2024-02-29T12:00:00.123Z')

const good: [string, unknown][] = [
  ['null', null], ['true', true], ['false', false],
  ['zero', 0], ['minus zero', -0], ['NaN', NaN], ['infinity', Infinity], ['minus infinity', -Infinity],
  ['tiny', 5e-324], ['huge', Number.MAX_VALUE], ['unsafe', 2 ** 53 + 2], ['fraction', 0.1],
  ['empty string', ''], ['ascii', 'plain'], ['latin', 'naïve'], ['cjk', '日本語'], ['emoji', '😀'], ['NUL', 'a\0b'],
  ['lone high', '\ud800'], ['lone low', '\udfff'], ['reversed pair', '\udc00\ud800'], ['lone inside', 'x\ud83dy'],
  ['lone at the end of a long one', 'a'.repeat(100) + '\ud800'], ['replacement', '\ufffd'], ['BOM', '\ufeffx'], ['long BOM', '\ufeff' + 'y'.repeat(50)],
  ['noncharacter', '\uffff'], ['63 units', 'é'.repeat(63)], ['64 units', 'é'.repeat(64)], ['65 units', 'é'.repeat(65)], ['long', '😀é'.repeat(70_000)],
  ['date', day], ['epoch', new Date(0)], ['before', new Date(-1)], ['invalid date', new Date(NaN)], ['last date', new Date(8.64e15)],
  ['no bytes', new Uint8Array()], ['bytes', new Uint8Array([0, 1, 255, 128])], ['many bytes', new Uint8Array(100_000).fill(7)],
  ['empty array', []], ['array', [1, 'a', null, true, -0, NaN, day, new Uint8Array([1]), [[]], {}]],
  ['empty object', {}], ['object', { a: { b: { c: [{ d: null }] } }, '': 1, 'a.b': 2, '😀': 3, '\ud800': 4, ' ': 5 }],
  ['integer keys', { 10: 'a', 2: 'b', '-1': 'c', '01': 'd' }],
  ['array of strings', ['\ud800', 'b', '', '😀', 'a'.repeat(300)]],
  ['wide array', Array.from({ length: 5000 }, (_, i) => i % 3 ? i : `s${i}`)],
  ['wide object', Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key${i}`, i]))],
]

for (const [name, value] of good) {
  test(`${name} comes back as it was`, async () => {
    const store = await openStore()
    const row = await store.addOne({ id: 'x', value })
    assertAlike(row['value'], value)
    // a writeback leaves no object behind, so this one is decoded
    await channel(store).writeback([{ id: 'decoded', version: 1, value }])
    assertAlike((await store.getOne('decoded'))?.['value'], value)
    await store.updateOne('x', { value: 'other' })
    await store.updateOne('x', { value: bad(value) })
    assertAlike((await store.getOne('x'))?.['value'], value)
  })
}

test('all kinds in one field, decoded together, do not mix', async () => {
  const store = await openStore()
  const rows = good.map(([, value], i) => ({ id: `r${String(i).padStart(3, '0')}`, version: 4, value }))
  await channel(store).writeback(rows)
  assertAlike(await store.getAll(), rows.map(({ id, value, version }) => ({ id, value, version })))
})

test('all kinds in one row, with gaps between rows', async () => {
  const store = await openStore()
  const all: Loose = { id: 'all', ...Object.fromEntries(good) }
  await channel(store).writeback([{ id: 'a', version: 1 }, { ...all, version: 1 }, { id: 'z', version: 1, zero: 0, extra: 1 }])
  assertAlike(fields(await store.getOne('all')), all)
  assertAlike(await store.getOne('a'), { id: 'a', version: 1 })
  assertAlike(fields(await store.getOne('z')), { id: 'z', zero: 0, extra: 1 })
})

test('strings of one field that hold lone surrogates survive being decoded in company', async () => {
  const store = await openStore()
  const strings = ['\ud800', 'b\udc00', 'plain', '\udbff\udbff', 'x', '', '\ud83d', '\ude00']
  await channel(store).writeback(strings.map((s, i) => ({ id: `r${i}`, version: 1, s })))
  assert.deepEqual((await store.getAll()).map((row) => row['s']), strings)
})

test('ids with lone surrogates survive being decoded in company', async () => {
  const store = await openStore()
  const made = ['\ud800', '\ud801', 'a\udfff', 'plain', '\udc00x']
  await channel(store).writeback(made.map((id) => ({ id, version: 1 })))
  const rows = await store.getAll()
  assert.deepEqual(new Set(rows.map((row) => row.id)), new Set(made))
})

test('what is stored is of this realm and of the plain kinds: Buffer, other realms, no prototype', async () => {
  const store = await openStore()
  const foreign = runInNewContext(`({ list: [1, { a: 1 }], date: new Date(5), bytes: new Uint8Array([1, 2]), bare: Object.create(null), invalid: new Date(NaN) })`) as Record<string, unknown>
  const bare = Object.assign(Object.create(null) as Record<string, unknown>, { a: 1 })
  const input = { id: 'x', foreign, bare, buffer: Buffer.from([1, 2, 3]) }
  const rows = [await store.addOne(input)]
  await channel(store).writeback([{ ...input, id: 'y', version: 1 }])
  rows.push((await store.getOne('y'))!)
  for (const row of rows) {
    const inner = row['foreign'] as Record<string, unknown>
    assert.equal(Object.getPrototypeOf(inner), Object.prototype)
    assert.equal(Object.getPrototypeOf(inner['list']), Array.prototype)
    assert.equal(Object.getPrototypeOf(inner['date']), Date.prototype)
    assert.equal(Object.getPrototypeOf(inner['bytes']), Uint8Array.prototype)
    assert.equal(Object.getPrototypeOf(inner['bare']), Object.prototype)
    assert.equal(Object.getPrototypeOf(row['bare']), Object.prototype)
    assert.equal(Object.getPrototypeOf(row['buffer']), Uint8Array.prototype)
    assert.deepEqual(inner['list'], [1, { a: 1 }])
    assert.equal((inner['date'] as Date).getTime(), 5)
    assert.ok(Number.isNaN((inner['invalid'] as Date).getTime()))
    assert.deepEqual([...(inner['bytes'] as Uint8Array)], [1, 2])
    assert.deepEqual([...(row['buffer'] as Uint8Array)], [1, 2, 3])
  }
})

test('bytes of a view are the view’s alone', async () => {
  const store = await openStore()
  const memory = new Uint8Array([9, 1, 2, 9])
  const row = await store.addOne({ id: 'x', part: memory.subarray(1, 3), pooled: Buffer.from('hi') })
  assert.deepEqual(row['part'], new Uint8Array([1, 2]))
  assert.equal((row['part'] as Uint8Array).buffer.byteLength, 2)
  assert.equal((row['pooled'] as Uint8Array).buffer.byteLength, 2)
})

test('a whole row, a patch, an array of rows and a query may come from another realm', async () => {
  const store = await openStore()
  await store.addOne(runInNewContext(`({ id: 'x', a: [1] })`) as Loose)
  await store.updateOne('x', runInNewContext(`({ b: { c: 1 } })`) as Loose)
  const results = await store.addMany(runInNewContext(`[{ id: 'y' }, { id: 'z' }]`) as Loose[])
  assert.ok(results.every((result) => result.ok))
  assert.deepEqual(await store.getOne('x'), { id: 'x', a: [1], b: { c: 1 }, version: 2 })
  assert.equal((await store.findMany(bad(runInNewContext(`({ filter: { b: { eq: { c: 1 } } }, limit: 5 })`)))).data.length, 1)
  assert.equal((await store.getMany(runInNewContext(`['y', 'z']`) as string[])).length, 2)
})

test('keys named __proto__, constructor and prototype are plain data, at every level', async () => {
  const store = await openStore()
  const text = '{"__proto__":{"polluted":1},"constructor":1,"prototype":[{"__proto__":2}],"toString":"x","hasOwnProperty":false}'
  const input = JSON.parse(`{"id":"x","deep":${text},${text.slice(1)}`) as Loose
  const check = (row: Loose): void => {
    assert.equal(Object.getPrototypeOf(row), Object.prototype)
    assert.ok(Object.hasOwn(row, '__proto__'))
    assert.deepEqual(Object.getOwnPropertyDescriptor(row, '__proto__')?.value, { polluted: 1 })
    const deep = row['deep'] as Loose
    assert.equal(Object.getPrototypeOf(deep), Object.prototype)
    assert.deepEqual(JSON.parse(JSON.stringify({ ...row, version: undefined })), JSON.parse(JSON.stringify(input)))
    assert.equal(JSON.stringify(deep), text)
    assert.equal(row['hasOwnProperty'], false)
  }
  check(await store.addOne(input))
  check(await store.updateOne('x', { n: 1 }).then(() => store.updateOne('x', { n: undefined })))
  check(await store.updateOne('x', (draft) => { draft['n'] = 2 }).then(() => store.updateOne('x', (draft) => { delete draft['n'] })))
  await channel(store).writeback([{ ...input, id: 'y', version: 1 }])
  const decoded = (await store.getOne('y'))!
  check({ ...decoded, id: 'x' } as Loose)
  assert.equal((Object.prototype as Record<string, unknown>)['polluted'], undefined)
  const without = await store.updateOne('x', JSON.parse('{"n":0}') as Loose)
  assert.ok(Object.hasOwn(without, '__proto__'))
  const patch = Object.defineProperty({}, '__proto__', { value: undefined, enumerable: true })
  assert.ok(!Object.hasOwn(await store.updateOne('x', patch), '__proto__'), 'and can be removed')
})

test('a patch may set and change an own __proto__', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const row = await store.updateOne('x', JSON.parse('{"__proto__":5}') as Loose)
  assert.equal(Object.getOwnPropertyDescriptor(row, '__proto__')?.value, 5)
  const next = await store.updateOne('x', (draft) => { Object.defineProperty(draft, '__proto__', { value: 6, enumerable: true, configurable: true, writable: true }) })
  assert.equal(Object.getOwnPropertyDescriptor(next, '__proto__')?.value, 6)
  assert.equal(Object.getPrototypeOf(next), Object.prototype)
})

test('undefined properties count as absent, symbol keys and what is not enumerable are ignored', async () => {
  const store = await openStore()
  const input = { id: 'x', gone: undefined, deep: { gone: undefined, kept: 1, [Symbol('s')]: () => 1 }, [Symbol('s')]: () => 1 }
  Object.defineProperty(input, 'hidden', { value: () => 1, enumerable: false })
  const row = await store.addOne(input)
  assert.deepEqual(Object.keys(row).sort(), ['deep', 'id', 'version'])
  assert.deepEqual(Reflect.ownKeys(row).sort(), ['deep', 'id', 'version'])
  assert.deepEqual(Reflect.ownKeys(row['deep'] as object), ['kept'])
})

test('every string is a field name', async () => {
  const store = await openStore()
  const names = ['', ' ', 'a.b', '😀', '\ud800', '\udc00', '\0', 'é', 'e\u0301', '0', '01', '\ufffd', 'x'.repeat(70_000), 'name', 'length', 'store']
  const input: Loose = { id: 'x' }
  names.forEach((name, i) => (input[name] = i))
  assert.deepEqual(fields(await store.addOne(input)), input)
  await channel(store).writeback([{ ...input, id: 'y', version: 1 }])
  assert.deepEqual(fields(await store.getOne('y')), { ...input, id: 'y' })
})

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = wrap('leaf')
  for (let i = 1; i < levels; i++) value = wrap(value)
  return value
}

function depth(value: unknown): number {
  let levels = 0
  for (let v = value; typeof v === 'object' && v !== null; levels++) v = Array.isArray(v) ? v[0] : (v as { in: unknown }).in
  return levels
}

test('1,000 levels are stored, 1,001 are invalid_input with a path', async () => {
  const store = await openStore()
  for (const wrap of [(v: unknown) => [v], (v: unknown) => ({ in: v })]) {
    const row = await store.upsertOne({ id: 'x', value: nest(1000, wrap) })
    assert.equal(depth(row['value']), 1000)
    await channel(store).writeback([{ id: 'x', version: 9, value: nest(1000, wrap) }])
    assert.equal(depth((await store.getOne('x'))?.['value']), 1000)
    const error = await rejects(store.upsertOne({ id: 'y', value: nest(1001, wrap) }), 'invalid_input')
    assert.ok(Array.isArray(error.details?.path))
    assert.equal(error.details.path[0], 'value')
    assert.ok(error.message.length < 1000, 'a message stays readable')
    await rejects(store.updateOne('x', { value: nest(1001, wrap) }), 'invalid_input')
    await rejects(store.updateOne('x', (draft) => { draft['value'] = nest(1001, wrap) }), 'invalid_input')
    await rejects(store.addOne({ id: 'y', value: nest(50_000, wrap) }), 'invalid_input')
  }
  assert.equal(await store.count(), 1)
})

test('an updater may run over a row of 1,000 levels', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', value: nest(1000, (v) => [v]) })
  const row = await store.updateOne('x', (draft) => { draft['n'] = 1 })
  assert.equal(depth(row['value']), 1000)
})

test('values larger than all buffers, and ordinary ones behind them', async () => {
  const store = await openStore()
  const big = { text: 'é😀x'.repeat(600_000), ascii: 'a'.repeat(5_000_000), bytes: new Uint8Array(6_000_000).fill(3), list: ['b'.repeat(1_000_000), 1] }
  await store.addOne({ id: 'a', ...big })
  await channel(store).writeback([{ id: 'b', version: 1, ...big }, { id: 'c', version: 1, n: 1 }])
  const row = await store.getOne('b')
  for (const [key, value] of Object.entries(big)) assert.ok(alike(row?.[key], value), key)
  assert.deepEqual(fields(await store.addOne({ id: 'd', n: 2, text: 'small' })), { id: 'd', n: 2, text: 'small' })
  assert.deepEqual(await store.getOne('c'), { id: 'c', n: 1, version: 1 })
  assert.equal((await store.findMany({ filter: { ascii: big.ascii } })).data.length, 2)
})

test('a row of 20,000 fields, by every way in', async () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`field ${i}`, i % 3 ? i : `text ${i}`]))
  for (const way of ['addOne', 'addMany', 'updateOne', 'writeback']) {
    const store = await openStore()
    await store.addOne({ id: 'narrow' })
    if (way === 'addOne') await store.addOne({ id: 'x', ...wide })
    if (way === 'addMany') assert.ok((await store.addMany([{ id: 'x', ...wide }]))[0]?.ok)
    if (way === 'updateOne') await store.addOne({ id: 'x' }).then(() => store.updateOne('x', wide))
    if (way === 'writeback') await channel(store).writeback([{ id: 'x', version: 1, ...wide }])
    assertAlike(fields(await store.getOne('x')), { id: 'x', ...wide })
    assert.equal(await store.count({ filter: { 'field 19999': 19_999 } }), 1)
  }
})

test('values stay what they are while others are rewritten many times', async () => {
  const store = await openStore()
  const text = (i: number, round: number): string => `${i}/${round} ` + String.fromCharCode(97 + (i % 26)).repeat((i * 37 + round * 11) % 3000)
  await channel(store).writeback(Array.from({ length: 150 }, (_, i) => ({ id: `r${100 + i}`, version: 1, s: text(i, 0), list: [text(i, 1)], few: 'abc'[i % 3] })))
  for (let round = 1; round <= 60; round++) {
    const some = Array.from({ length: 150 }, (_, i) => i).filter((i) => i % 3 !== round % 3)
    await channel(store).writeback(some.map((i) => ({ id: `r${100 + i}`, version: round, s: text(i, round), list: [text(i, round + 1)], few: 'abcd'[(i + round) % 4] })))
  }
  const rows = await store.getAll()
  rows.forEach((row, i) => {
    const round = row['version'] as number
    assert.equal(row['s'], text(i, round))
    assert.deepEqual(row['list'], [text(i, round + 1)])
  })
})

test('one object at two places is a tree all the same', async () => {
  const store = await openStore()
  const shared = { a: [1] }
  const row = await store.addOne({ id: 'x', one: shared, two: [shared, shared] })
  assert.deepEqual(row['two'], [{ a: [1] }, { a: [1] }])
})
