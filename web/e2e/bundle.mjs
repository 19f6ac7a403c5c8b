// Bundles a test page with Vite, as an app would be.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { root } from './browser.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const modules = resolve(here, '../node_modules')

/** Which React a page gets, and the package with it: version → the folders of react and react-dom. */
export const reacts = {
  18: { react: join(modules, 'react18'), 'react-dom': join(modules, 'react-dom18') },
  19: { react: join(modules, 'react'), 'react-dom': join(modules, 'react-dom') },
}

/**
 * Bundles pages/`entry` into dist/e2e/`name`, which it gives; serve it. Builds for development: React checks more then,
 * and atoma freezes rows.
 * @param {string} name one for each caller: test files may run at the same time
 * @param {string} entry
 * @param {{ react?: 18 | 19 }} [options]
 */
export async function bundle(name, entry, { react = 19 } = {}) {
  const folder = join(root, 'dist/e2e', name)
  await build({
    configFile: false,
    root: join(here, 'pages'),
    logLevel: 'error',
    publicDir: false,
    // a pattern, as an alias for 'react' would take 'react-dom' as well
    resolve: { alias: Object.entries(reacts[react]).map(([find, replacement]) => ({ find: new RegExp(`^${find}(?=/|$)`), replacement })) },
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      modulePreload: false,
      rolldownOptions: { input: join(here, 'pages', entry), output: { entryFileNames: 'page.js' } },
    },
  })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'index.html'), page)
  return folder
}

// The icon keeps the browser from asking for one.
const page = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>atoma e2e</title>
<script type="module" src="/page.js"></script>
`
