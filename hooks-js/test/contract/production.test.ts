// NODE_ENV=production, in a process of its own: rows are not frozen, and all else is the same.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const script = `
import { createClient, watch } from ${JSON.stringify(new URL('../../../dist/npm/index.js', import.meta.url).href)}
const client = await createClient()
const { T } = client.stores
const input = { id: 'x', deep: { list: [1] }, own: 1 }
const row = await T.addOne(input)
const updated = await T.updateOne('x', (draft) => { draft.deep.list.push(2) })
await T[Symbol.for('atoma.storeInternal')].writeback([{ id: 'y', version: 1, deep: { list: [1] } }])
const decoded = await T.getOne('y')
const live = watch(T, undefined, () => {})
const values = [row, updated, decoded, row.deep, updated.deep.list, decoded.deep.list]
console.log(JSON.stringify({
  frozen: values.filter((value) => Object.isFrozen(value)).length,
  facade: Object.isFrozen(T),
  inputShared: row.deep === input.deep || row.deep.list === input.deep.list,
  draft: [row.deep.list, updated.deep.list],
  same: [await T.getOne('x') === updated, live.current.data[0] === updated, await T.updateOne('x', { own: 1 }) === updated],
}))
await client.dispose()
`

const run = (mode: string | undefined): unknown => {
  const env: Record<string, string | undefined> = { ...process.env, NODE_ENV: mode }
  if (mode === undefined) delete env['NODE_ENV']
  const options = { env, encoding: 'utf8' as const }
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], options))
}

const expected = (frozen: number): unknown => ({ frozen, facade: true, inputShared: false, draft: [[1], [1, 2]], same: [true, true, true] })

test('in production rows are not frozen', () => assert.deepEqual(run('production'), expected(0)))
test('without NODE_ENV they are', () => assert.deepEqual(run(undefined), expected(6)))
test('in development and in tests they are', () => {
  assert.deepEqual(run('development'), expected(6))
  assert.deepEqual(run('test'), expected(6))
})

test('a process whose clients were not disposed ends by itself, and so does one with a live watch', () => {
  const leaky = `${script.replace('await client.dispose()', '')}; await T.addMany(Array.from({ length: 5000 }, (_, i) => ({ id: 'r' + i }))); console.log('done')`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', leaky], { encoding: 'utf8', timeout: 60_000 })
  assert.match(out, /done/)
})
