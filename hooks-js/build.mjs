// Leaves the npm package in ../dist/npm: ESM, declarations, package.json. The
// Makefile puts atoma.wasm and its glue there first.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const out = new URL('../dist/npm/', import.meta.url)
const path = (name) => new URL(name, out).pathname
mkdirSync(out, { recursive: true })
// chunks are named by their content: none of an earlier build may stay
for (const name of readdirSync(out)) if (/^client-.*\.js$/.test(name)) rmSync(new URL(name, out))
rmSync(new URL('types', out), { recursive: true, force: true })

await build({
  entryPoints: { index: '../jsbridge/js/index.ts', react: 'src/react.ts' },
  absWorkingDir: new URL('.', import.meta.url).pathname,
  outdir: out.pathname,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  // the user's bundler decides, or Node: esbuild would settle it as development
  define: { 'process.env.NODE_ENV': 'process.env.NODE_ENV' },
  external: ['react', './wasm-exec.js'],
  chunkNames: 'client-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
})

const types = path('types')
execFileSync(
  process.execPath,
  [
    'node_modules/typescript/bin/tsc',
    '-p', 'tsconfig.build.json',
    '--outDir', types,
  ],
  { cwd: new URL('.', import.meta.url), stdio: 'inherit' },
)
copyFileSync(new URL('../jsbridge/js/wasm-exec.d.ts', import.meta.url), `${types}/jsbridge/js/wasm-exec.d.ts`)
writeFileSync(path('index.d.ts'), "export * from './types/jsbridge/js/index.js'\n")
writeFileSync(path('react.d.ts'), "export * from './types/hooks-js/src/react.js'\n")

const { name, version, description, license, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(new URL('package.json', import.meta.url), 'utf8'),
)
const manifest = {
  name,
  version,
  description,
  license,
  type: 'module',
  sideEffects: false,
  main: './index.js',
  types: './index.d.ts',
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './react': { types: './react.d.ts', default: './react.js' },
    './atoma.wasm': './atoma.wasm',
    './package.json': './package.json',
  },
  engines: { node: '>=20' },
  peerDependencies,
  peerDependenciesMeta,
}
writeFileSync(path('package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(new URL('../LICENSE', import.meta.url), path('LICENSE'))
copyFileSync(new URL('../README.md', import.meta.url), path('README.md'))
