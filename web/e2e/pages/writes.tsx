// A small app with a backend, for writes.test.mjs to drive: a list whose rows can be renamed and deleted, the number of
// writes that wait for an answer, and what was refused.

import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient, http, type Client, type Plugin, type WriteEntry, type WriteItemResult } from 'atoma-wasm'
import { useQuery, useStatus } from 'atoma-wasm/react'

interface Todo {
  id: string
  title: string
  version?: number
}

type App = { Todo: Todo }

/** A backend that answers when the test says so. */
class Held {
  readonly rows: Todo[] = []
  private readonly waiting: { entries: readonly WriteEntry[]; answer: (results: WriteItemResult[]) => void }[] = []

  constructor(private readonly commit: 'optimistic' | 'confirm') {}

  get plugin(): Plugin {
    return {
      id: 'held',
      setup: ({ execution }) =>
        void execution.register({
          id: 'held',
          consistency: { commit: this.commit },
          query: async () => ({ data: this.rows }),
          write: ({ entries }) => new Promise((done) => void this.waiting.push({ entries, answer: (results) => done({ results }) })),
        }),
    }
  }

  /** What waits for an answer: 'update a, delete b'. */
  readonly asked = () => this.waiting.map(({ entries }) => entries.map(({ action, id }) => `${action} ${id}`).join(', '))

  /** Answers the oldest request, with one result for all. */
  readonly answer = (result: WriteItemResult) => {
    const { entries, answer } = this.waiting.shift()!
    answer(entries.map(() => result))
  }
}

function Page({ client }: { client: Client<App> }) {
  const { Todo } = client.stores
  const { data, status } = useQuery(Todo, { sort: [{ field: 'title' }] })
  const { pendingWrites } = useStatus(client)
  const [refused, setRefused] = useState<string[]>([])
  useEffect(() => client.on('writeFailed', ({ ids, error }) => setRefused((all) => [...all, `${ids} ${error.code}`])), [client])
  return (
    <main data-status={status}>
      <output aria-label="pending">{pendingWrites}</output>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const title = String(new FormData(event.currentTarget).get('title'))
          void forget(Todo.addOne({ id: title.toLowerCase(), title }))
          event.currentTarget.reset()
        }}
      >
        <input name="title" aria-label="title" />
      </form>
      <ul>
        {data.map((todo) => (
          <li key={todo.id}>
            <span>{`${todo.title} v${todo.version}`}</span>
            <button aria-label={`shout ${todo.id}`} onClick={() => forget(Todo.updateOne(todo.id, { title: `${todo.title}!` }))} />
            <button aria-label={`delete ${todo.id}`} onClick={() => forget(Todo.deleteOne(todo.id))} />
          </li>
        ))}
      </ul>
      <ol aria-label="refused">{refused.map((text, i) => <li key={i}>{text}</li>)}</ol>
    </main>
  )
}

/** What is refused is told by the event. */
const forget = (write: Promise<unknown>) => write.catch(() => {})

async function show(plugin: Plugin): Promise<Client<App>> {
  const client = await createClient<App>({ plugins: [plugin] })
  createRoot(document.body.appendChild(document.createElement('div'))).render(
    <StrictMode>
      <Page client={client} />
    </StrictMode>,
  )
  return client
}

Object.assign(window, {
  async startHeld(rows: Todo[], commit: 'optimistic' | 'confirm') {
    const held = new Held(commit)
    held.rows.push(...rows)
    await show(held.plugin)
    Object.assign(window, { held })
  },
  async startHttp(baseURL: string) {
    Object.assign(window, { client: await show(http({ baseURL, retry: { baseMs: 5, maxMs: 20 } })) })
  },
})
