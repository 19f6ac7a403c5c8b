// Text: words, folding, ideographs, fuzziness, relevance; with and without an index.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { bad, ids, type Loose, type LooseStore, openStore, Random, turn } from './support.js'
import { matchesText, type ModelText, scores, type Tokens } from './text-model.js'

type Options = { tokenizer?: 'unicode' | 'whitespace'; minTokenLength?: number }

/** The same rows with an index that has these options, and, where there are none, without any. */
async function stores(rows: readonly Loose[], options?: Options): Promise<LooseStore[]> {
  const indexed = await openStore({ schema: { Thing: { indexes: [{ field: 's', type: 'text', ...(options ? { options } : {}) }] } } })
  const all = options ? [indexed] : [indexed, await openStore()]
  for (const store of all) await store.addMany([...rows])
  return all
}

const texts = [
  'The quick brown fox', 'the QUICK Fox.', "don't panic", 'version 3.14 of foo.bar', 'e-mail: me@example.com', 'Straße und Weg', 'ΣΊΣΥΦΟΣ', 'naïve café', 'I İ ı i', '東京都に行く', '東京 タワー', 'ラーメンを食べる', 'hello東京world', '한국어 단어', '', '   ', '!?', 'a_b c', '😀 smile 😀', 'foo\ud800bar', 'x'.repeat(500), 'Foo foo FOO', 'kitten sitting',
]
const rows: Loose[] = texts.map((s, i) => ({ id: `t${100 + i}`, s }))

const found = async (store: LooseStore, query: unknown): Promise<string[]> => (await store.findMany({ filter: { s: { text: bad(query) } } })).data.map((row) => row['s'] as string)

const table: [ModelText, string[]][] = [
  [{ query: 'quick' }, ['The quick brown fox', 'the QUICK Fox.']],
  [{ query: 'FOX The' }, ['The quick brown fox', 'the QUICK Fox.']],
  [{ query: 'quick  slow' }, []],
  [{ query: 'qui' }, []],
  [{ query: "don't" }, ["don't panic"]],
  [{ query: 'don' }, []],
  [{ query: '3.14' }, ['version 3.14 of foo.bar']],
  [{ query: 'foo.bar' }, ['version 3.14 of foo.bar']],
  [{ query: 'e' }, ['e-mail: me@example.com']],
  [{ query: 'me example.com' }, ['e-mail: me@example.com']],
  [{ query: 'strasse' }, []],
  [{ query: 'STRAẞE' }, ['Straße und Weg']],
  [{ query: 'σίσυφος' }, ['ΣΊΣΥΦΟΣ']],
  [{ query: 'CAFÉ' }, ['naïve café']],
  [{ query: 'cafe' }, []],
  [{ query: 'cafe\u0301' }, []],
  [{ query: '京' }, ['東京都に行く', '東京 タワー', 'hello東京world']],
  [{ query: '東京' }, ['東京都に行く', '東京 タワー', 'hello東京world']],
  [{ query: '京都に' }, ['東京都に行く']],
  [{ query: '東京 タワ' }, ['東京 タワー']],
  [{ query: 'ーメ' }, ['ラーメンを食べる']],
  [{ query: '東都' }, []],
  [{ query: 'hello 京' }, ['hello東京world']],
  [{ query: '한국어' }, ['한국어 단어']],
  [{ query: 'a_b' }, ['a_b c']],
  [{ query: '' }, []],
  [{ query: ' ,. ' }, []],
  [{ query: 'foo' }, ['foo\ud800bar', 'Foo foo FOO']],
  [{ query: 'quikc', mode: 'fuzzy' }, []],
  [{ query: 'quikc', mode: 'fuzzy', distance: 2 }, ['The quick brown fox', 'the QUICK Fox.']],
  [{ query: 'quik', mode: 'fuzzy' }, ['The quick brown fox', 'the QUICK Fox.']],
  [{ query: 'quick', mode: 'fuzzy', distance: 0 }, ['The quick brown fox', 'the QUICK Fox.']],
  [{ query: 'fog', mode: 'fuzzy' }, ['The quick brown fox', 'the QUICK Fox.', 'foo\ud800bar', 'Foo foo FOO']],
  [{ query: 'mitten', mode: 'fuzzy' }, ['kitten sitting']],
  [{ query: 'sitten', mode: 'fuzzy', distance: 2 }, ['kitten sitting']],
  [{ query: '東京', mode: 'fuzzy', distance: 2 }, ['東京都に行く', '東京 タワー', 'hello東京world']],
]

