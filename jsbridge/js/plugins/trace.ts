// Where a change comes from, and by which number it is followed from the call
// through its request to the events.

import type { Core } from '../core.js'
import type { OpContext, OperationContext } from '../types.js'

/** Numbers the operations of this page. */
let operations = 0

/** Keeps the operations of one page load apart from those of another. */
let page = ''

/** A trace id of its own for one operation of a client. */
export function nextTrace({ id }: Pick<Core, 'id'>): string {
  if (page === '') page = Math.random().toString(36).slice(2, 10)
  return `${id}-${page}-${++operations}`
}

/**
 * The context of an operation: made only when somebody is to see it. What the
 * caller passed is completed: by `origin: 'user'`, and by an action id, so that
 * each call is an action of its own.
 */
export function contextOf(core: Pick<Core, 'id'>, given: OpContext | undefined, traceId = nextTrace(core)): OperationContext {
  const opContext: OpContext = { ...given }
  opContext.origin ??= 'user'
  opContext.actionId ??= traceId
  return Object.freeze({ opContext: Object.freeze(opContext), traceId })
}
