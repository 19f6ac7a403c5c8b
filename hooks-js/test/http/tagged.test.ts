// Every value of a row comes back from its JSON as it was, and what is sent is
// JSON that any parser takes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, parse, stringify } from '../../../backends/http/tagged.js'
import { AtomaError } from '../../../jsbridge/js/errors.js'
import { assertAlike, Random } from '../contract/support.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)

const letters = ['a', '$', '$date', '$object', 'é', '漢', '😀', '\ud83d', '\ude00', '\uffff', '\0', '"', '\\', '\u2028', '__proto__', 'constructor', 'toJSON', '']

function text(random: Random): string {
  let s = ''
  for (let i = random.below(4); i > 0; i--) s += random.pick(letters)
  return s
}

function value(random: Random, depth: number): unknown {
  switch (random.below(depth > 0 ? 12 : 9)) {
    case 0:
      return null
    case 1:
      return random.below(2) === 0
    case 2:
      return random.pick([0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, -1.5, 2 ** 53])
    case 3:
      return (random.next() - 0.5) * 10 ** random.below(20)
    case 4:
    case 5:
      return text(random)
    case 6:
      return new Date(random.pick([NaN, 0, -1, 8.64e15, -8.64e15, 1.7e12, -6.3e13]))
    case 7:
      return Uint8Array.from({ length: random.below(6) }, () => random.below(256))
    case 8:
      return random.pick([[], {}, { $date: 1 }, { $object: [] }, { $: null }, { __proto__: null, a: 1 }].map((v) => structuredClone(v)))
    case 9:
      return Array.from({ length: random.below(4) }, () => value(random, depth - 1))
  }
  const object = {}
  for (let i = random.below(4); i > 0; i--) {
    Object.defineProperty(object, text(random), { value: value(random, depth - 1), enumerable: true, configurable: true, writable: true })
  }
  return object
}

test('every value comes back as it was', () => {
  const random = new Random(seed)
  for (let run = 0; run < 20_000; run++) {
    const given = value(random, 4)
    const before = structuredClone(given)
    const json = stringify(given)
    assertAlike(given, before, `seed ${seed}, run ${run}: the value was changed`)
    assertAlike(parse(json), given, `seed ${seed}, run ${run}: ${json}`)
    // whatever reads JSON strictly: well-formed text, and a plain parse says what was encoded
    assert.equal(Buffer.from(json).toString(), json, `seed ${seed}, run ${run}`)
    assert.ok(!/\\ud[89a-f]/i.test(json), `seed ${seed}, run ${run}: a lone surrogate in ${json}`)
  }
})

test('what needs no tag is sent as it stands, and not copied', () => {
  const row = { id: 'a', n: 1.5, list: [1, 'x', null, { deep: true }], empty: {} }
  assert.equal(encode(row), row)
  assert.equal(stringify(row), JSON.stringify(row))
})

test('the tags are those of docs/http-protocol.md', () => {
  assert.equal(stringify(new Date(0)), '{"$date":"1970-01-01T00:00:00.000Z"}')
  assert.equal(stringify(new Date(NaN)), '{"$date":null}')
  assert.equal(stringify(Uint8Array.of(1, 2, 255)), '{"$bytes":"AQL/"}')
  assert.equal(stringify([NaN, Infinity, -Infinity, -0]), '[{"$number":"NaN"},{"$number":"Infinity"},{"$number":"-Infinity"},{"$number":"-0"}]')
  assert.equal(stringify('a\ud800'), '{"$utf16":"YQAA2A=="}')
  assert.equal(stringify({ $date: 1 }), '{"$object":[["$date",1]]}')
  assert.equal(stringify({ '\ud800': 1, b: -0 }), '{"$object":[[{"$utf16":"ANg="},1],["b",{"$number":"-0"}]]}')
  assert.equal(stringify({ $a: 1, $b: 2 }), '{"$a":1,"$b":2}')
})

test('a server may send dates as milliseconds or with an offset', () => {
  assertAlike(parse('[{"$date":0},{"$date":"1970-01-01T01:00:00+01:00"}]'), [new Date(0), new Date(0)])
})

test('a tag that is none is refused, with what the server sent', () => {
  for (const json of ['{"$date":"soon"}', '{"$date":true}', '{"$bytes":1}', '{"$bytes":"?"}', '{"$number":"1"}', '{"$utf16":"YQ=="}', '{"$object":[["a"]]}', '{"$object":[[1,2]]}', '{"$what":1}']) {
    assert.throws(() => parse(json), (error) => error instanceof AtomaError && error.code === 'internal' && error.message.includes(json.slice(1, 8)), json)
  }
})

test('values of 1,000 levels and of megabytes go through', () => {
  let deep: unknown = -0
  for (let i = 0; i < 1000; i++) deep = i % 2 ? [deep] : { d: deep }
  assertAlike(parse(stringify({ deep })), { deep })
  const bytes = new Uint8Array(3_000_000).fill(7)
  assertAlike(decode(JSON.parse(JSON.stringify(encode({ bytes })))), { bytes })
})
