// The processors of a schema: functions of the user that rows go through, each
// with a copy of its own, so that rows stay what they are whatever is done to it.

import { AtomaError } from '../errors.js'
import { copyRow, invalidInput, kindOf, type Place, type Row, unreadable } from '../input.js'
import { frozen } from '../mode.js'
import type { ProcessorContext } from '../types.js'
import { thaw } from './updater.js'

export type ProcessorKind = 'inbound' | 'outbound' | 'writeback'

type UserFunction = (row: Row, context: ProcessorContext) => unknown

/**
 * Runs one processor over one row and gives what it made of it: a checked copy
 * with the same id, whatever its version. A promise only if the processor gave
 * one. Throws, or rejects with, `invalid_input`; what the processor threw is the cause.
 */
export function processRow(
  kind: ProcessorKind,
  processor: UserFunction,
  row: Row,
  context: ProcessorContext,
  place: Place,
): Row | Promise<Row> {
  const at: Place = { ...place, id: row['id'] as string }
  const checked = (result: unknown): Row => checkResult(kind, result, row['id'], at)
  const threw = (cause: unknown): AtomaError => invalidInput(`the ${kind} processor threw`, at, [], cause)
  return call(() => processor(thaw(row) as Row, context), checked, threw)
}

/** Asks the validate function of a schema, by the same rules: it refuses by throwing or by false. */
export function validateRow(
  validate: UserFunction,
  row: Row,
  context: ProcessorContext,
  place: Place,
): void | Promise<void> {
  const at: Place = { ...place, id: row['id'] as string }
  const checked = (result: unknown): void => {
    if (result === false) throw invalidInput('validate refused the row', at)
  }
  const threw = (cause: unknown): AtomaError => invalidInput('validate refused the row', at, [], cause)
  return call(() => validate(thaw(row) as Row, context), checked, threw)
}

function call<T>(run: () => unknown, checked: (result: unknown) => T, threw: (cause: unknown) => AtomaError): T | Promise<T> {
  let result: unknown
  let later: boolean
  try {
    result = run()
    later = typeof result === 'object' && result !== null && typeof (result as { then?: unknown }).then === 'function'
  } catch (error) {
    throw threw(error)
  }
  if (!later) return checked(result)
  return Promise.resolve(result as PromiseLike<unknown>).then(checked, (error: unknown) => {
    throw threw(error)
  })
}

function checkResult(kind: ProcessorKind, result: unknown, id: unknown, place: Place): Row {
  const given = kindOf(result)
  if (given !== 'an object' && given !== unreadable) {
    throw invalidInput(`the ${kind} processor returned ${given}: return the row`, place)
  }
  let copy: Row
  try {
    copy = copyRow(result, place, false, frozen)
  } catch (error) {
    const { details, cause } = error as AtomaError
    throw invalidInput(`the ${kind} processor returned no row: ${(error as AtomaError).message}`, place, details?.path, cause ?? error)
  }
  if (copy['id'] === id) return copy
  throw invalidInput(`the ${kind} processor returned a row of another id: ids cannot change`, place, ['id'])
}
