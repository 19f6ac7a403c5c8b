// What components throw, as a page shows it.

import { Component, type ReactNode } from 'react'

/** Shows the code of what its children throw. */
export class Boundary extends Component<{ children: ReactNode }, { code?: string }> {
  override state: { code?: string } = {}

  static getDerivedStateFromError(error: { code: string }) {
    return { code: error.code }
  }

  override render() {
    return this.state.code === undefined ? this.props.children : <output>{this.state.code}</output>
  }
}

/** React reports what a boundary catches, which would fail the test: with console.error, and React 18 as an uncaught error, too. */
export function silence() {
  const { error } = console
  const calm = (event: ErrorEvent) => event.preventDefault()
  console.error = () => {}
  addEventListener('error', calm)
  return {
    restore() {
      console.error = error
      removeEventListener('error', calm)
    },
  }
}
