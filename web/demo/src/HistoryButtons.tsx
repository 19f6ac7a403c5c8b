import { useHistory } from 'atoma-wasm/react'
import { Redo, Undo } from './icons'
import { useSession } from './session'

/** Steps back and forth through what was done, in all lists. */
export function HistoryButtons() {
  const { client, actions } = useSession()
  const { canUndo, canRedo } = useHistory(client)
  return (
    <div className="history" role="group" aria-label="History">
      <button type="button" className="icon-button" aria-label="Undo" title="Undo (Ctrl Z)" aria-keyshortcuts="Control+Z" disabled={!canUndo} onClick={actions.undo}>
        <Undo />
      </button>
      <button type="button" className="icon-button" aria-label="Redo" title="Redo (Ctrl Shift Z)" aria-keyshortcuts="Control+Shift+Z" disabled={!canRedo} onClick={actions.redo}>
        <Redo />
      </button>
    </div>
  )
}
