import { useRef, useState, type FocusEvent, type KeyboardEvent } from 'react'
import { HistoryButtons } from './HistoryButtons'
import { Dots, Pencil, ProgressRing, Trash } from './icons'
import { InlineEdit } from './InlineEdit'
import { colors, type List } from './model'
import { useSession } from './session'

interface Props {
  list: List
  counts: { all: number; completed: number }
  renaming: boolean
  onRenaming: (renaming: boolean) => void
  /** Enter or Escape ended it: the focus has nowhere to be yet. */
  onRenamed: () => void
  onDelete: () => void
}

export function ListHeader({ list, counts, renaming, onRenaming, onRenamed, onDelete }: Props) {
  const { actions } = useSession()
  return (
    <header className="head">
      <ProgressRing done={counts.completed} total={counts.all} size={30} />
      {renaming ? (
        <InlineEdit
          className="title-edit"
          label="List name"
          value={list.name}
          onCommit={(name) => {
            if (name !== '') void actions.updateList(list.id, { name })
          }}
          onDone={(byKey) => {
            onRenaming(false)
            if (byKey) onRenamed()
          }}
        />
      ) : (
        <h1 onDoubleClick={() => onRenaming(true)}>{list.name}</h1>
      )}
      <HistoryButtons />
      <ListMenu list={list} onRename={() => onRenaming(true)} onDelete={onDelete} />
    </header>
  )
}

interface MenuProps {
  list: List
  onRename: () => void
  onDelete: () => void
}

function ListMenu({ list, onRename, onDelete }: MenuProps) {
  const { actions } = useSession()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)

  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Escape') return close()
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')]
    const at = items.indexOf(document.activeElement as HTMLElement)
    items.at((at + by) % items.length)?.focus()
  }
  const onBlur = (event: FocusEvent<HTMLDivElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
  }

  return (
    <div className="menu-anchor" onBlur={onBlur}>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="List options"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Dots />
      </button>
      {open && (
        <div className="menu" role="menu" aria-label={`${list.name} options`} onKeyDown={onKeyDown}>
          <div className="swatches" role="group" aria-label="Colour">
            {colors.map((color) => (
              <button
                key={color}
                type="button"
                role="menuitemradio"
                aria-checked={color === list.color}
                aria-label={color}
                title={color}
                className="swatch"
                data-color={color}
                onClick={() => void actions.updateList(list.id, { color })}
              />
            ))}
          </div>
          <button
            type="button"
            role="menuitem"
            className="menu-item"
            ref={(item) => item?.focus({ preventScroll: true })}
            onClick={() => {
              setOpen(false)
              onRename()
            }}
          >
            <Pencil /> Rename
          </button>
          <button type="button" role="menuitem" className="menu-item danger" onClick={onDelete}>
            <Trash /> Delete list
          </button>
        </div>
      )}
    </div>
  )
}
