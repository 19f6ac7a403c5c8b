// Filters, sorting, limit and offset: each rule of API.md by a table, then at random against the naive model.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer, matches, type ModelFilter, type ModelQuery } from './query-model.js'
import { bad, channel, ids, type Loose, openStore, Random, valueAt } from './support.js'

const day = new Date(86_400_000)

/** One row a kind of value in field v; ids say which. */
const kinds: Record<string, unknown> = {
  absent: undefined, nil: null, yes: true, no: false, zero: 0, minus: -0, one: 1, two: 2, nan: NaN, inf: Infinity,
  epoch: new Date(0), day, never: new Date(NaN), empty: '', zeroText: '0', a: 'a', A: 'A', b: 'b', smile: '😀', edge: '\uffff', lone: '\ud800', long: 'a'.repeat(300),
  bytes: new Uint8Array([1]), noBytes: new Uint8Array(), list: [1, 'a', null], nans: [NaN, -0], dates: [day], noList: [],
  deep: { a: 1, b: { c: 'x' } }, deepToo: { b: { c: 'x' }, a: 1 }, noDeep: {},
}
const rowsOfKinds: Loose[] = Object.entries(kinds).map(([id, v]) => (v === undefined ? { id } : { id, v }))

const expr = (filter: object): ModelFilter => filter as ModelFilter

