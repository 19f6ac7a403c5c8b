import { Cross } from '../icons'
import { SearchIcon } from './icons'
import { focusTable } from './OrderTable'

interface Props {
  text: string
  onText: (text: string) => void
}

export const focusSearch = () => document.getElementById('search')?.focus()

export function SearchBox({ text, onText }: Props) {
  return (
    <form className="add search" role="search" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="search">
        <SearchIcon />
        <span className="sr-only">Search orders</span>
      </label>
      <input
        id="search"
        value={text}
        placeholder="Search titles and customers; typos are fine"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
        aria-keyshortcuts="/"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            focusTable()
          } else if (event.key === 'Escape') {
            if (text === '') event.currentTarget.blur()
            else onText('')
          }
        }}
      />
      {text === '' ? (
        <kbd className="add-hint" aria-hidden="true">
          /
        </kbd>
      ) : (
        <button
          type="button"
          className="icon-button"
          aria-label="Clear the search"
          onClick={() => {
            onText('')
            focusSearch()
          }}
        >
          <Cross />
        </button>
      )}
    </form>
  )
}
