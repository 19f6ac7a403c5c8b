// One running atoma.wasm: its memory, its exports and what happens when it dies.

import { AtomaError, type AtomaErrorCode, type AtomaErrorDetails } from './errors.js'
import { Inbox } from './codec/inbox.js'
import { whereText } from './input.js'
import {
  MailAsync,
  Obj,
  OpExit,
  OpHello,
  ProtocolVersion,
  StatusOK,
  WordFlags,
  WordOut,
  WordOutLen,
} from './protocol.js'
import { ValueReader } from './codec/value-reader.js'
import { loadGo } from './wasm-exec.js'

interface Exports {
  mem: WebAssembly.Memory
  atoma_mailbox(): number
  atoma_inbox(size: number): number
  atoma_inbox_size(): number
  atoma_call(op: number, target: number, length: number, flags: number): number
}

/** The instances that run, for what is asked of the engine and of no client. */
const running = new Set<Instance>()

/** The size of the inbox at the start, and after a larger one has been given back. */
const inboxBytes = 256 << 10

export class Instance {
  // Views of wasm memory. They are detached when it grows, and made anew then:
  // keep none across a call.
  u8 = new Uint8Array(0)
  u32 = new Uint32Array(0)
  f64 = new Float64Array(0)
  /** Address and size of the inbox. */
  inbox = 0
  inboxSize = 0
  readonly writer = new Inbox(this)
  /** No call can be made any more; death() says why. */
  dead = false
  /** Living clients; the last one lets the instance go. */
  clients = 0
  /** Calls of backends that JavaScript waits for, by number: what is to be done when they can be taken. */
  readonly awaited = new Map<number, () => void>()
  /** Forgets the instance, so that the next client starts another. */
  forget = (): void => {}

  private mail = 0
  private cause: AtomaError | undefined
  private resuming = false
  private readonly stirs = new Map<number, () => void>()
  private readonly stirring = new Set<number>()
  private exports: Exports
  private go: ReturnType<typeof loadGo>['go']

  private constructor(instance: WebAssembly.Instance, go: ReturnType<typeof loadGo>['go']) {
    this.exports = instance.exports as unknown as Exports
    this.go = go
  }

  /** Starts a compiled module. The Go program sees a global object of its own: nothing leaks on the page. */
  static async start(module: WebAssembly.Module): Promise<Instance> {
    let ready = false
    let self: Instance | undefined
    const { go } = loadGo({
      ready: () => {
        ready = true
      },
      fail: (message: string, stack: string) => self?.failure(message, stack),
      // Go is in the middle of something: no command before it is done
      take: (call: number) => queueMicrotask(() => self?.awaited.get(call)?.()),
      stir: (client: number) => self?.stirred(client),
    })
    const wasm = await WebAssembly.instantiate(module, go.importObject)
    self = new Instance(wasm, go)
    const own = self
    // called at OpExit, and when Go meets what it cannot recover from
    go.exit = () => void own.die('the runtime has ended')
    void go.run(wasm).catch((error: unknown) => own.die('the runtime has ended', error))
    if (!ready) {
      throw new AtomaError('internal', 'atoma.wasm did not start: is it the file that came with this package?')
    }
    self.mail = self.exports.atoma_mailbox()
    self.moveInbox(inboxBytes)
    self.call(OpHello, 0, 0, ProtocolVersion)
    running.add(self)
    return self
  }

  /** Any instance that runs. */
  static any(): Instance | undefined {
    for (const instance of running) if (!instance.dead) return instance
    return undefined
  }

  /** Runs one command over the first `length` bytes of the inbox. Throws what the engine reports. */
  call(op: number, target: number, length: number, flags = 0): void {
    if (this.dead) throw this.death()
    let status: number
    try {
      status = this.exports.atoma_call(op, target, length, flags)
    } catch (error) {
      // An exception that runs through Go frames (a full stack, the program's
      // end) leaves them in the middle of their work: no call after it is safe.
      // The flag first: with a full stack, nothing else may succeed.
      this.dead = true
      throw this.die('the runtime has stopped', error)
    }
    if (this.dead) throw this.death()
    this.refresh()
    if (this.word(WordFlags) & MailAsync) this.resumeSoon()
    if (status !== StatusOK) throw this.readError()
  }