const filters: [ModelFilter, string[]][] = [
  [{}, Object.keys(kinds)],
  [{ v: 0 }, ['zero', 'minus']],
  [{ v: -0 }, ['zero', 'minus']],
  [{ v: NaN }, ['nan']],
  [{ v: '0' }, ['zeroText']],
  [{ v: '' }, ['empty']],
  [{ v: 'a' }, ['a']],
  [{ v: '\ud800' }, ['lone']],
  [{ v: 'a'.repeat(300) }, ['long']],
  [{ v: true }, ['yes']],
  [{ v: false }, ['no']],
  [{ v: null }, ['absent', 'nil']],
  [{ v: new Date(0) }, ['epoch']],
  [{ v: new Date(NaN) }, ['never']],
  [{ v: new Uint8Array([1]) }, ['bytes']],
  [{ v: new Uint8Array() }, ['noBytes']],
  [{ v: [1, 'a', null] }, ['list']],
  [{ v: [NaN, 0] }, ['nans']],
  [{ v: [] }, ['noList']],
  [{ v: { eq: { a: 1, b: { c: 'x' } } } }, ['deep', 'deepToo']],
  [{ v: { eq: {} } }, ['noDeep']],
  [{ v: { eq: null } }, ['absent', 'nil']],
  [{ v: { isNull: true } }, ['absent', 'nil']],
  [{ v: { exists: true } }, Object.keys(kinds).filter((id) => id !== 'absent' && id !== 'nil')],
  [{ v: { ne: 0 } }, Object.keys(kinds).filter((id) => id !== 'zero' && id !== 'minus')],
  [{ v: { ne: null } }, Object.keys(kinds).filter((id) => id !== 'absent' && id !== 'nil')],
  [{ v: { in: [] } }, []],
  [{ v: { notIn: [] } }, Object.keys(kinds)],
  [{ v: { in: [0, 'a', null, NaN, new Date(0)] } }, ['absent', 'nil', 'zero', 'minus', 'nan', 'epoch', 'a']],
  [{ v: { in: [[], {}, new Uint8Array([1])] } }, ['bytes', 'noList', 'noDeep']],
  [{ v: { notIn: [null] } }, Object.keys(kinds).filter((id) => id !== 'absent' && id !== 'nil')],
  [{ v: { gt: 0 } }, ['one', 'two', 'inf']],
  [{ v: { gte: 0 } }, ['zero', 'minus', 'one', 'two', 'inf']],
  [{ v: { gte: -0, lt: 2 } }, ['zero', 'minus', 'one']],
  [{ v: { lte: 0 } }, ['zero', 'minus']],
  [{ v: { gte: NaN } }, []],
  [{ v: { lte: Infinity } }, ['zero', 'minus', 'one', 'two', 'inf']],
  [{ v: { gte: new Date(0) } }, ['epoch', 'day']],
  [{ v: { gt: new Date(0) } }, ['day']],
  [{ v: { lt: new Date(NaN) } }, []],
  [{ v: { gte: '' } }, ['empty', 'zeroText', 'a', 'A', 'b', 'smile', 'edge', 'lone', 'long']],
  [{ v: { gt: 'a' } }, ['b', 'smile', 'edge', 'lone', 'long']],
  [{ v: { gt: '\uffff' } }, ['smile']],
  [{ v: { lt: 'a' } }, ['empty', 'zeroText', 'A']],
  [{ v: { startsWith: '' } }, ['empty', 'zeroText', 'a', 'A', 'b', 'smile', 'edge', 'lone', 'long']],
  [{ v: { startsWith: 'A' } }, ['a', 'A', 'long']],
  [{ v: { startsWith: '😀' } }, ['smile']],
  [{ v: { startsWith: '\ud83d' } }, []],
  [{ v: { startsWith: '\ud800' } }, ['lone']],
  [{ v: { endsWith: 'a'.repeat(299) } }, ['long']],
  [{ v: { endsWith: 'B' } }, ['b']],
  [{ v: { contains: 'aA' } }, ['long']],
  [{ v: { contains: '' } }, ['empty', 'zeroText', 'a', 'A', 'b', 'smile', 'edge', 'lone', 'long']],
  [{ v: { contains: '\uffff' } }, ['edge']],
  [{ 'v.b.c': { contains: 'X' } }, ['deep', 'deepToo']],
  [{ v: { text: { query: 'A' } } }, ['a', 'A', 'list']],
  [{ v: { text: { query: '0 0' } } }, ['zeroText']],
  [{ v: { text: { query: '' } } }, []],
  [{ v: { text: { query: '!?' } } }, []],
  [{ v: { text: { query: 'c', mode: 'fuzzy' } } }, ['zeroText', 'a', 'A', 'b', 'list']],
  [expr({ op: 'startsWith', field: 'v', value: 'a' }), ['a', 'A', 'long']],
  [expr({ op: 'endsWith', field: 'v', value: '0' }), ['zeroText']],
  [expr({ op: 'contains', field: 'v', value: 'b' }), ['b']],
  [expr({ op: 'text', field: 'v', query: 'b', mode: 'match' }), ['b']],
  [expr({ op: 'not', arg: { v: { contains: 'a' } } }), Object.keys(kinds).filter((id) => !['a', 'A', 'long'].includes(id))],
  [{ v: { has: 1 } }, ['list']],
  [{ v: { has: null } }, ['list']],
  [{ v: { has: NaN } }, ['nans']],
  [{ v: { has: 0 } }, ['nans']],
  [{ v: { has: day } }, ['dates']],
  [{ v: { has: 'a' } }, ['list']],
  [{ 'v.a': 1 }, ['deep', 'deepToo']],
  [{ 'v.b.c': 'x' }, ['deep', 'deepToo']],
  [{ 'v.b': { eq: { c: 'x' } } }, ['deep', 'deepToo']],
  [{ 'v.a': null }, Object.keys(kinds).filter((id) => id !== 'deep' && id !== 'deepToo')],
  [{ 'v.0': { exists: true } }, []],
  [{ 'v.length': { exists: true } }, []],
  [{ 'v.b.c.length': { exists: true } }, []],
  [{ constructor: { exists: true } }, []],
  [{ 'v.constructor': { exists: true } }, []],
  [{ nothing: null }, Object.keys(kinds)],
  [{ id: 'a' }, ['a']],
  [{ id: { gte: 'y' } }, ['yes', 'zero', 'zeroText']],
  [{ version: 1 }, Object.keys(kinds)],
  [{ version: { gt: 1 } }, []],
  [{ v: { gte: 0, ne: 1, notIn: [2] } }, ['zero', 'minus', 'inf']],
  [{ v: 0, id: { ne: 'zero' } }, ['minus']],
  [expr({ op: 'eq', field: 'v', value: 0 }), ['zero', 'minus']],
  [expr({ op: 'ne', field: 'v', value: null }), Object.keys(kinds).filter((id) => id !== 'absent' && id !== 'nil')],
  [expr({ op: 'eq', field: 'v', value: { b: { c: 'x' }, a: 1 } }), ['deep', 'deepToo']],
  [expr({ op: 'in', field: 'v', values: ['a', true] }), ['yes', 'a']],
  [expr({ op: 'notIn', field: 'v', values: [] }), Object.keys(kinds)],
  [expr({ op: 'gte', field: 'v', value: new Date(0) }), ['epoch', 'day']],
  [expr({ op: 'has', field: 'v', value: 1 }), ['list']],
  [expr({ op: 'isNull', field: 'v' }), ['absent', 'nil']],
  [expr({ op: 'exists', field: 'v.b' }), ['deep', 'deepToo']],
  [expr({ op: 'and', args: [] }), Object.keys(kinds)],
  [expr({ op: 'or', args: [] }), []],
  [expr({ op: 'not', arg: {} }), []],
  [expr({ op: 'not', arg: { op: 'or', args: [] } }), Object.keys(kinds)],
  [expr({ op: 'or', args: [{ v: 0 }, { op: 'eq', field: 'v', value: 'a' }, { op: 'not', arg: { v: { exists: true } } }] }), ['absent', 'nil', 'zero', 'minus', 'a']],
  [expr({ op: 'and', args: [{ v: { gte: 0 } }, { op: 'not', arg: { op: 'in', field: 'id', values: ['one', 'two'] } }] }), ['zero', 'minus', 'inf']],
  [expr({ op: 'not', arg: { v: { gt: 0 } } }), Object.keys(kinds).filter((id) => !['one', 'two', 'inf'].includes(id))],
]

