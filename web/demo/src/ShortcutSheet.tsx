import { Cross } from './icons'

export interface ShortcutGroup {
  title: string
  keys: readonly (readonly [keys: readonly string[], what: string])[]
}

export const todoShortcuts: readonly ShortcutGroup[] = [
  {
    title: 'Anywhere',
    keys: [
      [['N', '/'], 'Add a todo'],
      [['1', '2', '3'], 'All, active, completed'],
      [['[', ']'], 'Previous and next list'],
      [['Ctrl Z', 'Ctrl ⇧ Z'], 'Undo and redo'],
      [['?'], 'This sheet'],
    ],
  },
  {
    title: 'On a todo',
    keys: [
      [['↑', '↓'], 'Move through the list'],
      [['Home', 'End'], 'First and last'],
      [['Space'], 'Complete, or not after all'],
      [['Enter', 'F2'], 'Edit; Escape cancels'],
      [['P'], 'Next priority'],
      [['Delete'], 'Delete'],
    ],
  },
  {
    title: 'In a new todo',
    keys: [
      [['… !'], 'Medium priority'],
      [['… !!'], 'High priority'],
      [['↓'], 'Go to the list'],
    ],
  },
]

interface Props {
  groups: readonly ShortcutGroup[]
  onClose: () => void
}

export function ShortcutSheet({ groups, onClose }: Props) {
  return (
    <dialog
      className="sheet"
      aria-labelledby="sheet-title"
      ref={showModal}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close()
      }}
      onKeyDown={(event) => {
        if (event.key === '?') event.currentTarget.close()
      }}
    >
      <div className="sheet-body">
        <header>
          <h2 id="sheet-title">Keyboard shortcuts</h2>
          <form method="dialog">
            <button className="icon-button" aria-label="Close">
              <Cross />
            </button>
          </form>
        </header>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([caps, what]) => (
                <div key={what}>
                  <dt>{caps.map((cap) => <kbd key={cap}>{cap}</kbd>)}</dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  )
}

function showModal(dialog: HTMLDialogElement | null) {
  if (dialog && !dialog.open) dialog.showModal()
}
