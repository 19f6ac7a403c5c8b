// A backend as an app might write one: a JavaScript executor over rows in
// another client, which does the queries. What memory() does in the engine is
// written down here a second time, entry by entry.

import { type Client, createClient, type Executor, type Plugin, type WriteEntry, type WriteItemResult } from '../../../dist/npm/index.js'
import { channel, type Loose, type Versioned } from '../contract/support.js'

export interface Reference {
  executor: Executor
  plugin(): Plugin
  close(): Promise<void>
}

export async function reference(id = 'reference'): Promise<Reference> {
  const rows = await createClient<{ [store: string]: Loose }>()
  const done = new Map<string, WriteItemResult>()
  let last: Promise<unknown> = Promise.resolve()
  /** One request at a time, each in a task of its own. */
  const inTurn = <T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> => {
    const own = last.then(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      return run()
    })
    last = own.catch(() => {})
    return own
  }
  const executor: Executor = {
    id,
    query: ({ storeName, query }, { signal }) =>
      inTurn(signal, () => {
        const { include: _, ...own } = query
        return rows.stores(storeName).findMany(own as object)
      }),
    write: ({ storeName, entries }, { signal }) =>
      inTurn(signal, async () => {
        const results: WriteItemResult[] = []
        // adds of this request that were refused: what builds on them fails with them
        const notAdded = new Map<string, WriteItemResult>()
        for (const entry of entries) {
          const onTop = entry.action === 'update' || entry.action === 'delete'
          const result =
            done.get(entry.idempotencyKey) ??
            (onTop ? notAdded.get(entry.id) : undefined) ??
            (await apply(rows, storeName, entry))
          if (result.ok) notAdded.delete(entry.id)
          else if (entry.action === 'add') notAdded.set(entry.id, result)
          done.set(entry.idempotencyKey, result)
          results.push(result)
        }
        return { results }
      }),
  }
  return {
    executor,
    plugin: () => ({ id, setup: ({ execution }) => void execution.register(executor) }),
    close: () => rows.dispose(),
  }
}

async function apply(rows: Client<{ [store: string]: Loose }>, storeName: string, entry: WriteEntry): Promise<WriteItemResult> {
  const { action, id, value, baseVersion } = entry
  const store = rows.stores(storeName)
  const now = (await store.getOne(id)) as Versioned | undefined
  const refuse = (code: string): WriteItemResult => ({
    ok: false,
    error: { code, message: `${action} of ${JSON.stringify(id)} was refused: ${code}` },
    ...(now && { current: { value: now } }),
  })
  if (action === 'add' && now) return refuse('already_exists')
  if (action === 'update' && !now) return refuse('not_found')
  if (action !== 'add' && baseVersion !== undefined && now?.version !== baseVersion) return refuse('conflict')
  if (action === 'delete') {
    if (now) await channel(store).writeback([{ id, deleted: true }])
    return { ok: true }
  }
  const version = (now?.version ?? 0) + 1
  await channel(store).writeback([{ ...value, id, version }])
  return { ok: true, version }
}