test('each filter finds exactly its rows: stored as mixed kinds', async () => {
  const store = await openStore()
  await store.addMany(rowsOfKinds)
  const problems: unknown[] = []
  for (const [filter, expected] of filters) {
    const wanted = expected.slice().sort()
    assert.deepEqual(rowsOfKinds.filter((row) => matches({ ...row, version: 1 }, filter)).map((row) => row.id).sort(), wanted, 'the model itself')
    const found = await store.findMany({ filter: bad(filter) }).then(({ data }) => ids(data).sort(), (error: unknown) => error)
    if (JSON.stringify(found) !== JSON.stringify(wanted)) problems.push([filter, found, wanted])
    const counted = await store.count({ filter: bad(filter) }).catch((error: unknown) => error)
    if (counted !== wanted.length) problems.push(['count', filter, counted, wanted.length])
  }
  assert.deepEqual(problems, [])
})

test('each filter finds exactly its rows: one kind to a column', async () => {
  const groups = [['zero', 'minus', 'one', 'two', 'nan', 'inf', 'absent', 'nil'], ['epoch', 'day', 'never', 'nil'], ['empty', 'zeroText', 'a', 'A', 'b', 'smile', 'edge', 'lone', 'long', 'absent'], ['yes', 'no', 'nil', 'absent'], ['list', 'nans', 'dates', 'noList'], ['deep', 'deepToo', 'noDeep', 'absent'], ['bytes', 'noBytes']]
  for (const group of groups) {
    const store = await openStore()
    await store.addMany(rowsOfKinds.filter((row) => group.includes(row.id)))
    for (const [filter, expected] of filters) {
      const wanted = expected.filter((id) => group.includes(id)).sort()
      assert.deepEqual(ids((await store.findMany({ filter: bad(filter) })).data).sort(), wanted, JSON.stringify(filter))
    }
  }
})

test('an object whose op is a string is an expression; any other is a map, of a field named op too', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', op: 5, args: 1 }, { id: 'b', op: 'x' }])
  const find = async (filter: object): Promise<string[]> => ids((await store.findMany({ filter: bad(filter) })).data)
  assert.deepEqual(await find({ op: 5 }), ['a'])
  assert.deepEqual(await find({ op: { eq: 'x' } }), ['b'])
  assert.deepEqual(await find({ args: 1, op: { exists: true } }), ['a'])
  assert.deepEqual(await find({ op: 'eq', field: 'op', value: 'x' }), ['b'])
})

