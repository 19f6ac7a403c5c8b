import { useAll } from 'atoma-wasm/react'
import { useCell } from './cell'
import { count, milliseconds } from './format'
import { useSession } from './session'

/** What the engine holds, and how long the last call took. */
export function StatusLine() {
  const { client, operation } = useSession()
  const rows = useAll(client.stores.List).length + useAll(client.stores.Todo).length
  const last = useCell(operation)
  return (
    <div className="status">
      <p className="status-rows">{count(rows)} rows</p>
      <p className="status-operation" title="The time of the call, at whose end the change is visible">{last ? `${last.label} in ${milliseconds(last.ms)}` : 'Ready'}</p>
      <p className="status-memory" title="Nothing is stored: a reload starts over">
        <span className="status-memory-long">In memory only: a reload starts over</span>
        <span className="status-memory-short" aria-hidden="true">
          In memory
        </span>
      </p>
    </div>
  )
}