  /**
   * Calls back, in a microtask, when an answer of a backend in Go waits for OpPump of a client: once for however many
   * there are. One listener a client; the returned function takes it away.
   */
  onStir(client: number, listener: () => void): () => void {
    this.stirs.set(client, listener)
    return () => {
      if (this.stirs.get(client) === listener) this.stirs.delete(client)
    }
  }

  /** Go may be in the middle of a call: nothing but noting it is possible now. */
  private stirred(client: number): void {
    const listener = this.stirs.get(client)
    if (!listener || this.stirring.has(client)) return
    this.stirring.add(client)
    queueMicrotask(() => {
      this.stirring.delete(client)
      if (!this.dead && this.stirs.get(client) === listener) listener()
    })
  }

  /** A word of the mailbox, as the last call left it. */
  word(index: number): number {
    return this.u32[(this.mail >>> 2) + index]!
  }

  /** The float that begins at a word of the mailbox. */
  float(index: number): number {
    return this.f64[(this.mail + 4 * index) >>> 3]!
  }

  growInbox(size: number): void {
    if (this.dead) throw this.death()
    this.moveInbox(size)
  }

  /** Gives back a large inbox. */
  trim(): void {
    if (this.inboxSize > 4 << 20 && !this.dead) this.moveInbox(inboxBytes)
  }

  exit(): void {
    if (!this.dead) this.call(OpExit, 0, 0)
  }

  private moveInbox(size: number): void {
    try {
      this.inbox = this.exports.atoma_inbox(size)
      this.inboxSize = this.exports.atoma_inbox_size()
    } catch (error) {
      throw this.die('the runtime is out of memory', error)
    }
    this.makeViews()
  }

  /**
   * Makes the views anew where memory has grown. A call sees to it when it
   * returns; but Go also runs when it is resumed, so each command begins with this.
   */
  refresh(): void {
    if (this.u8.length === 0) this.makeViews()
  }

  private makeViews(): void {
    const { buffer } = this.exports.mem
    if (buffer === this.u8.buffer) return
    this.u8 = new Uint8Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }

  /**
   * Goroutines that a call started or woke run when Go's event loop is resumed,
   * not when the export returns. Once a microtask is enough: a resumption runs
   * until all of them wait.
   */
  private resumeSoon(): void {
    if (this.resuming) return
    this.resuming = true
    queueMicrotask(() => {
      this.resuming = false
      if (this.dead) return
      try {
        this.go._resume()
      } catch (error) {
        this.die('the runtime has stopped', error)
      }
    })
  }

  private readError(): AtomaError {
    const start = this.word(WordOut)
    const fields = new ValueReader(this.u8, false).cell(Obj, start, start + this.word(WordOutLen)) as {
      code: AtomaErrorCode
      message: string
      path?: (string | number)[]
      store?: string
      id?: string
      stack?: string
    }
    const { code, message, stack, ...details } = fields
    return engineError(code, message, details, stack)
  }

  private failure(message: string, stack: string): void {
    console.error(engineError('internal', message, {}, stack))
  }

  /** Why no call can be made any more. */
  death(): AtomaError {
    return (this.cause ??= new AtomaError('internal', 'the runtime has stopped: dispose the client and create a new one'))
  }

  private die(message: string, cause?: unknown): AtomaError {
    this.dead = true
    running.delete(this)
    this.cause ??= new AtomaError('internal', `${message}: dispose the client and create a new one`, { cause })
    // Clients that the page keeps must not keep the memory; nor may the error,
    // which in V8 holds the frames it was made in until its stack is asked for.
    void this.cause.stack
    if (cause instanceof Error) void cause.stack
    this.exports = this.go = undefined as never
    this.u8 = new Uint8Array(0)
    this.u32 = new Uint32Array(0)
    this.f64 = new Float64Array(0)
    return this.cause
  }
}

function engineError(
  code: AtomaErrorCode,
  message: string,
  details: AtomaErrorDetails,
  stack: string | undefined,
): AtomaError {
  const text = message + whereText(details)
  const error = new AtomaError(code, text, Object.keys(details).length > 0 ? { details } : {})
  if (stack !== undefined) error.stack = `${error.name}: ${text}\n${stack}`
  return error
}
