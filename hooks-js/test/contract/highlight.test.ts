// highlight: the parts of a row that a search matches.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { highlight } from '../../../dist/npm/index.js'
import { bad, type Loose, openStore, throws } from './support.js'

await openStore()

const parts = (text: unknown, query: unknown, options?: object): unknown => {
  const row: Loose = { id: 'x', s: text }
  return highlight(row, 's', bad(query), options).map(({ start, end, index }) => ((index === undefined ? text : (text as string[])[index]) as string).slice(start, end))
}

test('words, whatever their case', () => {
  assert.deepEqual(parts('The quick, QUICK fox', 'quick'), ['quick', 'QUICK'])
  assert.deepEqual(parts('The quick fox', 'fox the'), ['The', 'fox'])
  assert.deepEqual(parts('The quick fox', 'qui'), [])
  assert.deepEqual(parts('The quick fox', ''), [])
  assert.deepEqual(highlight({ id: 'x', s: 'a b' } as Loose, 's', 'b'), [{ start: 2, end: 3 }])
})

test('offsets are of UTF-16, behind any character', () => {
  assert.deepEqual(parts('😀 é \ud800 東京 fox', 'fox'), ['fox'])
  assert.deepEqual(parts('naïve café', 'CAFÉ'), ['café'])
  assert.deepEqual(parts('大東京都', '東京'), ['東京'])
})

test('fuzzy hits mark the whole word', () => {
  assert.deepEqual(parts('colour and color', { query: 'color', mode: 'fuzzy' }), ['colour', 'color'])
  assert.deepEqual(parts('colour and color', { query: 'color', mode: 'fuzzy', distance: 0 }), ['color'])
  assert.deepEqual(parts('colour and color', { query: 'color' }), ['color'])
})

test('of a query, the text filters on the field count', () => {
  const s = 'red wine, old book'
  assert.deepEqual(parts(s, { filter: { s: { text: { query: 'wine' } } } }), ['wine'])
  assert.deepEqual(parts(s, { filter: { op: 'and', args: [{ s: { text: { query: 'old' } } }, { op: 'text', field: 's', query: 'res', mode: 'fuzzy' }] } }), ['red', 'old'])
  assert.deepEqual(parts(s, { filter: { op: 'not', arg: { s: { text: { query: 'wine' } } } } }), [])
  assert.deepEqual(parts(s, { filter: { other: { text: { query: 'wine' } } } }), [])
  assert.deepEqual(parts(s, { filter: { s: 'red' } }), [])
  assert.deepEqual(parts(s, {}), [])
})

test('paths, arrays, and fields without text', () => {
  const row = { id: 'x', deep: { s: 'a fox' }, tags: ['fox', 5, 'no', 'a fox'], n: 5 }
  assert.deepEqual(highlight(row, 'deep.s', 'fox'), [{ start: 2, end: 5 }])
  assert.deepEqual(highlight(row, 'tags', 'fox'), [{ start: 0, end: 3, index: 0 }, { start: 2, end: 5, index: 3 }])
  assert.deepEqual(highlight(row, 'n', '5'), [])
  assert.deepEqual(highlight(row, bad('none.at.all'), '5'), [])
  assert.deepEqual(highlight(undefined, bad('s'), 'x'), [])
})

test('the options of the text index', () => {
  assert.deepEqual(parts('foo-bar foo', 'foo', { tokenizer: 'whitespace' }), ['foo'])
  assert.deepEqual(parts('a fox', 'a fox', { minTokenLength: 2 }), ['fox'])
})

test('what is no search throws', () => {
  for (const wrong of [5, null, undefined]) throws(() => highlight({ id: 'x' } as Loose, 's', bad(wrong)), 'invalid_input')
})

test('without a running client nothing is marked', () => {
  const script = `import { highlight } from ${JSON.stringify(new URL('../../../dist/npm/index.js', import.meta.url).href)}; console.log(JSON.stringify(highlight({ id: 'x', s: 'fox' }, 's', 'fox')))`
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '[]')
})
