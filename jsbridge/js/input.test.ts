// The copy of what a user passes in. The contract tests go through the package; these look at the copy itself.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { AtomaError, pathText } from './errors.js'
import { checkId, copyRow, invalidInput, isPlain, kindOf, ValueCopier, whereText, withoutGaps } from './input.js'

const place = { store: 'Todo' }
const copy = (v: unknown, freeze = false, undefineds = false): unknown => new ValueCopier(['f'], place, freeze, undefineds).copy(v)

function refused(call: () => unknown): AtomaError {
  try {
    call()
  } catch (error) {
    assert.ok(error instanceof AtomaError, String(error))
    assert.equal(error.code, 'invalid_input')
    return error
  }
  assert.fail('was accepted')
}

test('primitives are themselves', () => {
  for (const v of [null, true, false, 0, -0, NaN, Infinity, '', '\ud800']) assert.ok(Object.is(copy(v), v))
})

test('objects are copied to their depths; nothing of the input is in the copy', () => {
  const input = { a: [1, { b: new Date(1), c: new Uint8Array([1]) }], d: {} }
  const made = copy(input) as typeof input
  assert.deepEqual(made, input)
  const parts = (v: typeof input): unknown[] => [v, v.a, v.a[1], (v.a[1] as { b: Date }).b, (v.a[1] as { c: Uint8Array }).c, v.d]
  for (const part of parts(made)) assert.ok(!parts(input).includes(part))
})

test('with freeze all arrays and objects of a copy are frozen; without, none', () => {
  for (const freeze of [true, false]) {
    const made = copy({ a: [{}], b: {} }, freeze) as { a: [object]; b: object }
    for (const part of [made, made.a, made.a[0], made.b]) assert.equal(Object.isFrozen(part), freeze)
  }
})

test('copyRow leaves the row itself open, for the id and version that come', () => {
  const row = copyRow({ id: 'x', a: { b: 1 } }, place, false, true)
  assert.ok(!Object.isFrozen(row))
  assert.ok(Object.isFrozen(row['a']))
})

test('copyRow: undefined properties stay in patches and go elsewhere', () => {
  assert.deepEqual(Object.keys(copyRow({ a: undefined, b: 1, c: { d: undefined } }, place, true, false)), ['a', 'b', 'c'])
  assert.deepEqual(Object.keys(copyRow({ a: undefined, b: 1 }, place, false, false)), ['b'])
  assert.deepEqual(Object.keys(copyRow({ c: { d: undefined } }, place, true, false)['c'] as object), [])
})

test('inside queries undefined stays, to be refused with its path by the engine', () => {
  const made = copy({ a: undefined, b: [undefined] }, false, true) as { a: undefined; b: unknown[] }
  assert.ok(Object.hasOwn(made, 'a'))
  assert.deepEqual(made.b, [undefined])
})

test('withoutGaps keeps everything else, __proto__ included', () => {
  const row = JSON.parse('{"a":1,"__proto__":{"x":1}}') as Record<string, unknown>
  row['gap'] = undefined
  const kept = withoutGaps(row)
  assert.deepEqual(Object.keys(kept), ['a', '__proto__'])
  assert.equal(Object.getPrototypeOf(kept), Object.prototype)
})

test('isPlain: {} and Object.create(null), of any realm, and nothing else', () => {
  for (const v of [{}, Object.create(null), runInNewContext('({})'), runInNewContext('Object.create(null)'), JSON.parse('{"__proto__":{}}')]) assert.ok(isPlain(v as object))
  class A {}
  for (const v of [new A(), new Map(), /x/, Object.create({}), Object.create(Object.create(null) as object), new Date(0), runInNewContext('new (class A {})'), runInNewContext('new Map()')]) {
    assert.ok(!isPlain(v as object))
  }
})

