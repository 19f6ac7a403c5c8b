// One read, for the events that tell of it and for the executor that it goes to.

import type { Core } from '../core.js'
import { AtomaError } from '../errors.js'
import { rejection } from '../write/results.js'
import { contextOf } from '../plugins/trace.js'
import type { OperationContext, ReadAction, ReadEvent } from '../types.js'

export class Reading {
  /** The executor was asked. */
  fromBackend = false
  private known: OperationContext | undefined

  constructor(
    private readonly core: Core,
    private readonly storeName: string,
    private readonly action: ReadAction,
  ) {}

  /** Made when somebody is to see it. */
  get context(): OperationContext {
    return (this.known ??= contextOf(this.core, undefined))
  }

  /** Reads, and tells of the beginning and of the end. `size`: how many rows, or the count. */
  follow<T>(size: (value: T) => number, read: (reading: this) => T | Promise<T>): T | Promise<T> {
    const { events } = this.core
    const { storeName, action, context } = this
    const event: ReadEvent = { storeName, traceId: context.traceId, context, action }
    const start = performance.now()
    const finish = (rows: number, error?: AtomaError): void => {
      const { fromBackend } = this
      const ms = performance.now() - start
      events.emit('readFinish', { ...event, fromBackend, rows, ms, ...(error && { error }) })
    }
    const failed = (thrown: unknown): never => {
      const error = rejection(thrown)
      finish(0, error as AtomaError)
      throw error
    }
    const found = (value: T): T => {
      finish(size(value))
      return value
    }
    // emit() freezes what it is given
    events.emit('readStart', { ...event })
    try {
      const value = read(this)
      return value instanceof Promise ? value.then(found, failed) : found(value)
    } catch (error) {
      return failed(error)
    }
  }
}
