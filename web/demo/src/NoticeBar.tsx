import { useEffect } from 'react'
import { useCell } from './cell'
import { Cross } from './icons'
import { useSession } from './session'

const shownMs = 7_000

/** The last deletion, with a way back; or what went wrong, until it is dismissed. */
export function NoticeBar() {
  const { notice, actions } = useSession()
  const shown = useCell(notice)
  const close = () => notice.set(undefined)

  useEffect(() => {
    if (!shown || shown.error) return
    const timer = setTimeout(() => notice.set(undefined), shownMs)
    return () => clearTimeout(timer)
  }, [shown, notice])

  return (
    <div className="notices" role={shown?.error ? 'alert' : 'status'}>
      {shown && (
        <div className="notice" data-error={shown.error || undefined}>
          <span>{shown.text}</span>
          {shown.undoable && (
            <button type="button" className="notice-undo" onClick={() => void actions.undo()}>
              Undo
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={close}>
            <Cross />
          </button>
        </div>
      )}
    </div>
  )
}
