import { isSearch, narrowedBy, type View } from './view'

export function NothingFound({ view, onClear }: { view: View; onClear: () => void }) {
  const filtered = narrowedBy(view) > 0
  const why = !isSearch(view)
    ? 'Nothing passes all of the filters.'
    : filtered
      ? 'Nothing is like the search and passes the filters.'
      : 'Nothing is like that, give or take a letter.'
  return (
    <div className="empty">
      <svg viewBox="0 0 96 96" width="104" height="104" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <circle cx="42" cy="42" r="22" />
        <path d="m58.5 58.5 19 19" />
        <path d="M34 42h16" opacity=".45" />
      </svg>
      <h2>No such orders</h2>
      <p>{why}</p>
      <button type="button" className="button primary" onClick={onClear}>
        Show all orders
      </button>
    </div>
  )
}
