import { AtomaError } from 'atoma-wasm'
import { Mark } from './icons'

export function ErrorScreen({ error }: { error: unknown }) {
  const message = error instanceof Error ? error.message : String(error)
  return (
    <main className="splash splash-error" role="alert">
      <Mark size={56} />
      <h1>The engine did not start</h1>
      <p className="splash-message">
        {error instanceof AtomaError && <code>{error.code}</code>}
        {message}
      </p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  )
}
