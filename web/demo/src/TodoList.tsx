import { useCallback, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import type { Priority, Todo } from './model'
import { useSession } from './session'
import { TodoRow } from './TodoRow'

const estimatedHeight = 46
const pageRows = 10

interface Props {
  todos: readonly Todo[]
  /** What is being looked at, and in which order: another one starts at the top. */
  view: string
  /** The todo to bring into sight: the one that was just added. */
  revealed: string | undefined
  label: string
  /** Arrow up from the first row, or the last row went with the focus on it. */
  onLeaveUp: () => void
  /** In the place of the rows when there are none. */
  empty: ReactNode
}

/** Where the keyboard is: by id, and by index for when that row goes away. */
interface Place {
  id: string
  index: number
}

/**
 * The rows near the window, of however many there are. One row at a time is in the tab order; arrows move it, and it
 * stays rendered while it is scrolled out of sight, so that the focus is never lost to scrolling.
 */
export function TodoList({ todos, view, revealed, label, onLeaveUp, empty }: Props) {
  const { actions } = useSession()
  const [place, setPlace] = useState<Place>()
  const [editing, setEditing] = useState<string>()
  const scroller = useRef<HTMLDivElement>(null)
  const hadFocus = useRef(false)
  const wantFocus = useRef(false)

  const at = place ? todos.findIndex((todo) => todo.id === place.id) : 0
  const active = at >= 0 ? at : Math.min(place!.index, todos.length - 1)

  const virtualizer = useVirtualizer({
    count: todos.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimatedHeight,
    getItemKey: useCallback((index: number) => todos[index]!.id, [todos]),
    rangeExtractor: useCallback((range: Range) => withRow(range, active), [active]),
    overscan: 8,
    paddingEnd: 16,
    useFlushSync: false,
  })

  useLayoutEffect(() => {
    if (hadFocus.current) virtualizer.scrollToIndex(active)
    else virtualizer.scrollToOffset(0)
    // When the view changes, not whenever its rows do.
  }, [view])

  useLayoutEffect(() => {
    const index = todos.findIndex((todo) => todo.id === revealed)
    if (index >= 0) virtualizer.scrollToIndex(index)
    // When there is another one to reveal, not whenever the rows change.
  }, [revealed])

  useLayoutEffect(() => {
    // The row with the focus was deleted, or left the filter: its neighbour takes over.
    const lost = hadFocus.current && !document.activeElement?.matches('input, button, select')
    if (lost && todos.length === 0) onLeaveUp()
    if (lost && at < 0) wantFocus.current = true
    if (!wantFocus.current) return
    const box = scroller.current?.querySelector<HTMLElement>('.check[tabindex="0"]')
    if (!box) return
    wantFocus.current = false
    box.focus({ preventScroll: true })
  })

  useLayoutEffect(() => {
    const onFocusIn = (event: FocusEvent) => {
      hadFocus.current = scroller.current?.contains(event.target as Node) ?? false
    }
    document.addEventListener('focusin', onFocusIn)
    return () => document.removeEventListener('focusin', onFocusIn)
  }, [])

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(index, todos.length - 1))
    setPlace({ id: todos[next]!.id, index: next })
    virtualizer.scrollToIndex(next)
    wantFocus.current = true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const { target, key } = event
    if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return
    if (target.matches('input:not(.check)')) return
    const todo = todos[active]!
    const onBox = target.matches('.check')
    const run: (() => void) | undefined = {
      ArrowDown: () => moveTo(active + 1),
      j: () => moveTo(active + 1),
      ArrowUp: () => (active === 0 ? onLeaveUp() : moveTo(active - 1)),
      k: () => moveTo(active - 1),
      PageDown: () => moveTo(active + pageRows),
      PageUp: () => moveTo(active - pageRows),
      Home: () => moveTo(0),
      End: () => moveTo(todos.length - 1),
      Delete: () => void actions.deleteTodo(todo),
      Backspace: () => void actions.deleteTodo(todo),
      F2: () => setEditing(todo.id),
      Enter: onBox ? () => setEditing(todo.id) : undefined,
      p: () => void actions.updateTodo(todo.id, { priority: ((todo.priority + 1) % 3) as Priority }),
    }[key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }

  if (todos.length === 0) {
    return (
      <div className="scroller" ref={scroller} data-empty>
        {empty}
      </div>
    )
  }
  return (
    <div className="scroller" ref={scroller}>
      <ul
        role="list"
        className="todos"
        aria-label={label}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          const index = Number(event.target.closest<HTMLElement>('.todo')?.dataset.index)
          const todo = todos[index]
          if (todo) setPlace({ id: todo.id, index })
        }}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const todo = todos[index]!
          return (
            <TodoRow
              key={key}
              todo={todo}
              index={index}
              total={todos.length}
              top={start}
              measure={virtualizer.measureElement}
              reachable={index === active}
              fresh={todo.id === revealed}
              editing={todo.id === editing}
              onEdit={setEditing}
              onEdited={(byKey) => {
                setEditing(undefined)
                wantFocus.current = byKey
              }}
            />
          )
        })}
      </ul>
    </div>
  )
}

function withRow(range: Range, index: number): number[] {
  const indexes = defaultRangeExtractor(range)
  if (index < indexes[0]!) indexes.unshift(index)
  else if (index > indexes.at(-1)!) indexes.push(index)
  return indexes
}
