import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeInstance, hexOf, randomNumbers, randomString } from './testing.js'
import { getASCII, getText, putText } from './text.js'

function encode(s: string): Uint8Array {
  const u8 = new Uint8Array(3 * s.length + 16).fill(0xaa)
  const end = putText(u8, 8, s)
  assert.ok(u8.subarray(0, 8).every((b) => b === 0xaa), 'nothing is written before')
  assert.ok(end - 8 <= 3 * s.length)
  return u8.slice(8, end)
}

const decode = (bytes: Uint8Array): string => {
  const u8 = new Uint8Array(bytes.length + 16).fill(0xc3)
  u8.set(bytes, 8)
  return getText(u8, 8, 8 + bytes.length)
}

test('known encodings', () => {
  const cases: [string, string][] = [
    ['', ''], ['a', '61'], ['\0', '00'], ['\x7f', '7f'], ['\x80', 'c280'], ['߿', 'dfbf'], ['ࠀ', 'e0a080'], ['\ufeff', 'efbbbf'], ['\uffff', 'efbfbf'], ['\ufffd', 'efbfbd'],
    ['😀', 'f09f9880'], ['\u{10000}', 'f0908080'], ['\u{10ffff}', 'f48fbfbf'],
    ['\ud83d', 'eda0bd'], ['\ude00', 'edb880'], ['\ude00\ud83d', 'edb880eda0bd'], ['\ud800\ud800\udc00', 'eda080f0908080'], ['\udbff\udfff\udfff', 'f48fbfbfedbfbf'],
  ]
  for (const [s, hex] of cases) {
    assert.equal(hexOf(encode(s)), hex)
    assert.equal(decode(Buffer.from(hex, 'hex')), s)
    // the long way of each direction gives the same
    const padding = 'x'.repeat(200)
    assert.equal(hexOf(encode(padding + s + padding)), '78'.repeat(200) + hex + '78'.repeat(200))
    assert.equal(decode(encode(padding + s + padding)), padding + s + padding)
  }
})

test('lengths around every threshold', () => {
  for (const unit of ['a', 'é', '日', '😀', '\ud800', '\udfff', '\ufffd', '\ufeff']) {
    for (let n = 0; n <= 140; n++) {
      const s = unit.repeat(n)
      assert.equal(decode(encode(s)), s)
      assert.equal(decode(encode(s + 'z')), s + 'z')
    }
  }
})

test('random strings come back, and well-formed ones are UTF-8', () => {
  const random = randomNumbers(3)
  for (let i = 0; i < 20_000; i++) {
    const s = randomString(random, i % 10 ? 12 : 200)
    const bytes = encode(s)
    assert.equal(decode(bytes), s)
    if ((s as unknown as { isWellFormed(): boolean }).isWellFormed()) assert.deepEqual(Buffer.from(bytes), Buffer.from(s, 'utf8'))
  }
})

test('without String.prototype.isWellFormed the bytes are the same', () => {
  const random = randomNumbers(4)
  const strings = Array.from({ length: 500 }, () => randomString(random, 200))
  const expected = strings.map(encode)
  const prototype = String.prototype as unknown as Record<string, unknown>
  const original = Object.getOwnPropertyDescriptor(prototype, 'isWellFormed')!
  delete prototype['isWellFormed']
  try {
    strings.forEach((s, i) => assert.deepEqual(encode(s), expected[i]))
  } finally {
    Object.defineProperty(prototype, 'isWellFormed', original)
  }
})

test('order of bytes is order of code points', () => {
  const random = randomNumbers(6)
  const points = (s: string): number[] => [...s].map((c) => c.codePointAt(0)!)
  const compare = (a: number[], b: number[]): number => {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
    return a.length - b.length
  }
  for (let i = 0; i < 5000; i++) {
    const [a, b] = [randomString(random, 4), randomString(random, 4)]
    assert.equal(Math.sign(compare(points(a), points(b))), Math.sign(Buffer.compare(encode(a), encode(b))))
  }
})

test('getASCII gives undefined for anything but ASCII', () => {
  for (const s of ['', 'plain', '\0\x7f', 'x'.repeat(100)]) {
    const bytes = encode(s)
    assert.equal(getASCII(bytes, 0, bytes.length), s)
  }
  for (const s of ['é', 'aé', '日', '😀', '\ud800', '\udfff', 'ab\ud800cd', '\ud800\ud801', '\ufffd', '\ufeff', 'x'.repeat(100) + '\udc00']) {
    const bytes = encode(s)
    assert.equal(getASCII(bytes, 0, bytes.length), undefined, JSON.stringify(s))
  }
})

test('a writer’s text grows the inbox as it must', () => {
  const instance = new FakeInstance(8)
  const w = instance.writer.reset()
  w.text('日'.repeat(1000))
  w.text('a')
  assert.equal(w.p, 3001)
  assert.equal(getText(instance.u8, instance.inbox, instance.inbox + w.p), '日'.repeat(1000) + 'a')
})
