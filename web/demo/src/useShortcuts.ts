import { useEffect, useEffectEvent } from 'react'

const typing = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'
const stepping = /^mod\+(shift\+)?[zy]$/

/**
 * Page-wide keys. They keep quiet while somebody types, while a dialog is open, and where a component nearer to the
 * focus has taken the key already. `mod+` stands for Control, or Command on a Mac. Undo and redo work in an empty field too.
 */
export function useShortcuts(keys: Record<string, () => void>) {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return
    const target = event.target instanceof Element ? event.target : undefined
    const key = event.ctrlKey || event.metaKey ? `mod+${event.shiftKey ? 'shift+' : ''}${event.key.toLowerCase()}` : event.key
    const empty = target instanceof HTMLInputElement && target.value === '' && stepping.test(key)
    if ((target?.closest(typing) && !empty) || document.querySelector('dialog[open]')) return
    if (target?.closest('[role=menu], [type=radio]') && event.key.startsWith('Arrow')) return
    const run = keys[key]
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