for (const [query, expected] of table) {
  test(`text: ${JSON.stringify(query)}`, async () => {
    for (const [i, store] of (await stores(rows)).entries()) {
      assert.deepEqual(await found(store, query), expected, i === 0 ? 'with an index' : 'without')
      assert.equal(await store.count({ filter: { op: 'not', arg: { s: { text: bad(query) } } } }), rows.length - expected.length)
    }
  })
}

test('a field that is no text matches nothing; of an array, the strings among its elements count together', async () => {
  const mixed: Loose[] = [{ id: 'a', s: ['red wine', 'old'] }, { id: 'b', s: 5 }, { id: 'c', s: null }, { id: 'd' }, { id: 'e', s: ['red', 7, ['wine']] }, { id: 'f', s: { text: 'red' } }, { id: 'g', s: 'old red wine' }, { id: 'h', s: ['東', '京'] }]
  for (const store of await stores(mixed)) {
    const find = async (query: string): Promise<string> => ids((await store.findMany({ filter: { s: { text: { query } } } })).data).join('')
    assert.equal(await find('red'), 'aeg')
    assert.equal(await find('old wine'), 'ag')
    assert.equal(await find('wine'), 'ag')
    assert.equal(await find('東京'), '', 'a run stands inside one element')
    assert.equal(await find('東 京'), 'h')
    assert.equal(await find('5'), '')
  }
})

test('tokenizer and minTokenLength of the index define the tokens', async () => {
  const some: Loose[] = [{ id: 'a', s: 'foo-bar baz' }, { id: 'b', s: 'foo bar' }, { id: 'c', s: '東京 x' }]
  const find = async (options: Options, query: string): Promise<string> => {
    const [store] = await stores(some, options)
    return ids((await store!.findMany({ filter: { s: { text: { query } } } })).data).join('')
  }
  assert.equal(await find({ tokenizer: 'unicode' }, 'foo'), 'ab')
  assert.equal(await find({ tokenizer: 'whitespace' }, 'foo'), 'b')
  assert.equal(await find({ tokenizer: 'whitespace' }, 'FOO-bar'), 'a')
  assert.equal(await find({ tokenizer: 'whitespace' }, '京'), '')
  assert.equal(await find({ minTokenLength: 3 }, 'foo x zz'), 'ab', 'shorter ones are left out')
  assert.equal(await find({ minTokenLength: 4 }, 'foo'), '')
})

test('an exact hit does not keep fuzzy ones away', async () => {
  for (const store of await stores([{ id: 'a', s: 'color' }, { id: 'b', s: 'colour' }, { id: 'c', s: 'colors' }, { id: 'd', s: 'cooler' }])) {
    assert.deepEqual(ids((await store.findMany({ filter: { s: { text: { query: 'color', mode: 'fuzzy' } } } })).data), ['a', 'b', 'c'])
  }
})

