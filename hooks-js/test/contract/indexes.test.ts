// The answer never depends on whether an index exists.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { bad, channel, ids, type Loose, openStore, Random, rejects } from './support.js'
import { createClient } from '../../../dist/npm/index.js'

const types = ['number', 'date', 'string', 'substring', 'text'] as const

test('the same answers with and without indexes, while rows change, over all kinds of values', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`indexes: SEED=${seed}`)
  const random = new Random(seed)
  const paths = ['a', 'b', 'o.x', 'id', 'late']
  const values = [undefined, null, true, false, 0, -0, 1, 2, 2.5, NaN, Infinity, new Date(0), new Date(5), new Date(NaN), '', 'a', 'A', 'ab', 'Abc', 'é', '😀', '\ud800', 'red wine', 'Red  Wine, old', '東京', [1, 'a'], ['red', 'wine'], [], { x: 1 }, new Uint8Array([1])]
  const value = (): unknown => random.pick(values)
  const row = (id: string, late: boolean): Loose => {
    const out: Loose = { id }
    for (const field of ['a', 'b', ...(late ? ['late'] : [])]) {
      const v = value()
      if (v !== undefined) out[field] = v
    }
    if (random.below(3)) out['o'] = random.pick([{ x: value() ?? null }, 5, null])
    return out
  }
  const leaf = (): object => {
    const field = random.pick(paths)
    const operand = (): unknown => random.pick(values.filter((v) => v !== undefined))
    const text = (): string => random.pick(['', 'a', 'A', 'B', 'ed', 'wine', 'red wine', 'é', '😀', '京', '\ud800'])
    const order = (): unknown => random.pick([0, 1, 2, NaN, Infinity, 'a', 'ab', '', new Date(0), new Date(5)])
    switch (random.below(9)) {
      case 0: return { op: random.pick(['eq', 'ne']), field, value: operand() }
      case 1: return { op: random.pick(['in', 'notIn']), field, values: [operand(), operand()] }
      case 2: return { op: random.pick(['gt', 'gte', 'lt', 'lte']), field, value: order() }
      case 3: return { op: random.pick(['startsWith', 'endsWith', 'contains']), field, value: text() }
      case 4: return { op: 'has', field, value: operand() }
      case 5: return { op: random.pick(['isNull', 'exists']), field }
      case 6: return { op: 'text', field, query: text(), mode: random.pick(['match', 'fuzzy']), distance: random.below(3) }
      default: return { op: random.pick(['startsWith', 'eq', 'gte']), field, value: text() }
    }
  }
  const filter = (depth: number): object => {
    if (depth === 0 || random.below(3) === 0) return leaf()
    const kind = random.pick(['and', 'or', 'not'])
    return kind === 'not' ? { op: 'not', arg: filter(depth - 1) } : { op: kind, args: Array.from({ length: 1 + random.below(3) }, () => filter(depth - 1)) }
  }
  for (let world = 0; world < 5; world++) {
    const some = paths.flatMap((field) => types.filter(() => random.below(2)).map((type) => ({ field, type, ...(type === 'substring' && random.below(2) ? { options: { ngramSize: 2 + random.below(2) } } : {}) })))
    const stores = [await openStore(), await openStore({ schema: { Thing: { indexes: bad(some) } } }), await openStore({ schema: { Thing: { indexes: bad(paths.flatMap((field) => types.map((type) => ({ field, type })))) } } })]
    const apply = async (write: (store: (typeof stores)[number]) => Promise<unknown>): Promise<void> => { for (const store of stores) await write(store) }
    const first = Array.from({ length: 80 }, (_, i) => row(`r${i}`, false))
    await apply((store) => store.addMany(first))
    const lives = [0, 1, 2].map(() => ({ filter: filter(2), sort: [{ field: random.pick(paths), dir: random.pick(['asc', 'desc']) }], limit: 10 })).map((query) => stores.map((store) => watch(store, bad(query), () => {})))
    for (let round = 0; round < 40; round++) {
      const id = `r${random.below(100)}`
      const one = row(id, round > 20)
      const many = Array.from({ length: 20 }, () => row(`r${random.below(100)}`, round > 20))
      const kind = random.below(5)
      await apply((store) => kind === 0 ? store.deleteOne(id) : kind === 1 ? store.upsertMany(many, { apply: 'replace' }) : kind === 2 ? channel(store).writeback([{ ...one, version: 50 + round }]) : store.upsertOne(one, { apply: 'replace' }))
      for (let i = 0; i < 15; i++) {
        const sort = Array.from({ length: random.below(3) }, () => ({ field: random.pick([...paths, '$score']), dir: random.pick(['asc', 'desc']) }))
        const window = random.pick([{}, { limit: random.below(9) }, { limit: 5, offset: random.below(9) }, { page: { mode: 'cursor', limit: 4 } }, { page: { mode: 'offset', offset: 3, includeTotal: true } }])
        const query = { filter: filter(3), sort, ...window }
        const answers = []
        for (const store of stores) {
          const { data, pageInfo } = await store.findMany(bad(query))
          answers.push({ ids: ids(data), pageInfo, count: await store.count(bad({ filter: query.filter })) })
        }
        assert.deepEqual(answers[1], answers[0], `SEED=${seed} ${JSON.stringify(query)} ${JSON.stringify(some)}`)
        assert.deepEqual(answers[2], answers[0], `SEED=${seed} ${JSON.stringify(query)} all indexes`)
      }
      for (const same of lives) {
        const [one, ...others] = same.map((live) => ids(live.current.data))
        for (const other of others) assert.deepEqual(other, one, `SEED=${seed}: live`)
      }
    }
  }
})

