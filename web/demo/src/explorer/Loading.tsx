import { type Cell, useCell } from '../cell'
import { count } from '../format'
import { Mark } from '../icons'
import type { Progress } from './load'

const words = {
  engine: () => 'Starting the engine…',
  rows: ({ rows, total }: Progress) => `${count(rows)} of ${count(total)} orders`,
  indexes: () => 'Building the indexes…',
}

export function Loading({ progress }: { progress: Cell<Progress> }) {
  const now = useCell(progress)
  return (
    <div className="splash" role="status">
      <Mark size={56} />
      <p className="loading-words">{words[now.stage](now)}</p>
      <progress className="loading-bar" value={now.rows} max={now.total} aria-label="Orders loaded" />
    </div>
  )
}
