// An app outside of this repository, with the packed package in its node_modules, as `npm install` leaves it.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './browser.mjs'
import { reacts } from './bundle.mjs'

const run = promisify(execFile)
const web = join(root, 'web')

/** Dependencies of react-dom that it does not bring itself. */
const shared = { 18: [], 19: ['scheduler'] }

/**
 * @param {Record<string, string>} files path → text
 * @param {{ react?: 18 | 19 }} [options]
 * @returns {Promise<{ folder: string, remove: () => Promise<void> }>}
 */
export async function makeApp(files, { react = 19 } = {}) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'atoma-app-')))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const installed = { ...reacts[react] }
    for (const name of shared[react]) installed[name] = join(web, 'node_modules', name)
    const modules = join(folder, 'node_modules')
    await mkdir(modules)
    await Promise.all([
      unpack(folder, join(modules, 'atoma-wasm')),
      ...Object.entries(installed).map(([name, from]) => cp(from, join(modules, name), { recursive: true, dereference: true })),
      ...Object.entries({ 'package.json': manifest, ...files }).map(async ([path, text]) => {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }),
    ])
    return { folder, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

const manifest = JSON.stringify({
  name: 'app',
  private: true,
  type: 'module',
  dependencies: { 'atoma-wasm': '*', react: '*', 'react-dom': '*' },
})

/** What `npm publish` would upload, in a folder. */
async function unpack(temporary, folder) {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', temporary], { cwd: join(root, 'dist/npm') })
  await mkdir(folder)
  await run('tar', ['-xzf', join(temporary, JSON.parse(stdout)[0].filename), '-C', folder, '--strip-components=1'])
}
