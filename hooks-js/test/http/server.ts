// The Go server of backends/http/testserver, built once a test file and
// stopped after it. Every test has a space of its own on it.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { encode, parse, stringify } from '../../../backends/http/tagged.js'

/** What testserver/control.go takes. */
export type Fault = {
  times?: number
  status?: number
  code?: string
  retryAfter?: number
  drop?: boolean
  applied?: boolean
  hang?: boolean
  delayMs?: number
  body?: string
  store?: string
  id?: string
}

export type Logged = { method: string; path: string; key?: string; ifMatch?: string; ifNoneMatch?: string; body?: { operations?: Fields[] } & Fields }
export type Fields = { [field: string]: unknown }

export class Space {
  constructor(
    private readonly server: string,
    private readonly name: string,
  ) {}

  get baseURL(): string {
    return `${this.server}/api/${this.name}`
  }

  /** Makes the next requests meet a fault. */
  fail(fault: Fault): Promise<unknown> {
    return this.control('fail', fault)
  }

  /** Nothing is answered, or done, until release. */
  hold(): Promise<unknown> {
    return this.control('hold')
  }

  release(): Promise<unknown> {
    return this.control('release')
  }

  token(token: string): Promise<unknown> {
    return this.control('token', token)
  }

  answers(what: { silent?: boolean; whole?: boolean; stamp?: boolean }): Promise<unknown> {
    return this.control('answers', what)
  }

  /** Writes as somebody else does. */
  async write(op: 'add' | 'update' | 'upsert' | 'delete', store: string, id: string, value?: Fields): Promise<{ status: number; version?: number }> {
    return (await this.control('write', { op, store, id, ...(value && { value: encode({ id, ...value }) }) })) as { status: number }
  }

  /** The rows of a store, by id. */
  async rows(store: string): Promise<Fields[]> {
    const { data } = (await this.control('write', { op: 'query', store, query: {} })) as { data: Fields[] }
    return data
  }

  /** The requests since the last call. */
  async log(): Promise<Logged[]> {
    return ((await this.control('log')) as Logged[]).filter(({ method }) => method !== 'done')
  }

  /** Resolves when so many requests have come since the last log; one counts twice if it is carried out and its answer lost. */
  arrived(count: number): Promise<unknown> {
    return this.control('arrived', count)
  }

  private async control(what: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.server}/control/${this.name}/${what}`, { method: 'POST', body: stringify(body ?? {}) })
    const text = await response.text()
    if (!response.ok) throw new Error(`control/${what}: ${text}`)
    return text === '' ? undefined : parse(text)
  }
}

let started: Promise<string> | undefined
let stop = async (): Promise<void> => {}
after(() => stop())

let spaces = 0

/** A space on the server, which is started with the first. */
export async function space(): Promise<Space> {
  return new Space(await (started ??= start()), `s${spaces++}`)
}

async function start(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'atoma-http-'))
  const binary = join(folder, 'testserver')
  execFileSync('go', ['build', '-o', binary, './backends/http/testserver'], { cwd: new URL('../../..', import.meta.url), stdio: 'inherit' })
  const server = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] })
  stop = async () => {
    const ended = once(server, 'exit')
    server.stdin.end()
    await ended
    rmSync(folder, { recursive: true })
  }
  for await (const line of createInterface(server.stdout)) return line
  throw new Error('the server ended without telling its address')
}
