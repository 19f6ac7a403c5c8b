// The Go server of backends/http/testserver, which is built first. Every test has a space of its own on it.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { root } from './browser.mjs'

/** @returns {Promise<{ space: (name: string) => Space, stop: () => Promise<void> }>} */
export async function startTestServer() {
  const binary = join(root, 'dist/e2e/testserver')
  await promisify(execFile)('go', ['build', '-o', binary, './backends/http/testserver'], { cwd: root })
  // it ends with its standard input
  const server = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [address] = await Promise.race([
    once(createInterface(server.stdout), 'line'),
    once(server, 'exit').then(() => {
      throw new Error('the test server ended without telling its address')
    }),
  ])
  return {
    space: (name) => new Space(address, name),
    async stop() {
      const ended = once(server, 'exit')
      server.stdin.end()
      await ended
    },
  }
}

class Space {
  constructor(server, name) {
    this.baseURL = `${server}/api/${name}`
    this.controlURL = `${server}/control/${name}`
  }

  /** Writes as somebody else does; see control.go. Values are plain JSON here. */
  write = (op, store, id, value) => this.control('write', { op, store, id, ...(value && { value: { id, ...value } }) })

  rows = async (store) => (await this.control('write', { op: 'query', store, query: {} })).data

  /** Makes the next requests meet a fault. */
  fail = (fault) => this.control('fail', fault)

  /** Nothing is answered, or done, until release. */
  hold = () => this.control('hold')
  release = () => this.control('release')

  async control(what, body = {}) {
    const response = await fetch(`${this.controlURL}/${what}`, { method: 'POST', body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`control/${what}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
