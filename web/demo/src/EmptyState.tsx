import type { ReactNode } from 'react'

/** Words about keys, and what stands there where there are none. */
function Keys({ touch, children }: { touch?: string; children: ReactNode }) {
  return (
    <>
      <span className="with-keys">{children}</span>
      {touch && <span className="without-keys">{touch}</span>}
    </>
  )
}

const states = {
  'no-lists': {
    title: 'A clean slate',
    text: 'There are no lists at the moment.',
    art: <path d="M20 26h56v44H20zM30 38h24M30 48h36M30 58h16" />,
  },
  'no-todos': {
    title: 'Nothing here yet',
    text: (
      <>
        <Keys touch="Write">
          Press <kbd>N</kbd> and write
        </Keys>{' '}
        down the first thing that comes to mind.
      </>
    ),
    art: (
      <>
        <rect x="18" y="22" width="60" height="16" rx="8" />
        <rect x="18" y="46" width="60" height="16" rx="8" opacity=".55" />
        <rect x="18" y="70" width="60" height="16" rx="8" opacity=".25" />
        <circle cx="28" cy="30" r="2.5" fill="currentColor" />
      </>
    ),
  },
  'all-done': {
    title: 'All done',
    text: 'Every todo on this list is completed. Enjoy the quiet.',
    art: (
      <>
        <circle cx="48" cy="48" r="22" />
        <path d="m38 48.5 7 7 13.5-14M48 12v6m0 60v6m36-36h-6m-60 0h-6m61.5-25.5-4.2 4.2M26.7 69.3l-4.2 4.2m51 0-4.2-4.2M26.7 26.7l-4.2-4.2" />
      </>
    ),
  },
  'none-done': {
    title: 'Nothing completed yet',
    text: (
      <>
        Tick a todo
        <Keys>
          , or press <kbd>Space</kbd> on it,
        </Keys>{' '}
        and it shows up here.
      </>
    ),
    art: (
      <>
        <circle cx="48" cy="48" r="24" strokeDasharray="6 6.55" />
        <path d="m38 48.5 7 7 13.5-14" opacity=".35" />
      </>
    ),
  },
} satisfies Record<string, { title: string; text: ReactNode; art: ReactNode }>

interface Props {
  kind: keyof typeof states
  action?: { label: string; run: () => void }
}

export function EmptyState({ kind, action }: Props) {
  const { title, text, art } = states[kind]
  return (
    <div className="empty">
      <svg viewBox="0 0 96 96" width="112" height="112" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        {art}
      </svg>
      <h2>{title}</h2>
      <p>{text}</p>
      {action && (
        <button type="button" className="button primary" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  )
}
