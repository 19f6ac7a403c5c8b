import { memo } from 'react'
import { age } from './format'
import { Cross, Pencil, PriorityDot } from './icons'
import { InlineEdit } from './InlineEdit'
import type { Priority, Todo } from './model'
import { useSession } from './session'

const priorityNames = ['none', 'medium', 'high'] as const
const touch = matchMedia('(pointer: coarse)')

interface Props {
  todo: Todo
  index: number
  total: number
  top: number
  measure: (row: HTMLLIElement | null) => void
  /** This row's controls are in the tab order. */
  reachable: boolean
  fresh: boolean
  editing: boolean
  onEdit: (id: string) => void
  onEdited: (byKey: boolean) => void
}

export const TodoRow = memo(function TodoRow({ todo, index, total, top, measure, reachable, fresh, editing, onEdit, onEdited }: Props) {
  const { actions } = useSession()
  const { id, title, done, priority, createdAt } = todo
  const tabIndex = reachable ? 0 : -1
  const next = ((priority + 1) % 3) as Priority

  return (
    <li
      ref={measure}
      className="todo"
      data-index={index}
      data-done={done || undefined}
      data-fresh={fresh || undefined}
      aria-setsize={total}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${top}px)` }}
    >
      <input
        type="checkbox"
        className="check"
        aria-label={title}
        tabIndex={tabIndex}
        checked={done}
        onChange={() => void actions.updateTodo(id, { done: !done })}
      />
      {editing ? (
        <InlineEdit
          className="todo-edit"
          label="Edit todo"
          value={title}
          onCommit={(text) => void (text === '' ? actions.deleteTodo(todo) : actions.updateTodo(id, { title: text }))}
          onDone={onEdited}
        />
      ) : (
        <span
          className="todo-title"
          onDoubleClick={() => onEdit(id)}
          onClick={(event) => {
            if (touch.matches) onEdit(id)
            else event.currentTarget.closest('li')?.querySelector<HTMLElement>('.check')?.focus({ preventScroll: true })
          }}
        >
          {title}
        </span>
      )}
      <button
        type="button"
        className="icon-button todo-priority"
        tabIndex={tabIndex}
        aria-label={`Priority ${priorityNames[priority]}, change to ${priorityNames[next]}`}
        title={`Priority: ${priorityNames[priority]} (P)`}
        onClick={() => void actions.updateTodo(id, { priority: next })}
      >
        <PriorityDot priority={priority} />
      </button>
      <span className="todo-end">
        <time className="todo-age" dateTime={createdAt.toISOString()} title={createdAt.toLocaleString()}>
          {age(createdAt, Date.now())}
        </time>
        <span className="todo-actions">
          <button
            type="button"
            className="icon-button todo-start-edit"
            tabIndex={tabIndex}
            aria-label={`Edit ${title}`}
            title="Edit (Enter)"
            onClick={() => onEdit(id)}
          >
            <Pencil />
          </button>
          <button
            type="button"
            className="icon-button todo-delete"
            tabIndex={tabIndex}
            aria-label={`Delete ${title}`}
            title="Delete (Del)"
            onClick={() => void actions.deleteTodo(todo)}
          >
            <Cross />
          </button>
        </span>
      </span>
    </li>
  )
})