test('$score orders by relevance: rarer and more, in shorter texts', async () => {
  const docs = ['apple', 'apple apple pie', 'apple pie with cream and sugar and spice', 'pie', 'banana apple', 'banana', 'banana split with apple apple apple', 'cream']
  for (const store of await stores(docs.map((s, i) => ({ id: `d${i}`, s })))) {
    for (const [query, most] of [['apple', 0], ['apple pie', 0], ['banana', 0], ['aple', 1]] as const) {
      const filter = { s: { text: { query, ...(most ? { mode: 'fuzzy' as const } : {}) } } }
      const points = new Map(scores(docs, query, most).map((score, i) => [`d${i}`, score]))
      for (const dir of ['desc', 'asc'] as const) {
        const { data } = await store.findMany({ filter, sort: [{ field: '$score', dir }] })
        assert.ok(data.length > 0)
        const sorted = data.map((row) => points.get(row.id)! * (dir === 'desc' ? -1 : 1))
        assert.ok(sorted.every((score, i) => i === 0 || score - sorted[i - 1]! > -1e-9), `${query} ${dir}: ${ids(data).join()} ${sorted.join()}`)
      }
      const { data } = await store.findMany({ filter, sort: [{ field: '$score', dir: 'desc' }], limit: 2 })
      assert.deepEqual(ids(data), ids((await store.findMany({ filter, sort: [{ field: '$score', dir: 'desc' }] })).data).slice(0, 2))
    }
  }
})

test('$score without a text filter ties: by id', async () => {
  const [store] = await stores([{ id: 'b', s: 'x' }, { id: 'a', s: 'x x' }])
  assert.deepEqual(ids((await store!.findMany({ sort: [{ field: '$score', dir: 'desc' }] })).data), ['a', 'b'])
})

test('relevance is live', async () => {
  for (const store of await stores([{ id: 'a', s: 'red wine' }, { id: 'b', s: 'red' }, { id: 'c', s: 'blue' }])) {
    let told = 0
    const query = { filter: { s: { text: { query: 'red' } } }, sort: [{ field: '$score' as const, dir: 'desc' as const }] }
    const live = watch(store, query, () => told++)
    assert.deepEqual(ids(live.current.data), ['b', 'a'])
    await store.updateOne('a', { s: 'red red' })
    await turn()
    assert.deepEqual(ids(live.current.data), ['a', 'b'])
    assert.equal(told, 1)
    await store.addOne({ id: 'd', s: 'red red red red' })
    assert.deepEqual(ids(live.current.data), ids((await store.findMany(query)).data))
  }
})

test('random texts and queries are as the model has them, with and without an index, while rows change', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`text: SEED=${seed}`)
  const random = new Random(seed)
  const syllables = ['ka', 'Ka', 'lo', 'mi', 'ré', 'x', '東', '京', 'タ', '7']
  const word = (): string => Array.from({ length: 1 + random.below(4) }, () => random.pick(syllables)).join('')
  const text = (): string => Array.from({ length: random.below(6) }, word).join(random.pick([' ', ', ', ' - ', '\n']))
  for (const options of [{}, { tokenizer: 'whitespace' }, { minTokenLength: 3 }] as Options[]) {
    const made: Tokens = { whitespace: options.tokenizer === 'whitespace', minLength: options.minTokenLength ?? 1 }
    const both = await stores(Array.from({ length: 60 }, (_, i) => ({ id: `r${i}`, s: text() })), Object.keys(options).length > 0 ? options : undefined)
    for (let round = 0; round < 120; round++) {
      const id = `r${random.below(70)}`
      const s = random.below(5) ? text() : [text(), text()]
      for (const store of both) await (random.below(4) === 0 && both.length === 1 ? store.deleteOne(id) : store.upsertOne({ id, s }))
      const query: ModelText = { query: random.below(2) ? word() : `${word()} ${word()}`, mode: random.pick(['match', 'fuzzy'] as const), distance: random.below(3) }
      for (const [i, store] of both.entries()) {
        const wanted = ids((await store.getAll()).filter((row) => matchesText(row['s'], query, made)))
        const { data } = await store.findMany({ filter: { s: { text: bad(query) } } })
        assert.deepEqual(ids(data), wanted, `SEED=${seed} store ${i} ${JSON.stringify(options)} ${JSON.stringify(query)}`)
      }
    }
  }
})
