// The hooks in a real browser, with each React that is supported, and on the server.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { makeApp } from './app.mjs'
import { playScenarios } from './scenarios.mjs'

// Runs in Node, from an app that has the package installed.
const server = `import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createClient } from 'atoma-wasm'
import { useAggregate, useAll, useCount, useIds, useMany, useOne, useQuery, useStatus, useSuspenseQuery } from 'atoma-wasm/react'

const client = await createClient()
await client.stores.Todo.addMany([{ id: 'b', title: 'B' }, { id: 'a', title: 'A' }])
const All = () => createElement('ul', null, useAll(client.stores('Todo')).map(({ id, title }) => createElement('li', { key: id }, title)))
const One = ({ id }) => createElement('p', null, useOne(client.stores.Todo, id)?.title ?? 'none')
const Rest = () => {
  const { Todo } = client.stores
  const { status, data } = useQuery(Todo, { limit: 1 })
  const told = [status, data.length, useSuspenseQuery(Todo).data.length, useIds(Todo), useMany(Todo, ['b', 'x']).length, useCount(Todo), useAggregate(Todo, { metrics: { n: 'count' } })[0].n, useStatus(client).hydrated]
  return createElement('i', null, told.join(' '))
}
const page = () => renderToString([All, One, One, One, Rest].map((type, i) => createElement(type, { key: i, id: [, 'b', 'c'][i] })))

export const pages = [page(), page()]
await client.stores.Todo.deleteOne('b')
pages.push(page())
await client.dispose()
`

describe('hooks', { concurrency: true }, () => {
  for (const react of [18, 19]) {
    test(`in React ${react}`, (t) => playScenarios(t, 'hooks', react))
  }
  for (const react of [18, 19]) {
    test(`on the server, in React ${react}`, async () => {
      const { folder, remove } = await makeApp({ 'server.js': server }, { react })
      try {
        const { pages } = await import(pathToFileURL(join(folder, 'server.js')).href)
        const full = '<ul><li>A</li><li>B</li></ul><p>B</p><p>none</p><p>none</p><i>success 1 2 a,b 1 2 2 true</i>'
        assert.deepEqual(pages, [full, full, '<ul><li>A</li></ul><p>none</p><p>none</p><p>none</p><i>success 1 1 a 0 1 1 true</i>'])
      } finally {
        await remove()
      }
    })
  }
})
