// A backend in the engine, as an executor: the twin of backends.go. Most writes
// reach it without coming through here (executor-backend.ts).

import { AtomaError } from '../errors.js'
import { goBackend } from './executor-backend.js'
import type { Row } from '../input.js'
import type { Instance } from '../instance.js'
import { closeInstance } from '../loader.js'
import {
  Obj,
  OpBackendCancel,
  OpBackendClose,
  OpBackendOpen,
  OpBackendQuery,
  OpBackendTake,
  OpBackendWrite,
  WordCount,
  WordNumber,
} from '../protocol.js'
import type { Executor, QueryAnswer, WriteAnswer } from '../types.js'
import { readOut } from '../codec/value-reader.js'

export class GoBackend {
  /** Calls that have not been answered, by number: how to reject them. */
  private readonly asked = new Map<number, (error: AtomaError) => void>()
  private closed = false

  private constructor(
    private readonly instance: Instance,
    private readonly number: number,
  ) {}

  /** Opens a backend of a kind that the engine knows. It keeps the instance running. Throws what the engine says. */
  static open(instance: Instance, options: { kind: string } & Row): GoBackend {
    const w = instance.writer.reset()
    w.payload(Obj, options)
    instance.call(OpBackendOpen, 0, w.p)
    instance.clients++
    return new GoBackend(instance, instance.word(WordNumber))
  }

  /** The runtime that it is in has stopped, and its rows with it. */
  get dead(): boolean {
    return this.instance.dead
  }

  /** The backend as the executor of a client, which need not be of the same instance. */
  executor(id: string, client: Instance, consistency: Executor['consistency']): Executor {
    const executor: Executor = {
      id,
      query: ({ storeName, query }, { signal }) =>
        this.ask<QueryAnswer>(OpBackendQuery, { storeName, query: query ?? {} }, signal),
      write: ({ storeName, entries, writeStrategy }, { signal }) =>
        this.ask<WriteAnswer>(OpBackendWrite, { storeName, entries, writeStrategy }, signal),
    }
    if (consistency !== undefined) executor.consistency = consistency
    if (client === this.instance) Object.defineProperty(executor, goBackend, { value: this.number })
    return executor
  }

  /** Ends the backend; its rows are gone. Calls that it has not answered reject with `disposed`. */
  close(): void {
    if (this.closed) return
    this.closed = true
    const { instance, asked } = this
    for (const [call, reject] of [...asked]) {
      reject(new AtomaError('disposed', 'the backend was disposed before it had answered'))
      if (!instance.dead) instance.call(OpBackendCancel, call, 0)
    }
    if (!instance.dead) instance.call(OpBackendClose, this.number, 0)
    closeInstance(instance)
  }

  private async ask<Answer>(op: number, request: Row, signal: AbortSignal): Promise<Answer> {
    const { instance, number } = this
    if (signal.aborted) throw aborted(signal)
    const w = instance.writer.reset()
    w.payload(Obj, request)
    instance.call(op, number, w.p)
    const call = instance.word(WordNumber)
    if (instance.word(WordCount) === 0) await this.answered(call, signal)
    instance.call(OpBackendTake, call, 0)
    return readOut(instance, Obj) as Answer
  }

  /** Resolves when a call can be taken. */
  private answered(call: number, signal: AbortSignal): Promise<void> {
    const { instance, asked } = this
    return new Promise<void>((resolve, reject) => {
      const end = (): void => {
        instance.awaited.delete(call)
        asked.delete(call)
        signal.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        if (!instance.dead) instance.call(OpBackendCancel, call, 0)
        reject(aborted(signal))
      }
      asked.set(call, (error) => (end(), reject(error)))
      instance.awaited.set(call, () => (end(), resolve()))
      signal.addEventListener('abort', abort)
    })
  }
}

function aborted(signal: AbortSignal): AtomaError {
  return new AtomaError('aborted', 'the call to the backend was aborted', { cause: signal.reason as unknown })
}
