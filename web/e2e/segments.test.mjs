// Joining the data segments of a wasm file must not change what memory holds.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { joinSegments } from '../../wasm/segments.mjs'
import { root } from './browser.mjs'

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(Math.floor(n / 128))])
const sleb = (n) => {
  const bytes = leb(n)
  return bytes.at(-1) & 64 ? [...bytes.slice(0, -1), bytes.at(-1) | 128, 0] : bytes
}
const section = (id, body) => [id, ...leb(body.length), ...body]

/** A module that exports a memory of four pages with these segments, each [address, bytes]. */
const moduleOf = (segments) =>
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(5, [1, 0, 4]),
    ...section(7, [1, 1, 0x6d, 2, 0]),
    ...section(11, [
      ...leb(segments.length),
      ...segments.flatMap(([address, bytes]) => [0, 0x41, ...sleb(address), 0x0b, ...leb(bytes.length), ...bytes]),
    ]),
  ])

const memoryOf = (wasm) => new Uint8Array(new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports.m.buffer)

test('memory is the same, in fewer segments', () => {
  const segments = [
    [0, [1, 2]],
    [8, [3]],
    [63, [4, 5, 6]],
    [64 + 1000, Array(300).fill(7)],
    [8191, [8]],
    [8192, [9]],
    [200_000, [10, 0, 0, 11]],
  ]
  const wasm = moduleOf(segments)
  const joined = joinSegments(wasm)
  assert.deepEqual(memoryOf(joined), memoryOf(wasm))
  const of = (count) => Buffer.from(joined).includes(Buffer.from([count, 0, 0x41]))
  assert.ok(of(3), 'three runs with long gaps between them')
})

test('segments come in any order; those that overlap are left as they are', () => {
  const mixed = moduleOf([[64, [1]], [0, [2]], [9000, [3]]])
  assert.deepEqual(memoryOf(joinSegments(mixed)), memoryOf(mixed))
  const overlapping = moduleOf([[8, [1, 2, 3]], [9, [4]]])
  assert.deepEqual(Uint8Array.from(joinSegments(overlapping)), overlapping)
})

test('the shipped module has a few segments', () => {
  const wasm = readFileSync(join(root, 'dist/npm/atoma.wasm'))
  let at = 8
  const number = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = wasm[at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (wasm[at] !== 11) {
    at++
    const size = number()
    at += size
  }
  at++
  number()
  assert.ok(number() < 100)
  assert.ok(joinSegments(wasm).equals(wasm), 'joining again changes nothing')
})
