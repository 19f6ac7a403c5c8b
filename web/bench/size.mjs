// How big atoma.wasm is, against an empty Go module, and what it is made of.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants, gzipSync } from 'node:zlib'
import { root } from '../e2e/browser.mjs'
import { buildGo, listPackages } from './go.mjs'
import { readWasm } from './wasm-file.mjs'

const atoma = join(root, 'dist/npm/atoma.wasm')

/** Sizes in bytes; `built` takes the modules that are made for the comparison. */
export async function sizeOfWasm(built, { quick }) {
  const modules = join(built, 'modules')
  const files = {
    'an empty Go module': join(modules, 'empty.wasm'),
    'the same with safejs': buildGo('./web/bench/empty-safejs', join(modules, 'empty-safejs.wasm')),
    'atoma.wasm': atoma,
  }
  const sizes = Object.entries(files).map(([name, file]) => ({ name, ...compressed(file, quick) }))
  return { sizes, parts: parts('./wasm', './web/bench/empty-safejs', modules) }
}

/** What a program is made of, beside what another is made of: sections, then code by package; largest first. */
function parts(pkg, otherPkg, modules) {
  const [own, other] = [pkg, otherPkg].map((each, i) => {
    // the same files as those that are measured, but for the names of functions
    const file = buildGo(each, join(modules, `names-${i}.wasm`), { symbols: true })
    return readWasm(file, listPackages(each))
  })
  const beside = ([name, size], sizes) => ({ name, size, other: sizes.get(name) ?? 0 })
  const largest = (sizes) => [...sizes].sort((a, b) => b[1] - a[1])
  return {
    sections: largest(own.sections).filter(([name, size]) => name !== 'name' && size > 10_000).map((each) => beside(each, other.sections)),
    packages: largest(own.packages).map((each) => beside(each, other.packages)),
  }
}

function compressed(file, quick) {
  const bytes = readFileSync(file)
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliSize(file, bytes, quick) }
}

/** Of the file that the package has beside it, when that is this file; quality 11 takes seconds. */
function brotliSize(file, bytes, quick) {
  const made = file === atoma ? readFileSync(`${file}.br`) : undefined
  if (made && brotliDecompressSync(made).equals(bytes)) return made.length
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quick ? 1 : 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  return brotliCompressSync(bytes, { params }).length
}
