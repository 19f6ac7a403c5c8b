import type { ReactNode } from 'react'
import { Mark } from './icons'

const pages = [
  { key: 'todos', label: 'Todos', href: './' },
  { key: 'explorer', label: 'Explorer', href: 'explorer.html' },
] as const

/** The name, what can be pressed beside it, and the way to the demo's other page. */
export function Brand({ page, children }: { page: (typeof pages)[number]['key']; children: ReactNode }) {
  return (
    <>
      <div className="brand">
        <Mark size={26} />
        <strong>atoma</strong>
        <span className="brand-tag">demo</span>
        {children}
      </div>
      <nav className="pages" aria-label="Pages">
        {pages.map(({ key, label, href }) => (
          <a key={key} href={href} aria-current={key === page ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
    </>
  )
}
