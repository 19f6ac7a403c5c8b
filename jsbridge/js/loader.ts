// Finds, compiles and starts atoma.wasm, and says what to do when that fails.

import { AtomaError } from './errors.js'
import { Instance } from './instance.js'
import { invalidInput } from './input.js'

/** Where atoma.wasm comes from. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module

declare const process: { versions?: { node?: string } } | undefined

/** Instances that clients share, by the address of their wasm file. */
const shared = new Map<string, Promise<Instance>>()
/** Modules stay compiled for the next instance; they are code, not state. */
const compiled = new Map<string, Promise<WebAssembly.Module>>()

/** An instance that nobody uses is kept this long, for the next client. */
const lingerMs = 1000

/** A running instance with one client more. One address gives one instance, as long as it lives and has clients. */
export async function openInstance(source: WasmSource | undefined): Promise<Instance> {
  // the literal form is what bundlers look for
  const url = source === undefined ? beside(new URL('./atoma.wasm', import.meta.url)) : addressOf(source)
  const instance = url
    ? await sharedInstance(url)
    : await Instance.start(await compileSource(source as Exclude<WasmSource, URL | string>))
  instance.clients++
  return instance
}

/** Takes a client off an instance. Without clients it is let go, and all of its memory with it. */
export function closeInstance(instance: Instance): void {
  instance.clients--
  const timer: { unref?: () => void } | number = setTimeout(() => {
    if (instance.clients > 0) return
    instance.forget()
    instance.exit()
  }, lingerMs)
  if (typeof timer === 'object') timer.unref?.()
}

async function sharedInstance({ href }: URL): Promise<Instance> {
  for (;;) {
    let starting = shared.get(href)
    if (!starting) {
      starting = compileAddress(new URL(href)).then((module) => Instance.start(module))
      shared.set(href, starting)
    }
    const own = starting
    const forget = (): void => {
      if (shared.get(href) === own) shared.delete(href)
    }
    try {
      const instance = await own
      instance.forget = forget
      if (!instance.dead) return instance
      forget()
    } catch (error) {
      forget()
      // it compiled and is another file all the same: the next attempt fetches anew
      compiled.delete(href)
      throw error
    }
  }
}

/**
 * Vite 7 and older move this module in development and leave the file where it
 * was (vitejs/vite#8427); elsewhere this changes nothing.
 */
function beside(url: URL): URL {
  const modules = /^(.*\/node_modules)\/\.(?:vite|cache)\/(?:.*\/)?deps\/atoma\.wasm$/.exec(url.pathname)?.[1]
  return modules === undefined ? url : new URL(`${modules}/atoma-wasm/atoma.wasm`, url)
}

function addressOf(source: WasmSource): URL | undefined {
  if (source instanceof URL) return source
  if (typeof source !== 'string') return undefined
  try {
    return new URL(source, typeof location === 'undefined' ? import.meta.url : location.href)
  } catch (cause) {
    throw invalidInput(`options.wasm is no address: ${JSON.stringify(source)}`, {}, ['wasm'], cause)
  }
}

function compileAddress(url: URL): Promise<WebAssembly.Module> {
  let module = compiled.get(url.href)
  if (!module) {
    module = compileFetched(url)
    compiled.set(url.href, module)
    module.catch(() => compiled.delete(url.href))
  }
  return module
}

async function compileFetched(url: URL): Promise<WebAssembly.Module> {
  needWebAssembly()
  if (url.protocol === 'file:' && typeof process !== 'undefined' && process.versions?.node) {
    return compileBytes(await readFile(url), url.href)
  }
  let response: Response
  try {
    response = await fetch(url)
  } catch (cause) {
    throw unreachable(url.href, cause)
  }
  return compileResponse(response, url.href)
}

async function readFile(url: URL): Promise<BufferSource> {
  try {
    // a name that no bundler follows: the file system is Node's alone
    const module = 'node:fs/promises'
    const fs = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as {
      readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>
    }
    return await fs.readFile(url)
  } catch (cause) {
    throw unreachable(url.href, cause)
  }
}

function compileSource(source: Exclude<WasmSource, URL | string>): Promise<WebAssembly.Module> {
  needWebAssembly()
  if (source instanceof WebAssembly.Module) return Promise.resolve(source)
  if (typeof Response !== 'undefined' && source instanceof Response) {
    return compileResponse(source, source.url || 'the response')
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return compileBytes(source, 'the bytes given')
  throw invalidInput(
    'options.wasm must be a URL, a string, a Response, bytes or a WebAssembly.Module',
    {},
    ['wasm'],
  )
}

async function compileResponse(response: Response, name: string): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new AtomaError(
      'network',
      `atoma.wasm was not found at ${name}: the server answered ${response.status}. Serve the file of the package there, or pass its address as createClient({ wasm })`,
    )
  }
  // compileStreaming takes no parameters behind the type either
  const type = response.headers.get('content-type')?.trim().toLowerCase() ?? ''
  if (type !== 'application/wasm') {
    throw new AtomaError(
      'network',
      `${name} came with the MIME type ${JSON.stringify(type)}: configure the server to send atoma.wasm as "application/wasm", and nothing behind it` +
        (type.startsWith('text/html') ? '; this looks like a page that stands in for missing files' : ''),
    )
  }
  try {
    return await WebAssembly.compileStreaming(response)
  } catch (cause) {
    // bytes that are no module give a CompileError, a broken connection a TypeError
    throw cause instanceof TypeError ? unreachable(name, cause) : uncompilable(name, cause)
  }
}

async function compileBytes(bytes: BufferSource, name: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (cause) {
    throw uncompilable(name, cause)
  }
}

function needWebAssembly(): void {
  if (typeof WebAssembly === 'object' && typeof WeakRef === 'function' && typeof Object.hasOwn === 'function') return
  throw new AtomaError(
    'internal',
    'this browser is too old for atoma: it needs WebAssembly, WeakRef and Object.hasOwn (Chrome 93, Firefox 92, Safari 15.4 or later)',
  )
}

function unreachable(name: string, cause: unknown): AtomaError {
  return new AtomaError(
    'network',
    `atoma.wasm could not be loaded from ${name}: check the address, the connection and connect-src of the Content-Security-Policy`,
    { cause },
  )
}

function uncompilable(name: string, cause: unknown): AtomaError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const advice = /content security policy|unsafe-eval/i.test(text)
    ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src"
    : 'the file is damaged, or is not the atoma.wasm of this package'
  return new AtomaError('internal', `atoma.wasm from ${name} could not be compiled: ${advice} (${text})`, { cause })
}
