// A client and a place in the page, for one scenario.

import { StrictMode, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { createClient, type Client, type Plugin, type Schema } from 'atoma-wasm'
import { useAll, useOne } from 'atoma-wasm/react'

export interface Todo {
  id: string
  title: string
  n?: number
  listId?: string
}

export interface TodoList {
  id: string
  name: string
}

type App = { Todo: Todo; List: TodoList }

const schema = {
  Todo: { indexes: [{ field: 'n', type: 'number' }], relations: { list: { type: 'belongsTo', to: 'List', foreignKey: 'listId' } } },
  List: { relations: { todos: { type: 'hasMany', to: 'Todo', foreignKey: 'listId' } } },
} as const satisfies Schema<App>

export type TodoClient = Client<App, typeof schema>
export type TodoStore = TodoClient['stores']['Todo']

export class Stage {
  readonly container = document.body.appendChild(document.createElement('main'))
  private root: Root | undefined

  private constructor(readonly client: TodoClient) {}

  static async open(plugins: readonly Plugin[] = []): Promise<Stage> {
    return new Stage(await createClient<App, typeof schema>({ schema, plugins, disposeTimeoutMs: 0 }))
  }

  get todos(): TodoStore {
    return this.client.stores.Todo
  }

  add(...ids: string[]) {
    return this.todos.addMany(ids.map((id) => ({ id, title: id.toUpperCase() })))
  }

  readonly show = (node: ReactNode): void => {
    this.root ??= createRoot(this.container)
    this.root.render(<StrictMode>{node}</StrictMode>)
  }

  /** For what is rendered outside of `show`: it goes with the stage. */
  keep(root: Root): void {
    this.root = root
  }

  readonly unmount = (): void => {
    this.root?.unmount()
    this.root = undefined
  }

  /** The texts of the elements that are to be seen. */
  readonly texts = (selector = 'li'): string[] =>
    [...this.container.querySelectorAll<HTMLElement>(selector)].filter((each) => each.checkVisibility()).map((each) => each.textContent)

  async close(): Promise<void> {
    this.unmount()
    await this.client.dispose()
    this.container.remove()
  }
}

export function List({ client }: { client: TodoClient }) {
  return <ul>{useAll(client.stores('Todo')).map((todo) => <li key={todo.id}>{todo.title}</li>)}</ul>
}

export function One({ client, id }: { client: TodoClient; id: string | undefined }) {
  return <output>{useOne(client.stores('Todo'), id)?.title ?? 'none'}</output>
}

/** What a store keeps for hooks and plugins; only what the scenarios use of it. */
interface Handle {
  live: {
    view(query: unknown): { subscribe(listener: (snapshot: never) => void): () => void }
    subscribeRow(id: string, listener: () => void): () => void
  }
  instance: { call(op: number, target: number, length: number, flags: number): void }
}

const handleOf = (store: TodoStore) => (store as never as Record<symbol, { getHandle(): Handle }>)[Symbol.for('atoma.storeInternal')]!.getHandle()

/** Ends the Go program behind a store, as what it cannot recover from would. */
export function endEngine(store: TodoStore): void {
  const opFault = 16
  const faultExit = 2
  try {
    handleOf(store).instance.call(opFault, 0, 0, faultExit)
  } catch {
    return
  }
  throw new Error('the engine goes on')
}

/** Counts the subscriptions to the view of all rows and to single rows, from now on. */
export function spyOn(store: TodoStore): { made: number; open: number } {
  const { live } = handleOf(store)
  const seen = { made: 0, open: 0 }
  const counting =
    <A extends unknown[]>(subscribe: (...args: A) => () => void) =>
    (...args: A) => {
      const unsubscribe = subscribe(...args)
      seen.made++
      seen.open++
      return () => {
        seen.open--
        unsubscribe()
      }
    }
  const view = live.view(undefined)
  view.subscribe = counting(view.subscribe.bind(view))
  live.subscribeRow = counting(live.subscribeRow.bind(live))
  return seen
}
