// The drawings, all of them: strokes that take the text's colour.

import type { ReactNode } from 'react'

export function Icon({ children, size = 18 }: { children: ReactNode; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {children}
    </svg>
  )
}

export const Plus = () => <Icon><path d="M10 4v12M4 10h12" /></Icon>
export const Pencil = () => <Icon><path d="m4 16 .8-3.4L13.4 4a1.7 1.7 0 0 1 2.4 2.4l-8.6 8.8Z" /></Icon>
export const Cross = () => <Icon><path d="m5.5 5.5 9 9m0-9-9 9" /></Icon>
export const Trash = () => <Icon><path d="M4 6h12M8 6V4h4v2m-6.5 0 .7 10h7.6l.7-10" /></Icon>
export const Dots = () => <Icon><path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.6" /></Icon>
export const Undo = () => <Icon><path d="M7.5 4.5 4 8l3.5 3.5M4.5 8h7a4 4 0 0 1 0 8H9" /></Icon>
export const Redo = () => <Icon><path d="M12.5 4.5 16 8l-3.5 3.5M15.5 8h-7a4 4 0 0 0 0 8H11" /></Icon>
export const Keyboard = () => <Icon><rect x="2.5" y="5" width="15" height="10" rx="2" /><path d="M6 8.5h.01M10 8.5h.01M14 8.5h.01M7 11.8h6" /></Icon>
export const SortIcon = () => <Icon><path d="M6.5 4v12m0 0L4 13.5M6.5 16 9 13.5M11.5 5h5m-5 4h3.5m-3.5 4h2" /></Icon>
export const Stack = () => <Icon><path d="m10 3.5 7 3.5-7 3.5L3 7Zm-7 7 7 3.5 7-3.5M3 13.5 10 17l7-3.5" /></Icon>

export function Mark({ size }: { size: number }) {
  return (
    <svg className="mark" viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      <circle cx="24" cy="24" r="7" fill="currentColor" />
      <circle cx="37" cy="11" r="3.6" fill="currentColor" />
      <path d="M40.2 18.1A17.2 17.2 0 1 1 29.9 7.8" fill="none" stroke="currentColor" strokeWidth="3.5" strokeLinecap="round" />
    </svg>
  )
}

/** How much of a list is done: an arc that fills clockwise, a tick's worth of colour when it is full. */
export function ProgressRing({ done, total, size }: { done: number; total: number; size: number }) {
  const share = total === 0 ? 0 : done / total
  return (
    <svg className="ring" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <circle className="ring-track" cx="10" cy="10" r="8" pathLength="1" />
      {share > 0 && <circle className="ring-arc" cx="10" cy="10" r="8" pathLength="1" strokeDasharray={`${share} 1`} />}
      <circle className="ring-core" cx="10" cy="10" r={share === 1 ? 4.5 : 2.6} />
    </svg>
  )
}

/** Priority by shape as well as by colour: a hollow, a half and a full dot. */
export function PriorityDot({ priority }: { priority: 0 | 1 | 2 }) {
  return (
    <svg className="priority-dot" data-priority={priority} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.75" fill={priority === 2 ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth="1.5" />
      {priority === 1 && <path d="M6 1.25a4.75 4.75 0 0 1 0 9.5Z" fill="currentColor" />}
    </svg>
  )
}