test('a key that holds a dot cannot be addressed; an own __proto__ can', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a', 'x.y': 1 }, { id: 'b', x: { y: 1 } }, JSON.parse('{"id":"c","__proto__":{"z":1}}') as Loose, { id: 'd', '': 1 }])
  const find = async (filter: unknown): Promise<string[]> => ids((await store.findMany({ filter: bad(filter) })).data)
  assert.deepEqual(await find({ 'x.y': 1 }), ['b'])
  assert.deepEqual(await find(JSON.parse('{"__proto__":{"exists":true}}')), ['c'])
  assert.deepEqual(await find({ '__proto__.z': 1 }), ['c'])
  assert.deepEqual(await find({ '': 1 }), ['d'])
})

test('sorting: numbers, strings by code point, dates, booleans; mixed kinds; null, absent and NaN last both ways; ties by id', async () => {
  const store = await openStore()
  await store.addMany(rowsOfKinds)
  for (const dir of [undefined, 'asc', 'desc'] as const) {
    const sort = dir ? [{ field: 'v' as const, dir }] : [{ field: 'v' as const }]
    const wanted = ids(answer(rowsOfKinds, { sort }))
    assert.deepEqual(ids((await store.findMany({ sort })).data), wanted, dir)
    const last = wanted.slice(-4)
    assert.deepEqual(last, ['absent', 'nan', 'never', 'nil'], 'the model itself')
  }
  const down = ids((await store.findMany({ sort: [{ field: 'v', dir: 'desc' }] })).data)
  assert.deepEqual(down.slice(0, 9), ['bytes', 'dates', 'deep', 'deepToo', 'list', 'nans', 'noBytes', 'noDeep', 'noList'], 'other kinds tie, so by id')
})

test('sorting by several fields, by paths, by id and version', async () => {
  const store = await openStore()
  const rows: Loose[] = [{ id: 'a', n: 1, deep: { s: 'z' } }, { id: 'b', n: 1, deep: { s: 'y' } }, { id: 'c', n: 0, deep: { s: 'y' } }, { id: 'd', n: 1 }, { id: 'e', n: 0, deep: 5 }]
  await store.addMany(rows)
  await store.updateOne('c', { touched: true })
  const order = async (...sort: unknown[]): Promise<string> => ids((await store.findMany({ sort: bad(sort) })).data).join('')
  assert.equal(await order({ field: 'n' }, { field: 'deep.s', dir: 'desc' }), 'ceabd')
  assert.equal(await order({ field: 'deep.s' }, { field: 'n', dir: 'desc' }), 'bcade')
  assert.equal(await order({ field: 'id', dir: 'desc' }), 'edcba')
  assert.equal(await order({ field: 'version', dir: 'desc' }, { field: 'n' }), 'ceabd')
  assert.equal(await order({ field: 'nothing', dir: 'desc' }), 'abcde')
  assert.equal(await order(), 'abcde')
  assert.equal(await order({ field: 'n' }, { field: 'n', dir: 'desc' }), 'ceabd', 'a second look at one field says nothing new')
})

test('limit and offset', async () => {
  const store = await openStore()
  const rows = (await store.addMany(Array.from({ length: 20 }, (_, i) => ({ id: `r${10 + i}`, n: (i * 7) % 20 })))).map((_, i, all) => valueAt(all, i))
  const queries: ModelQuery[] = [
    { limit: 0 }, { limit: 1 }, { limit: 20 }, { limit: 21 }, { limit: 1e9 }, { offset: 0 }, { offset: 5 }, { offset: 20 }, { offset: 1e9 }, { limit: 3, offset: 18 },
    { limit: 5, offset: 5, sort: [{ field: 'n' }] }, { limit: 1, sort: [{ field: 'n', dir: 'desc' }] }, { limit: 3, offset: 1, filter: { n: { lt: 10 } }, sort: [{ field: 'n', dir: 'desc' }] },
    { limit: 2 ** 31, offset: 0 }, { limit: 2 ** 32 + 1 }, { offset: 2 ** 32 }, { limit: 2 ** 53, offset: 2 ** 53 }, { limit: -0 }, { limit: 2 ** 53, offset: 3 },
  ]
  for (const query of queries) assert.deepEqual((await store.findMany(bad(query))).data, answer(rows, query), JSON.stringify(query))
})

