// Every write of the app, each timed for the status line, with its errors shown, and the ways back.

import { createContext, use } from 'react'
import { cell, type Cell } from './cell'
import type { AppClient, Color, List, Priority, Todo } from './model'
import { sampleTodos } from './samples'

export interface Operation {
  label: string
  /** How long the call took. The change is visible when it returns, whenever its promise settles. */
  ms: number
}

export interface Notice {
  text: string
  error?: boolean
  /** It tells of what was done last, which can be undone. */
  undoable?: boolean
}

export interface Session {
  readonly client: AppClient
  readonly actions: Actions
  readonly operation: Cell<Operation | undefined>
  readonly notice: Cell<Notice | undefined>
  /** The list that is on screen. */
  readonly selected: Cell<string | undefined>
}

export type Actions = ReturnType<typeof createActions>

/** Rows in one addMany of the big load: few enough for typing and scrolling to go on meanwhile. */
const chunkRows = 250

const rows = (count: number) => (count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`)
const named = (text: string) => `“${text.length > 40 ? `${text.slice(0, 38)}…` : text}”`
const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve))

type Channels = Pick<Session, 'operation' | 'notice' | 'selected'>

function createActions({ stores: { List, Todo }, history }: AppClient, { operation, notice, selected }: Channels) {
  /** Makes one call, times it, and turns a rejection into a notice and `undefined`. */
  async function timed<T>(label: string, call: () => Promise<T>): Promise<T | undefined> {
    notice.set(undefined)
    const start = performance.now()
    try {
      const promise = call()
      const ms = performance.now() - start
      const result = await promise
      operation.set({ label, ms })
      return result
    } catch (error) {
      notice.set({ text: error instanceof Error ? error.message : String(error), error: true })
      return undefined
    }
  }

  /** The writes of one action are undone together. */
  const action = () => ({ opContext: { actionId: crypto.randomUUID() } })

  /** Goes to the list that came back, if one did. */
  async function step(label: string, call: () => Promise<boolean>) {
    const before = new Set((await List.getAll()).map((list) => list.id))
    await timed(label, call)
    const back = (await List.getAll()).find((list) => !before.has(list.id))
    if (back) selected.set(back.id)
  }

  return {
    addTodo: (listId: string, title: string, priority: Priority) =>
      timed('Added 1 row', () => Todo.addOne({ listId, title, priority, done: false, createdAt: new Date() })),

    updateTodo: (id: string, change: Partial<Pick<Todo, 'title' | 'done' | 'priority'>>) =>
      timed('Updated 1 row', () => Todo.updateOne(id, change)),

    async deleteTodos(todos: readonly Todo[], what: string) {
      const ids = todos.map((todo) => todo.id)
      const gone = await timed(`Deleted ${rows(ids.length)}`, () => Todo.deleteMany(ids))
      if (gone) notice.set({ text: what, undoable: true })
    },

    deleteTodo(todo: Todo) {
      return this.deleteTodos([todo], `Deleted ${named(todo.title)}`)
    },

    addList: (color: Color) =>
      timed('Added 1 row', () => List.addOne({ name: 'New list', color, createdAt: new Date() })),

    updateList: (id: string, change: Partial<Pick<List, 'name' | 'color'>>) =>
      timed('Updated 1 row', () => List.updateOne(id, change)),

    async deleteList(list: List, todos: readonly Todo[]) {
      const ids = todos.map((todo) => todo.id)
      const together = action()
      const gone = await timed(`Deleted ${rows(ids.length + 1)}`, () =>
        Promise.all([Todo.deleteMany(ids, together), List.deleteMany([list.id], together)]),
      )
      if (gone) notice.set({ text: `Deleted the list ${named(list.name)}`, undoable: true })
    },

    undo: () => (history.canUndo() ? step('Undone', history.undo) : undefined),
    redo: () => (history.canRedo() ? step('Done again', history.redo) : undefined),

    /** Adds `total` todos in chunks, a task each. Stops early when the list goes meanwhile. */
    async load(listId: string, total: number, progress: (added: number) => void) {
      const now = Date.now()
      const together = action()
      let added = 0
      let ms = 0
      while (added < total) {
        if (!(await List.getOne(listId))) break
        const items = sampleTodos(listId, added, Math.min(chunkRows, total - added), now)
        if (!(await timed(`Added ${rows(items.length)}`, () => Todo.addMany(items, together)))) break
        added += items.length
        ms += operation.get()?.ms ?? 0
        progress(added)
        await nextTask()
      }
      if (added > 0) operation.set({ label: `Added ${rows(added)}`, ms })
    },
  }
}

export function createSession(client: AppClient, firstList: string): Session {
  const channels: Channels = {
    operation: cell<Operation | undefined>(undefined),
    notice: cell<Notice | undefined>(undefined),
    selected: cell<string | undefined>(firstList),
  }
  return { client, actions: createActions(client, channels), ...channels }
}

export const SessionContext = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = use(SessionContext)
  if (!session) throw new Error('useSession: no SessionContext above this component')
  return session
}
