// Makes the JavaScript glue of atoma.wasm out of the wasm_exec.js of the Go
// installation that compiles it, so that the two cannot drift apart:
//
//   node wasm/glue.mjs "$(go env GOROOT)/lib/wasm/wasm_exec.js" OUT
//
// Go's file is a script that leaves Go, fs, process and path on the page's
// global object. Here it becomes a function with a global object of its own,
// so that two versions of Go, or a bundler that looks for `process`, never meet.
import { readFileSync, writeFileSync } from 'node:fs'

const [source, out] = process.argv.slice(2)
const script = readFileSync(source, 'utf8')

for (const needed of ['globalThis.Go = class', '_resume()', 'globalThis,']) {
  if (!script.includes(needed)) throw new Error(`${source} has no "${needed}": this Go's glue is not understood`)
}

writeFileSync(
  out,
  `// Made from Go's lib/wasm/wasm_exec.js (BSD licence, The Go Authors). Do not edit.
const page = globalThis
export function loadGo(atoma) {
  const globalThis = {
    __proto__: null,
    atoma,
    page,
    Object: page.Object,
    Array: page.Array,
    Error: page.Error,
    Promise: page.Promise,
    Uint8Array: page.Uint8Array,
    Date: page.Date,
    crypto: page.crypto,
    performance: page.performance,
    TextEncoder: page.TextEncoder,
    TextDecoder: page.TextDecoder,
  }
  const fs = { writeSync: (fd, bytes) => globalThis.fs.writeSync(fd, bytes) }
${script}
  return { go: new globalThis.Go() }
}
`,
)
