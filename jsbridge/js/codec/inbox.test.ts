import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Remove, tagOf } from './inbox.js'
import * as wire from '../protocol.js'
import { FakeInstance, hexOf, randomNumbers, randomString } from './testing.js'
import { ValueReader } from './value-reader.js'

test('tagOf knows the kinds of copied values', () => {
  const kinds: [unknown, number][] = [
    [undefined, wire.Absent], [null, wire.Null], [false, wire.False], [true, wire.True], [0, wire.Num], [NaN, wire.Num], [new Date(NaN), wire.DateTag],
    ['', wire.Str], [new Uint8Array(), wire.Bytes], [[], wire.List], [{}, wire.Obj], [Remove, wire.Undefined],
  ]
  for (const [value, tag] of kinds) assert.equal(tagOf(value), tag)
})

function written(write: (w: FakeInstance['writer']) => void, size?: number): Uint8Array {
  const instance = new FakeInstance(size)
  write(instance.writer.reset())
  return instance.bytes(instance.writer.p)
}

test('varints are LEB128 in as few bytes as possible', () => {
  const cases: [number, string][] = [[0, '00'], [1, '01'], [127, '7f'], [128, '8001'], [300, 'ac02'], [16383, 'ff7f'], [16384, '808001'], [2 ** 31 - 1, 'ffffffff07']]
  for (const [value, hex] of cases) assert.equal(hexOf(written((w) => w.varint(value))), hex)
})

test('strings with their length: around each length of the length, whatever stands before and behind', () => {
  for (const unit of ['a', 'é', '日', '😀', '\ud800']) {
    for (const count of [0, 1, 31, 32, 42, 43, 63, 64, 127, 128, 129, 300, 5461, 5462, 16383, 16384, 16385, 70_000]) {
      const s = unit.repeat(count)
      const bytes = written((w) => {
        w.payload(wire.List, ['before', s, 'behind'])
      })
      assert.deepEqual(new ValueReader(bytes, false).cell(wire.List, 0, bytes.length), ['before', s, 'behind'], `${count} times ${JSON.stringify(unit)}`)
    }
  }
})

test('keys of any length', () => {
  for (const length of [0, 1, 127, 128, 200, 16_383, 16_384, 50_000]) {
    const object = { ['k'.repeat(length)]: 1, other: 'x' }
    const bytes = written((w) => w.payload(wire.Obj, object))
    assert.deepEqual(new ValueReader(bytes, false).cell(wire.Obj, 0, bytes.length), object)
  }
})

test('every NaN is written as the canonical one', () => {
  const strange = new Float64Array(new Uint8Array([1, 2, 3, 4, 5, 6, 0xff, 0xff]).buffer)[0]!
  assert.ok(Number.isNaN(strange))
  for (const nan of [NaN, strange, -NaN]) assert.equal(hexOf(written((w) => w.float(nan))), '000000000000f87f')
  assert.equal(hexOf(written((w) => w.float(-0))), '0000000000000080')
})

test('pad zeroes up to the next multiple of 8', () => {
  for (let n = 0; n <= 8; n++) {
    const bytes = written((w) => {
      w.raw(new Uint8Array(n).fill(1))
      w.pad()
    })
    assert.equal(bytes.length, Math.ceil(n / 8) * 8)
    assert.ok(bytes.subarray(n).every((b) => b === 0))
  }
})

test('what was written survives that the inbox grows and moves', () => {
  const random = randomNumbers(5)
  const values = Array.from({ length: 200 }, () => [randomString(random, 100), random(1000), new Uint8Array(random(300)), null, { k: randomString(random, 400) }])
  const small = written((w) => w.payload(wire.List, values), 1)
  assert.deepEqual(small, written((w) => w.payload(wire.List, values), 1 << 22))
  assert.deepEqual(new ValueReader(small, false).cell(wire.List, 0, small.length), values)
})

test('undefined inside a value is written as Undefined: queries keep it for the engine to refuse', () => {
  assert.equal(hexOf(written((w) => w.payload(wire.List, [undefined]))), '010a')
})