test('a depth of 1,000 is copied, 1,001 is refused; width is free', () => {
  const nest = (levels: number): unknown => {
    let v: unknown = 0
    for (let i = 0; i < levels; i++) v = i % 2 ? [v] : { v }
    return v
  }
  copy(nest(1000))
  assert.ok((refused(() => copy(nest(1001))).details?.path?.length ?? 0) >= 1000)
  copy(Array.from({ length: 20_000 }, () => [{}]))
})

test('a cycle is refused, one object at many places is not', () => {
  const shared = {}
  copy([shared, shared, { shared }])
  const loop: unknown[] = []
  loop.push({ a: { b: loop } })
  assert.match(refused(() => copy(loop)).message, /cycle/)
})

test('after a refusal, the next copy starts afresh', () => {
  for (let i = 0; i < 3; i++) refused(() => copy({ a: { b: [1, () => 1] } }))
  assert.deepEqual(copy({ a: 1 }), { a: 1 })
})

test('bytes of every kind of Uint8Array are copied to one of this realm, of its very size', () => {
  const foreign = runInNewContext('new Uint8Array([1, 2])') as Uint8Array
  class Special extends Uint8Array {}
  for (const v of [new Uint8Array([1, 2]), Buffer.from([1, 2]), new Uint8Array([0, 1, 2, 0]).subarray(1, 3), foreign, new Special([1, 2])]) {
    const made = copy(v) as Uint8Array
    assert.equal(Object.getPrototypeOf(made), Uint8Array.prototype)
    assert.deepEqual([...made], [1, 2])
    assert.equal(made.buffer.byteLength, 2)
    assert.notEqual(made.buffer, v.buffer)
  }
})

test('dates of other realms are dates of this one; what only looks like a date is not', () => {
  const foreign = copy(runInNewContext('new Date(5)')) as Date
  assert.equal(Object.getPrototypeOf(foreign), Date.prototype)
  assert.equal(foreign.getTime(), 5)
  refused(() => copy(Object.create(Date.prototype)))
  assert.deepEqual(copy({ [Symbol.toStringTag]: 'Date', a: 1 }), { a: 1 })
})

test('kindOf has words for everything and runs no code of the value', () => {
  const hostile = new Proxy({}, { get() { throw new Error('get') } })
  const words: [unknown, RegExp][] = [
    [undefined, /undefined/], [null, /null/], ['', /empty string/], ['x', /a string/], [5, /a number/], [true, /a boolean/], [10n, /a bigint/], [Symbol('s'), /a symbol/],
    [() => 1, /a function/], [[], /an array/], [{}, /an object/], [new Map(), /class|Map/], [hostile, /object/],
  ]
  for (const [value, word] of words) assert.match(kindOf(value), word)
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.equal(typeof kindOf(proxy), 'string')
})

test('checkId gives the id or refuses it', () => {
  for (const id of ['x', ' ', '\0', '\ud800']) assert.equal(checkId(id, 'Todo'), id)
  for (const id of ['', null, undefined, 5, new String('x'), ['x']]) assert.deepEqual(refused(() => checkId(id, 'Todo')).details, { store: 'Todo', path: ['id'] })
})

test('errors name their place, and pathText writes paths as code would', () => {
  assert.equal(whereText({}), '')
  assert.match(whereText({ store: 'Todo' }), /^ \(store "Todo"\)$/)
  assert.match(whereText({ store: 'Todo', id: 'a"b' }), /^ \(store "Todo", id "a\\"b"\)$/)
  assert.equal(pathText(['meta', 'tags', 3, 'a b', 'é', '', '0']), 'meta.tags[3]["a b"].é[""]["0"]')
  assert.equal(pathText([0, 'a']), '[0].a')
  const cause = new Error('why')
  const error = invalidInput('what', { store: 'S', id: 'i' }, ['p'], cause)
  assert.deepEqual(error.details, { store: 'S', id: 'i', path: ['p'] })
  assert.equal(error.cause, cause)
  assert.ok(!Object.hasOwn(invalidInput('what', {}), 'cause'))
})
