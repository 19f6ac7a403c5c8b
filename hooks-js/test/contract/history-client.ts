// A client with history(), for the tests of it.

import { test } from 'node:test'
import { createClient, type History, history, type HistoryConflict, type HistoryOptions, type Plugin, type Schema } from '../../../dist/npm/index.js'
import type { ScriptedBackend } from './scripted-backend.js'
import { fields, type Loose, type LooseStore } from './support.js'

export type App = { Thing: Loose; Other: Loose }

export interface Opened {
  thing: LooseStore
  other: LooseStore
  history: History
  conflicts: HistoryConflict[]
  dispose(): Promise<void>
}

export async function open(backend?: ScriptedBackend, options: HistoryOptions = {}, schema: Schema<App> = {}): Promise<Opened> {
  const conflicts: HistoryConflict[] = []
  const plugins: (Plugin | Plugin<{ history: History }>)[] = [history({ onConflict: (conflict) => void conflicts.push(conflict), ...options })]
  if (backend) plugins.push(backend.plugin)
  const client = (await createClient<App>({ plugins, schema })) as unknown as { stores: { Thing: LooseStore; Other: LooseStore }; history: History; dispose(): Promise<void> }
  test.after(() => client.dispose())
  return { thing: client.stores.Thing, other: client.stores.Other, history: client.history, conflicts, dispose: () => client.dispose() }
}

export const one = async (store: LooseStore, id = 'a'): Promise<Record<string, unknown> | undefined> => {
  const row = await store.getOne(id)
  return row && fields(row)
}
export const possible = ({ history }: Opened, scope?: string): string => `${history.canUndo(scope) ? 'u' : ''}${history.canRedo(scope) ? 'r' : ''}`
