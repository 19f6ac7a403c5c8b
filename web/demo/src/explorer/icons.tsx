import { Icon } from '../icons'

export const SearchIcon = () => <Icon><circle cx="8.8" cy="8.8" r="5.3" /><path d="m12.8 12.8 4 4" /></Icon>
export const FilterIcon = () => <Icon><path d="M3.5 6h13M6 10h8m-5.5 4h3" /></Icon>
export const Star = () => (
  <svg className="star" viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden="true">
    <path d="m6 .9 1.55 3.3 3.6.45-2.65 2.48.69 3.57L6 8.95 2.81 10.7l.69-3.57L.85 4.65l3.6-.45Z" />
  </svg>
)

/** Which way a column is sorted: up for the least first. */
export const SortArrow = ({ dir }: { dir: 'asc' | 'desc' }) => (
  <svg className="sort-arrow" viewBox="0 0 10 10" width="10" height="10" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
    <path d={dir === 'asc' ? 'M5 8.5v-7M2 4.3l3-3 3 3' : 'M5 1.5v7M2 5.7l3 3 3-3'} />
  </svg>
)
