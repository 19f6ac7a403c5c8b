// node wasm/segments.mjs FILE: joins the data segments of a wasm file, in place.
//
// The Go linker leaves out every run of 8 zeros or more in the program's data,
// which makes 65,000 segments of it. With the zeros put back there are a few, a
// browser sets the memory up in a few steps, and the compressed file is 7%
// smaller: what lies at regular distances does so again (docs/benchmarks.md).

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Zeros that are put back between two segments; longer runs are left out, as they are memory that is zero anyway. */
const longestGap = 1024

const dataSection = 11
const i32Const = 0x41
const end = 0x0b

/**
 * The module with joined segments. A data section that holds anything but active
 * segments of memory 0, which do not overlap, is left as it is.
 * @param {Uint8Array} wasm
 */
export function joinSegments(wasm) {
  const out = [wasm.subarray(0, 8)]
  for (let at = 8; at < wasm.length; ) {
    const size = readUnsigned(wasm, at + 1)
    const next = size.end + size.value
    const segments = wasm[at] === dataSection ? readSegments(wasm, size.end) : undefined
    out.push(segments ? section(join(segments)) : wasm.subarray(at, next))
    at = next
  }
  return Buffer.concat(out)
}

/** Address and bytes of each segment, by address. */
function readSegments(wasm, start) {
  const count = readUnsigned(wasm, start)
  const segments = []
  let at = count.end
  for (let i = 0; i < count.value; i++) {
    if (wasm[at] !== 0 || wasm[at + 1] !== i32Const) return undefined
    const address = readSigned(wasm, at + 2)
    if (wasm[address.end] !== end) return undefined
    const length = readUnsigned(wasm, address.end + 1)
    at = length.end + length.value
    segments.push({ address: address.value, bytes: wasm.subarray(length.end, at) })
  }
  segments.sort((a, b) => a.address - b.address)
  const overlap = segments.some(({ address }, i) => i > 0 && address < segments[i - 1].address + segments[i - 1].bytes.length)
  return overlap ? undefined : segments
}

function join(segments) {
  const joined = []
  let last
  for (const { address, bytes } of segments) {
    const gap = last ? address - last.end : Infinity
    if (gap <= longestGap) {
      last.parts.push(Buffer.alloc(gap), bytes)
      last.end = address + bytes.length
    } else {
      joined.push((last = { address, end: address + bytes.length, parts: [bytes] }))
    }
  }
  return joined
}

function section(segments) {
  const body = Buffer.concat([
    unsigned(segments.length),
    ...segments.flatMap(({ address, end: stop, parts }) => [
      Buffer.of(0, i32Const),
      signed(address),
      Buffer.of(end),
      unsigned(stop - address),
      ...parts,
    ]),
  ])
  return Buffer.concat([Buffer.of(dataSection), unsigned(body.length), body])
}

// LEB128, of numbers up to 32 bits.

function readUnsigned(wasm, at) {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = wasm[at++]
    value += (byte & 127) * scale
    if (byte < 128) return { value, end: at }
  }
}

function readSigned(wasm, at) {
  const { value, end: stop } = readUnsigned(wasm, at)
  const bits = 7 * (stop - at)
  return { value: wasm[stop - 1] & 64 ? value - 2 ** bits : value, end: stop }
}

function unsigned(n) {
  const bytes = []
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n & 127) | 128)
  return Buffer.from([...bytes, n])
}

/** Of a number that is not negative: as unsigned, with room for a sign. */
function signed(n) {
  const bytes = [...unsigned(n)]
  const last = bytes.length - 1
  if (bytes[last] & 64) bytes.splice(last, 1, bytes[last] | 128, 0)
  return Buffer.from(bytes)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2]
  writeFileSync(file, joinSegments(readFileSync(file)))
}
