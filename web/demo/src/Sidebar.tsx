import { useEffect, useRef } from 'react'
import { useCount } from 'atoma-wasm/react'
import { Brand } from './Brand'
import { count } from './format'
import { Keyboard, Plus, ProgressRing } from './icons'
import type { List } from './model'
import { useSession } from './session'

interface Props {
  lists: readonly List[]
  selectedId: string | undefined
  onSelect: (id: string) => void
  onRename: (id: string) => void
  onAdd: () => void
  onShortcuts: () => void
}

/** The lists: a column beside the todos, or a row of chips above them where the window is narrow. */
export function Sidebar({ lists, selectedId, onSelect, onRename, onAdd, onShortcuts }: Props) {
  return (
    <aside className="sidebar">
      <Brand page="todos">
        <button type="button" className="icon-button shortcuts-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={onShortcuts}>
          <Keyboard />
        </button>
      </Brand>
      <nav className="lists" aria-label="Lists">
        <ul role="list">
          {lists.map((list) => (
            <ListItem
              key={list.id}
              list={list}
              current={list.id === selectedId}
              onSelect={() => onSelect(list.id)}
              onRename={() => onRename(list.id)}
            />
          ))}
        </ul>
        <button type="button" className="list-item new-list" onClick={onAdd}>
          <Plus />
          <span>New list</span>
        </button>
      </nav>
    </aside>
  )
}

interface ItemProps {
  list: List
  current: boolean
  onSelect: () => void
  onRename: () => void
}

function ListItem({ list, current, onSelect, onRename }: ItemProps) {
  const { Todo } = useSession().client.stores
  const open = useCount(Todo, { listId: list.id, done: false })
  const done = useCount(Todo, { listId: list.id, done: true })
  const item = useRef<HTMLLIElement>(null)

  useEffect(() => {
    if (current) item.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [current])

  return (
    <li ref={item} data-color={list.color}>
      <button
        type="button"
        className="list-item"
        aria-current={current ? 'true' : undefined}
        title={`${list.name} (double click to rename)`}
        onClick={onSelect}
        onDoubleClick={onRename}
        onKeyDown={(event) => {
          if (event.key === 'F2') onRename()
        }}
      >
        <ProgressRing done={done} total={open + done} size={20} />
        <span className="list-name">{list.name}</span>
        <span className="list-count">
          {count(open)}
          <span className="sr-only"> open</span>
        </span>
      </button>
    </li>
  )
}
