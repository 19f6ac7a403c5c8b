// Undo and redo, for buttons and keys.

import { useMemo } from 'react'
import { invalidInput } from '../../jsbridge/js/input.js'
import type { History } from '../../jsbridge/js/history/history.js'
import { useSource } from './source.js'

export interface HistoryControls {
  /** False: there was nothing to undo. Takes no argument, so that it can be an event handler. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
  canUndo: boolean
  canRedo: boolean
}

/** The history of a client that has the plugin history(), in one scope. The object is the same until something in it changes. */
export function useHistory(client: { readonly history: History }, scope?: string): HistoryControls {
  const { history } = client
  if (!history) throw invalidInput('this client has no history: create it with plugins: [history()]', {})
  const calls = useMemo(
    () => ({
      undo: () => history.undo(scope),
      redo: () => history.redo(scope),
      source: {
        subscribe: history.subscribe,
        current: () => (history.canUndo(scope) ? 1 : 0) + (history.canRedo(scope) ? 2 : 0),
      },
    }),
    [history, scope],
  )
  const possible = useSource(calls.source)
  return useMemo(
    () => ({ undo: calls.undo, redo: calls.redo, canUndo: (possible & 1) !== 0, canRedo: (possible & 2) !== 0 }),
    [calls, possible],
  )
}
