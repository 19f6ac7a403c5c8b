import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { ErrorScreen } from './ErrorScreen'
import { openClient, seed } from './model'
import { createSession, SessionContext } from './session'

/** The whole start, up to what there is to show. Until it settles, the loading screen of index.html stands. */
async function start(): Promise<ReactNode> {
  try {
    const client = await openClient()
    const session = createSession(client, await seed(client))
    return (
      <SessionContext value={session}>
        <App />
      </SessionContext>
    )
  } catch (error) {
    return <ErrorScreen error={error} />
  }
}

const screen = await start()
createRoot(document.getElementById('root')!).render(<StrictMode>{screen}</StrictMode>)