test('two indexes for one field and type, and unknown types, are invalid_schema', async () => {
  const wrong = [
    [{ field: 'a', type: 'number' }, { field: 'a', type: 'number' }], [{ field: 'a', type: 'btree' }], [{ field: 5, type: 'number' }], [{ type: 'number' }], [{ field: 'a', type: 'text', options: { tokenizer: 'none' } }], [{ field: 'a', type: 'text', options: { nope: 1 } }], 'a',
  ]
  for (const indexes of wrong) await rejects(createClient(bad({ schema: { T: { indexes } } })), 'invalid_schema')
  const client = await createClient(bad({ schema: { T: { indexes: [{ field: 'a', type: 'number' }, { field: 'a', type: 'string' }, { field: 'b', type: 'number' }] } } }))
  await client.dispose()
})

test('a large load and large changes leave the indexes right', async () => {
  const indexed = await openStore({ schema: { Thing: { indexes: [{ field: 'n', type: 'number' }, { field: 's', type: 'string' }, { field: 's', type: 'substring' }, { field: 's', type: 'text' }] } } })
  const plain = await openStore()
  const rows = Array.from({ length: 6000 }, (_, i): Loose => ({ id: `r${i}`, n: (i * 31) % 997, s: `item ${(i * 7) % 500} of ${i % 13}` }))
  const queries = [{ filter: { n: 5 } }, { filter: { n: { lt: 20 } }, sort: [{ field: 'n', dir: 'desc' }], limit: 30 }, { filter: { s: { startsWith: 'ITEM 49' } } }, { filter: { s: { contains: '9 of 1' } } }, { filter: { s: { text: { query: 'item 77' } } } }, { sort: [{ field: 's' }, { field: 'n' }], limit: 100, offset: 500 }]
  const check = async (): Promise<void> => {
    for (const query of queries) assert.deepEqual(ids((await indexed.findMany(bad(query))).data), ids((await plain.findMany(bad(query))).data), JSON.stringify(query))
  }
  for (const store of [indexed, plain]) await store.addMany(rows)
  await check()
  for (const store of [indexed, plain]) await store.updateMany(rows.filter((_, i) => i % 2 === 0).map(({ id }, i) => ({ id, change: { n: i % 50 } })))
  await check()
  for (const store of [indexed, plain]) await store.deleteMany(rows.filter((_, i) => i % 3 === 0).map(({ id }) => id))
  await check()
  for (const store of [indexed, plain]) await store.updateMany(rows.slice(0, 50).map(({ id }) => ({ id, change: { s: 'item 77 again' } })))
  await check()
})
