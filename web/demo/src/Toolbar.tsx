import type { Sort } from 'atoma-wasm'
import { count } from './format'
import { SortIcon } from './icons'
import type { Todo } from './model'

const filters = { all: 'All', active: 'Active', completed: 'Completed' } as const
export type Show = keyof typeof filters

export const sorts = {
  newest: { label: 'Newest', by: [{ field: 'createdAt', dir: 'desc' }] },
  oldest: { label: 'Oldest', by: [{ field: 'createdAt', dir: 'asc' }] },
  priority: { label: 'Priority', by: [{ field: 'priority', dir: 'desc' }, { field: 'createdAt', dir: 'desc' }] },
  title: { label: 'Title', by: [{ field: 'title', dir: 'asc' }] },
} satisfies Record<string, { label: string; by: Sort<Todo>[] }>
export type Sorting = keyof typeof sorts

interface Props {
  show: Show
  onShow: (show: Show) => void
  counts: Record<Show, number>
  sorting: Sorting
  onSorting: (sorting: Sorting) => void
}

export function Toolbar({ show, onShow, counts, sorting, onSorting }: Props) {
  return (
    <div className="toolbar">
      <fieldset className="filters">
        <legend className="sr-only">Show</legend>
        {(Object.keys(filters) as Show[]).map((each) => (
          <label key={each}>
            <input type="radio" name="show" value={each} checked={each === show} onChange={() => onShow(each)} />
            {filters[each]} <span className="filter-count">{count(counts[each])}</span>
          </label>
        ))}
      </fieldset>
      <label className="sorting">
        <SortIcon />
        <span className="sr-only">Sort by</span>
        <select value={sorting} onChange={(event) => onSorting(event.target.value as Sorting)}>
          {(Object.keys(sorts) as Sorting[]).map((each) => (
            <option key={each} value={each}>
              {sorts[each].label}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