test('undefined parts of a query count as absent', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }])
  const query = { filter: undefined, sort: undefined, limit: undefined, offset: undefined, page: undefined, include: undefined }
  assert.deepEqual(ids((await store.findMany(bad(query))).data), ['a', 'b'])
  assert.equal((await store.findOne(bad(query)))?.id, 'a')
  assert.equal(await store.count(bad(query)), 2)
  assert.deepEqual(ids((await store.findMany(bad({ sort: [{ field: 'id', dir: undefined }] }))).data), ['a', 'b'])
})

test('random queries over random rows answer as the model does', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`queries: SEED=${seed}`)
  const random = new Random(seed)
  const values = [...Object.values(kinds), 3, 4, 5, 1.5, -7, 'aa', 'ab', 'ba', '\udc00', [1, 2], ['a', ['b']], { a: 2 }, { a: null }, new Date(5)]
  const paths = ['n', 's', 'd', 'b', 'mix', 'o.a', 'o.b', 'o', 'tags', 'id', 'version', 'none']
  const operand = (): unknown => random.pick(values.filter((v) => v !== undefined))
  const comparable = (): unknown => random.pick(values.filter((v) => typeof v === 'number' || typeof v === 'string' || v instanceof Date))
  const filter = (depth: number): ModelFilter => {
    const field = random.pick(paths)
    const op = random.pick(depth > 0 ? ['and', 'or', 'not', 'map', 'map'] : ['eq', 'ne', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte', 'has', 'isNull', 'exists', 'startsWith', 'endsWith', 'contains', 'text'])
    const some = <T>(make: () => T): T[] => Array.from({ length: random.below(4) }, make)
    if (op === 'map') {
      const plain = operand()
      return { [field]: random.below(2) && !(typeof plain === 'object' && plain !== null && Object.getPrototypeOf(plain) === Object.prototype) ? plain : { ne: operand() }, ...(random.below(2) ? { [random.pick(paths)]: { gte: comparable(), notIn: some(operand) } } : {}) }
    }
    if (op === 'and' || op === 'or') return { op, args: some(() => filter(depth - 1)) }
    if (op === 'not') return { op, arg: filter(depth - 1) }
    if (op === 'in' || op === 'notIn') return { op, field, values: some(operand) }
    if (op === 'isNull' || op === 'exists') return { op, field }
    if (op === 'text') return { op, field, query: random.pick(['a', 'B', 'aa', 'ab b', 'x', '1', '']), mode: random.pick(['match', 'fuzzy'] as const), distance: random.below(3) }
    if (op.endsWith('With') || op === 'contains') return { op, field, value: random.pick(['', 'a', 'A', 'b', 'x', 'xX', '😀', '\uffff', 'é', '\udc00']) }
    return { op, field, value: op.startsWith('g') || op.startsWith('l') ? comparable() : operand() }
  }
  for (let round = 0; round < 8; round++) {
    const store = await openStore()
    const rows = Array.from({ length: 60 }, (_, i): Loose => {
      const row: Loose = { id: random.pick(['', '😀', '\uffff', 'é']) + i }
      if (random.below(5)) row['n'] = random.pick([0, -0, 1, 2, 3, NaN, 1.5, Infinity, ...(round % 2 ? [null, 'a'] : [])])
      if (random.below(5)) row['s'] = random.pick(['a', 'b', 'aa', '', '😀', '\uffff', 'x'.repeat(200), ...(round % 3 ? [] : [null])])
      if (random.below(5)) row['d'] = random.pick([new Date(0), day, new Date(NaN), new Date(5)])
      if (random.below(5)) row['b'] = random.below(2) === 0
      const mix = random.pick(values)
      if (mix !== undefined) row['mix'] = mix
      if (random.below(3)) row['o'] = random.pick([{ a: random.pick([1, 2, 'a', null]), b: random.pick(['x', true]) }, { a: 1 }, 5, null, [1]])
      if (random.below(3)) row['tags'] = Array.from({ length: random.below(4) }, () => random.pick(['a', 'b', 1, null]))
      return row
    })
    if (round % 2) await channel(store).writeback(rows.map((row) => ({ ...row, version: 1 + random.below(3) })))
    else await store.addMany(rows)
    for (let i = 0; i < 20; i++) await store.deleteOne(random.pick(rows).id)
    const stored = await store.getAll()
    for (let i = 0; i < 250; i++) {
      const query: ModelQuery = { filter: filter(random.below(4)) }
      if (random.below(2)) query.sort = Array.from({ length: random.below(3) }, () => ({ field: random.pick(paths), dir: random.pick(['asc', 'desc'] as const) }))
      if (random.below(2)) query.limit = random.below(50)
      if (random.below(3) === 0) query.offset = random.below(10)
      const wanted = answer(stored, query)
      const found = (await store.findMany(bad(query))).data
      assert.ok(found.length === wanted.length && found.every((row, k) => row === wanted[k]), `SEED=${seed} ${JSON.stringify(query)}: ${ids(found).join()} / ${ids(wanted).join()}`)
      assert.equal(await store.count(bad(query)), answer(stored, { filter: query.filter! }).length)
    }
  }
})

