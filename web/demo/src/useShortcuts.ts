import { useEffect, useEffectEvent } from 'react'

const typing = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'

/**
 * Page-wide keys. They keep quiet while somebody types, while a dialog is open, and where a component nearer to the
 * focus has taken the key already. `mod+` stands for Control, or Command on a Mac.
 */
export function useShortcuts(keys: Record<string, () => void>) {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return
    const target = event.target instanceof Element ? event.target : undefined
    if (target?.closest(typing) || document.querySelector('dialog[open]')) return
    if (target?.closest('[role=menu], [type=radio]') && event.key.startsWith('Arrow')) return
    const run = keys[event.ctrlKey || event.metaKey ? `mod+${event.key.toLowerCase()}` : event.key]
    if (!run) return
    event.preventDefault()
    run()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event)
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])
}
