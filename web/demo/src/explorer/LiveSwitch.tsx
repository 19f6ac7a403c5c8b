import { useCell } from '../cell'
import type { Churn } from './churn'

/** The switch that lets a thousand orders change each second. */
export function LiveSwitch({ churn }: { churn: Churn }) {
  const running = useCell(churn.running)
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={running}
      aria-label="Change 1,000 rows a second"
      aria-keyshortcuts="L"
      title="Change 1,000 random rows a second (L)"
      onClick={churn.toggle}
    >
      <span className="switch-track" aria-hidden="true" />
      <span className="switch-label" aria-hidden="true">Change 1,000 rows a second</span>
    </button>
  )
}
