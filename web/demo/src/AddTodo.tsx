import { useRef, useState } from 'react'
import { Plus, PriorityDot } from './icons'
import type { List, Priority } from './model'

interface Props {
  list: List
  onAdd: (title: string, priority: Priority) => void
  /** Arrow down from the field. */
  onLeave: () => void
}

/** "Call the bank !!" is a todo of high priority. */
function parse(text: string): { title: string; priority: Priority } {
  const [, title = '', marks = ''] = /^\s*(.*?)(?:\s+(!{1,2}))?\s*$/s.exec(text) ?? []
  return { title, priority: marks.length as Priority }
}

export function AddTodo({ list, onAdd, onLeave }: Props) {
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const { title, priority } = parse(text)

  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault()
        if (title === '') return
        onAdd(title, priority)
        setText('')
        field.current?.focus()
      }}
    >
      <label htmlFor="add-todo">
        <Plus />
        <span className="sr-only">New todo in {list.name}</span>
      </label>
      <input
        id="add-todo"
        ref={field}
        value={text}
        placeholder="Add a todo…"
        autoComplete="off"
        enterKeyHint="done"
        aria-keyshortcuts="N /"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            onLeave()
          } else if (event.key === 'Escape') {
            setText('')
            event.currentTarget.blur()
          }
        }}
      />
      {priority > 0 && <PriorityDot priority={priority} />}
      {title === '' ? (
        <kbd className="add-hint" aria-hidden="true">
          N
        </kbd>
      ) : (
        <button type="submit" className="button primary">
          Add
        </button>
      )}
    </form>
  )
}
