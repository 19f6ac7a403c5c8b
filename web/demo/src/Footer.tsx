import { useState } from 'react'
import { count } from './format'
import { Stack } from './icons'
import type { List, Todo } from './model'
import { useSession } from './session'

const many = 10_000

interface Props {
  list: List
  active: number
  completed: readonly Todo[]
}

export function Footer({ list, active, completed }: Props) {
  const { actions } = useSession()
  const [added, setAdded] = useState<number>()
  const done = completed.length

  const load = async () => {
    setAdded(0)
    await actions.load(list.id, many, setAdded)
    setAdded(undefined)
  }

  return (
    <footer className="foot">
      <p className="left" role="status">
        <strong>{count(active)}</strong> left
        <span className="sr-only">
          {' '}
          in {list.name}, {count(done)} completed
        </span>
      </p>
      {done > 0 && (
        <button
          type="button"
          className="button quiet"
          onClick={() => void actions.deleteTodos(completed, `Cleared ${count(done)} completed`)}
        >
          Clear completed
        </button>
      )}
      <button type="button" className="button load" disabled={added !== undefined} onClick={load}>
        <Stack />
        {added === undefined ? `Load ${count(many)} items` : `Loading… ${count(added)}`}
        {added !== undefined && <progress className="load-progress" value={added} max={many} aria-label="Loading items" />}
      </button>
    </footer>
  )
}