test('large stores: answers across all chunks of columns, in dictionaries and beyond them', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  const store = await openStore()
  const rows = Array.from({ length: 9500 }, (_, i): Loose => ({
    id: `r${random.below(1e9)}-${i}`,
    few: random.pick(['red', 'green', 'blue', '', 'é']),
    many: `text ${random.below(20_000)}`,
    n: random.below(1000),
    ...(i % 10 ? { d: new Date(random.below(1e6)) } : {}),
    ...(i % 3 ? { flag: i % 2 === 0 } : {}),
    ...(i === 5000 ? { mixed: 'text' } : i % 50 === 0 ? { mixed: i } : {}),
  }))
  for (let i = 0; i < rows.length; i += 4000) await store.addMany(rows.slice(i, i + 4000))
  await store.deleteMany(rows.filter(() => random.below(7) === 0).map((row) => row.id))
  await store.updateMany(rows.filter(() => random.below(20) === 0).map(({ id }) => ({ id, change: { n: -1, few: 'changed' } })))
  const stored = await store.getAll()
  const queries: ModelQuery[] = [
    { filter: { few: 'red' } }, { filter: { few: { ne: 'red' } } }, { filter: { few: { in: ['blue', 'changed', 5] } } }, { filter: { few: { gt: 'c' } }, limit: 20 },
    { filter: { many: `text ${random.below(20_000)}` } }, { filter: { many: { gte: 'text 5', lt: 'text 6' } }, sort: [{ field: 'many' }], limit: 100 },
    { filter: { n: { gte: 100, lt: 200 } }, sort: [{ field: 'n', dir: 'desc' }, { field: 'few' }] }, { filter: { n: -1 } }, { filter: { n: { notIn: [1, 2, 3] } }, offset: 7000 },
    { filter: { d: { lt: new Date(1000) } }, sort: [{ field: 'd' }] }, { filter: { d: null } }, { filter: { flag: true, few: 'é' } }, { filter: { flag: { exists: true } }, limit: 5, offset: 4000 },
    { filter: { mixed: { exists: true } }, sort: [{ field: 'mixed', dir: 'desc' }] }, { sort: [{ field: 'many', dir: 'desc' }], limit: 10 }, { sort: [{ field: 'd' }, { field: 'n' }] },
    { sort: [{ field: 'flag', dir: 'desc' }, { field: 'few' }, { field: 'many' }], offset: 3000, limit: 3000 }, { sort: [{ field: 'mixed' }], limit: 300 }, { sort: [{ field: 'id', dir: 'desc' }], limit: 3 },
    { filter: { op: 'or', args: [{ few: 'red', n: { lt: 50 } }, { op: 'not', arg: { n: { lt: 990 } } }] }, sort: [{ field: 'n' }], limit: 50 },
  ]
  for (const query of queries) {
    const wanted = answer(stored, query)
    const found = (await store.findMany(bad(query))).data
    assert.ok(found.length === wanted.length && found.every((row, k) => row === wanted[k]), `SEED=${seed} ${JSON.stringify(query)}`)
  }
})
