// What became of the items of a write.

import { AtomaError, isA, thrownText } from '../errors.js'
import { type Row, whereText } from '../input.js'
import { AlreadyExists, Conflict } from '../protocol.js'

export type ItemResult =
  | { index: number; ok: true; value: unknown }
  | { index: number; ok: false; error: AtomaError; current?: { value?: unknown } }

export function failed(index: number, error: AtomaError, current?: { value?: unknown }): ItemResult {
  return current === undefined ? { index, ok: false, error } : { index, ok: false, error, current }
}

/** The error that a status of the engine stands for. */
export function statusError(status: number, store: string, id: string, current?: Row): AtomaError {
  const details = { store, id }
  const where = whereText(details)
  if (status === AlreadyExists) {
    return new AtomaError('already_exists', `a row of this id exists already${where}: use updateOne or upsertOne`, {
      details,
    })
  }
  if (status === Conflict) {
    const stored = current === undefined ? 'nothing is stored' : `version ${String(current['version'])} is stored`
    return new AtomaError(
      'conflict',
      `${stored}, another version was expected${where}: read the row again, or pass conflict: 'lww'`,
      { details },
    )
  }
  return new AtomaError('not_found', `there is no row of this id${where}: add it first, or use upsertOne`, { details })
}

/** What an updater of the user threw: the error is theirs and passes through untouched. */
export class UpdaterThrew {
  constructor(readonly error: unknown) {}
}

/** Whatever was thrown, as what a store's method rejects with. */
export function rejection(thrown: unknown): unknown {
  if (isA(thrown, AtomaError)) return thrown
  if (isA(thrown, UpdaterThrew)) return thrown.error
  return new AtomaError('internal', `an unexpected error: ${thrownText(thrown)}`, { cause: thrown })
}

/** Runs a call now and gives its outcome as a promise; never throws. */
export function settle<T>(call: () => T): Promise<T> {
  try {
    return Promise.resolve(call())
  } catch (error) {
    return Promise.reject(rejection(error))
  }
}
