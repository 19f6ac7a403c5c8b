// From createClient to the return of the first addOne, against the start of an
// empty Go module; wasm files come from the server in both, nothing is cached.

import { createClient } from 'atoma-wasm'
import { loadGo } from '../../../dist/npm/wasm-exec.js'
import { makeRows, type Todo } from '../rows.js'
import type { Work } from '../work.js'

// run.mjs puts it there
const emptyModule = '/assets/empty.wasm'
const atomaModule = new URL('../../../dist/npm/atoma.wasm', import.meta.url)

const compile = (url: string | URL): Promise<WebAssembly.Module> => WebAssembly.compileStreaming(fetch(url))

async function startEmpty(module: WebAssembly.Module): Promise<void> {
  const { go } = loadGo({ ready() {}, fail() {} })
  void go.run(await WebAssembly.instantiate(module, go.importObject))
}

async function startAtoma(wasm?: WebAssembly.Module): Promise<void> {
  const client = await createClient<{ Todo: Todo }>(wasm ? { wasm } : {})
  void client.stores.Todo.addOne(makeRows(1)[0]!)
}

async function timed(start: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await start()
  return performance.now() - from
}

export default {
  unit: 'ms',
  rounds: 15,
  freshPages: true,
  sides: {
    empty: () => timed(async () => startEmpty(await compile(emptyModule))),
    atoma: () => timed(() => startAtoma()),
    async emptyCompiled() {
      const module = await compile(emptyModule)
      return timed(() => startEmpty(module))
    },
    async atomaCompiled() {
      const module = await compile(atomaModule)
      return timed(() => startAtoma(module))
    },
  },
  lines: [
    { what: 'createClient to first write; plain: an empty Go module', plain: 'empty', atoma: 'atoma', target: 1.5 },
    { what: 'createClient to first write, modules compiled before', plain: 'emptyCompiled', atoma: 'atomaCompiled' },
  ],
} satisfies Work
