// Leaves FILE.br (brotli 11) and FILE.gz beside FILE: node wasm/compress.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const [file] = process.argv.slice(2)
const bytes = readFileSync(file)
const params = {
  [constants.BROTLI_PARAM_QUALITY]: 11,
  [constants.BROTLI_PARAM_LGWIN]: 24,
  [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
}
const brotli = brotliCompressSync(bytes, { params })
writeFileSync(`${file}.br`, brotli)
writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
console.log(`${file}: ${bytes.length} bytes, brotli ${brotli.length}`)
