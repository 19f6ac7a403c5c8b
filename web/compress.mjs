// Puts a .br and a .gz beside every file of a built folder that gains from it, for serve.mjs and any static host.
//
//   node compress.mjs folder

import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompressSync, constants, gzip } from 'node:zlib'

const worthIt = /\.(wasm|js|css|html|svg|json)$/
const packed = resolve(dirname(fileURLToPath(import.meta.url)), '../dist/npm/atoma.wasm')

const folder = process.argv[2]
if (!folder) throw new Error('usage: node compress.mjs folder')

const entries = await readdir(folder, { recursive: true, withFileTypes: true })
const names = entries.filter((entry) => entry.isFile() && worthIt.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
await Promise.all(names.map(compress))

async function compress(name) {
  const bytes = await readFile(name)
  const [br, gz] = await Promise.all([(await packagedBrotli(name, bytes)) ?? brotli(bytes), promisify(gzip)(bytes, { level: 9 })])
  await Promise.all([writeFile(`${name}.br`, br), writeFile(`${name}.gz`, gz)])
  console.log(`${name}  ${kilobytes(bytes)} → br ${kilobytes(br)}, gz ${kilobytes(gz)}`)
}

function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return promisify(brotliCompress)(bytes, { params })
}

/** Quality 11 takes seconds on the wasm; the package has the same file compressed already, unless it is a stale one. */
async function packagedBrotli(name, bytes) {
  if (!name.endsWith('.wasm')) return undefined
  try {
    const [made, source] = await Promise.all([stat(`${packed}.br`), stat(packed)])
    if (source.size !== bytes.length || made.mtimeMs < source.mtimeMs) return undefined
    const br = await readFile(`${packed}.br`)
    return brotliDecompressSync(br).equals(bytes) ? br : undefined
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function kilobytes({ length }) {
  return `${(length / 1000).toFixed(length < 10_000 ? 1 : 0)} kB`
}
