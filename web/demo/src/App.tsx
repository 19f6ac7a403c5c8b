import { useState } from 'react'
import { useAll, useOne, useQuery } from 'atoma-wasm/react'
import { AddTodo } from './AddTodo'
import { useCell } from './cell'
import { EmptyState } from './EmptyState'
import { type Show, type Sorting, sorts, Toolbar } from './Toolbar'
import { Footer } from './Footer'
import { ListHeader } from './ListHeader'
import { colors, type List } from './model'
import { NoticeBar } from './NoticeBar'
import { useSession } from './session'
import { ShortcutSheet, todoShortcuts } from './ShortcutSheet'
import { Sidebar } from './Sidebar'
import { StatusLine } from './StatusLine'
import { TodoList } from './TodoList'
import { useShortcuts } from './useShortcuts'

const byAge = (a: List, b: List) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)

export function App() {
  const { client, actions, selected } = useSession()
  const lists = useAll(client.stores.List).toSorted(byAge)
  const selectedId = useCell(selected)
  const list = useOne(client.stores.List, selectedId) ?? lists[0]
  const [renaming, setRenaming] = useState(false)
  const [sheet, setSheet] = useState(false)
  const [show, setShow] = useState<Show>('all')

  const select = (id: string) => {
    selected.set(id)
    setRenaming(false)
  }
  const rename = (id: string) => {
    selected.set(id)
    setRenaming(true)
  }
  const addList = async () => {
    const used = new Set(lists.map((each) => each.color))
    const color = colors.find((each) => !used.has(each)) ?? colors[lists.length % colors.length]!
    const made = await actions.addList(color)
    if (!made) return
    setShow('all')
    rename(made.id)
  }
  const step = (by: number) => {
    const at = lists.findIndex((each) => each.id === list?.id)
    const next = lists[(at + by + lists.length) % lists.length]
    if (next) select(next.id)
  }

  useShortcuts({
    n: focusAddField,
    '/': focusAddField,
    '?': () => setSheet(true),
    '1': () => setShow('all'),
    '2': () => setShow('active'),
    '3': () => setShow('completed'),
    '[': () => step(-1),
    ']': () => step(1),
    ArrowDown: focusFirstTodo,
    'mod+z': actions.undo,
    'mod+shift+z': actions.redo,
    'mod+y': actions.redo,
  })

  return (
    <div className="app">
      <Sidebar
        lists={lists}
        selectedId={list?.id}
        onSelect={select}
        onRename={rename}
        onAdd={addList}
        onShortcuts={() => setSheet(true)}
      />
      {list ? (
        <ListPane
          key={list.id}
          list={list}
          renaming={renaming}
          show={show}
          onShow={setShow}
          onRenaming={setRenaming}
        />
      ) : (
        <main className="main">
          <EmptyState kind="no-lists" action={{ label: 'Make a list', run: addList }} />
        </main>
      )}
      <StatusLine />
      <NoticeBar />
      {sheet && <ShortcutSheet groups={todoShortcuts} onClose={() => setSheet(false)} />}
    </div>
  )
}

const focusAddField = () => document.getElementById('add-todo')?.focus()
const focusFirstTodo = () => document.querySelector<HTMLElement>('.todo .check[tabindex="0"]')?.focus()

interface ListPaneProps {
  list: List
  renaming: boolean
  show: Show
  onShow: (show: Show) => void
  onRenaming: (renaming: boolean) => void
}

/** One list: its title, its todos and what can be done with them. */
function ListPane({ list, renaming, show, onShow, onRenaming }: ListPaneProps) {
  const { client, actions } = useSession()
  const { Todo } = client.stores
  const [sorting, setSorting] = useState<Sorting>('newest')
  const [revealed, setRevealed] = useState<string>()

  const filter = { all: { listId: list.id }, active: { listId: list.id, done: false }, completed: { listId: list.id, done: true } }
  const { data: active } = useQuery(Todo, { filter: filter.active })
  const { data: completed } = useQuery(Todo, { filter: filter.completed })
  const { data: todos } = useQuery(Todo, { filter: filter[show], sort: sorts[sorting].by })
  const counts = { all: active.length + completed.length, active: active.length, completed: completed.length }

  return (
    <main className="main" data-color={list.color}>
      <ListHeader
        list={list}
        counts={counts}
        renaming={renaming}
        onRenaming={onRenaming}
        onRenamed={focusAddField}
        onDelete={() => actions.deleteList(list, [...active, ...completed])}
      />
      <AddTodo
        list={list}
        onAdd={async (title, priority) => {
          if (show === 'completed') onShow('all')
          const todo = await actions.addTodo(list.id, title, priority)
          setRevealed(todo?.id)
        }}
        onLeave={focusFirstTodo}
      />
      <Toolbar show={show} onShow={onShow} counts={counts} sorting={sorting} onSorting={setSorting} />
      <TodoList
        todos={todos}
        view={`${show} ${sorting}`}
        revealed={revealed}
        label={`${list.name}, ${sorts[sorting].label}`}
        onLeaveUp={focusAddField}
        empty={<EmptyState kind={counts.all === 0 ? 'no-todos' : show === 'active' ? 'all-done' : 'none-done'} />}
      />
      <Footer list={list} active={active.length} completed={completed} />
    </main>
  )
}
