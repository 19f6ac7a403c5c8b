// protocol.ts and protocol.go are twins, and so are the numbers that it shares with runtime/table, value and wire.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as protocol from './protocol.js'

const ours = new Map(Object.entries(protocol as Record<string, unknown>))

/** The constants of Go source: name to number, in order of appearance. */
function constants(...sources: string[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const source of sources) {
    const bare = source.replace(/\/\/.*$/gm, '')
    for (const [, block] of bare.matchAll(/^const \(\n([\s\S]*?)^\)/gm)) for (const line of block!.split('\n')) read(line, found)
    for (const [, line] of bare.matchAll(/^const (?!\()(.*)$/gm)) read(line!, found)
  }
  return found
}

function read(line: string, found: Map<string, number>): void {
  const match = /^\s*(\w+)(?:\s+[\w.]+)?\s*=\s*(.+?)\s*$/.exec(line)
  if (!match) return
  const value = number(match[2]!)
  if (value !== undefined) found.set(match[1]!, value)
}

function number(text: string): number | undefined {
  const inner = /^\w+\((.+)\)$/.exec(text)
  if (inner) return number(inner[1]!)
  const shift = /^(\w+)\s*<<\s*(\w+)$/.exec(text)
  if (shift) return Number(shift[1]) * 2 ** Number(shift[2])
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined
}

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const sources = (folder: string): string[] =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map((name) => source(folder + name))

const twin = constants(source('../protocol.go'))
const table = constants(...sources('../../runtime/table/'))
const value = constants(...sources('../../runtime/value/'))
const wire = constants(...sources('../../runtime/wire/'))

/** Names here for names there. */
const statuses = ['Added', 'Changed', 'Same', 'Deleted', 'Missing', 'AlreadyExists', 'NotFound', 'Conflict', 'FieldID', 'FieldVersion', 'NoSlot']
const tags: Record<string, string> = {
  Absent: 'Absent', Null: 'Null', False: 'False', True: 'True', Num: 'Number', DateTag: 'Date', Str: 'String', Bytes: 'Bytes', List: 'Array', Obj: 'Object', Undefined: 'Undefined', MaxDepth: 'MaxDepth',
}
const format: Record<string, string> = { FormatVersion: 'version', FlagNames: 'flagNames', LayoutTags: 'Tags', LayoutF64: 'F64', LayoutVar: 'Var', PerRow: 'PerRow' }

test('constants are read from Go as they stand there', () => {
  const read = constants('const A = 1 // 2\nconst (\n\tB uint32 = 3\n\tC Op     = 0x10 // x = 9\n\tD = uint32(0xFF)\n\tE = 4 << 20\n)\nconst F value.Tag = 0xFF\n')
  assert.deepEqual([...read], [['B', 3], ['C', 16], ['D', 255], ['E', 4 << 20], ['A', 1], ['F', 255]])
  assert.ok(twin.size > 40 && table.size > 8 && value.size > 10 && wire.size > 5)
})

/** Go's own business: sizes of its buffers. */
const goOnly = new Set(['MailboxWords'])

test('every constant that protocol.go exports is in protocol.ts, with its number', () => {
  for (const [name, number] of twin) {
    if (!/^[A-Z]/.test(name) || goOnly.has(name)) continue
    assert.equal(ours.get(name), number, name)
  }
})

test('they stand in the same order', () => {
  const text = source('./protocol.ts')
  const positions = [...twin.keys()].filter((name) => ours.has(name)).map((name) => text.indexOf(`export const ${name} `))
  // the version comes first in both, although a single const is read after the blocks
  const listed = positions.slice().sort((a, b) => a - b)
  const order = [...positions.filter((p) => p === listed[0]), ...positions.filter((p) => p !== listed[0])]
  assert.deepEqual(order, listed)
})

test('statuses, fields and NoSlot are those of runtime/table', () => {
  for (const name of statuses) assert.equal(ours.get(name), table.get(name), name)
  const inGo = [...source('../../runtime/table/results.go').matchAll(/^\t(\w+)\s+Status\s+= \d+/gm)].map(([, name]) => name!)
  assert.equal(inGo.length, 8)
  for (const name of inGo) assert.ok(ours.has(name), `${name} is missing in protocol.ts`)
})

test('tags and the limit of depth are those of runtime/value', () => {
  for (const [name, theirs] of Object.entries(tags)) assert.equal(ours.get(name), value.get(theirs), name)
})

test('the batch format is that of runtime/wire', () => {
  for (const [name, theirs] of Object.entries(format)) assert.equal(ours.get(name), wire.get(theirs), name)
  assert.equal(protocol.Magic, 'A'.charCodeAt(0) | ('T'.charCodeAt(0) << 8))
})

test('every constant of protocol.ts is checked here', () => {
  const known = new Set([...twin.keys(), ...statuses, ...Object.keys(tags), ...Object.keys(format), 'Magic'])
  for (const name of ours.keys()) assert.ok(known.has(name), `${name} has no twin`)
})

test('all numbers of one kind differ', () => {
  for (const prefix of ['Op', 'Fault', 'Status', 'Layout', 'View', 'Pull']) {
    const numbers = [...ours].filter(([name]) => name.startsWith(prefix)).map(([, number]) => number)
    assert.equal(new Set(numbers).size, numbers.length, prefix)
  }
  const words = [...ours].filter(([name]) => /^Word/.test(name)).map(([, number]) => number as number)
  assert.equal(new Set(words).size, words.length)
  assert.ok(Math.max(...words) + 2 <= twin.get('MailboxWords')!, 'WordVersion takes two words')
  assert.equal(protocol.WordVersion % 2, 0, 'a float64 stands at a multiple of 8')
  assert.equal(new Set(statuses.slice(0, 8).map((name) => ours.get(name))).size, 8)
})

test('the error codes of the engine are those of errors.ts', () => {
  const codes = [...source('../../runtime/fault/fault.go').matchAll(/Code\s*=\s*"(\w+)"/g)].map(([, code]) => code!)
  const typed = [...source('./errors.ts').matchAll(/\| '(\w+)'/g)].map(([, code]) => code!)
  assert.ok(codes.length > 5)
  for (const code of codes) assert.ok(typed.includes(code), code)
})
