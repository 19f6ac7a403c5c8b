import { useRef } from 'react'

interface Props {
  className: string
  label: string
  value: string
  /** The trimmed text, when it differs from the value. */
  onCommit: (text: string) => void
  /** Always last. `byKey`: Enter or Escape ended it, so the focus has nowhere to be yet. */
  onDone: (byKey: boolean) => void
}

/** A field in the place of a text: Enter and leaving it commit, Escape does not. */
export function InlineEdit({ className, label, value, onCommit, onDone }: Props) {
  // Enter unmounts the field, and some browsers then blur it too: the first end counts.
  const ended = useRef(false)
  const end = (commit: boolean, text: string, byKey: boolean) => {
    if (ended.current) return
    ended.current = true
    if (commit && text.trim() !== value) onCommit(text.trim())
    onDone(byKey)
  }
  return (
    <input
      className={className}
      aria-label={label}
      defaultValue={value}
      autoComplete="off"
      enterKeyHint="done"
      ref={takeOver}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') end(true, event.currentTarget.value, true)
        else if (event.key === 'Escape') end(false, value, true)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
      onBlur={(event) => end(true, event.currentTarget.value, false)}
    />
  )
}

function takeOver(input: HTMLInputElement | null) {
  input?.focus({ preventScroll: true })
  input?.select()
}
