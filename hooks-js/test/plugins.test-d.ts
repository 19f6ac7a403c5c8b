// Types of plugins, extensions, executors and events, as a user meets them; never run.

import {
  type AnyEntity,
  AtomaError,
  type AtomaErrorCode,
  type Client,
  type ClientEvents,
  createClient,
  type Executor,
  type Extensions,
  type History,
  history,
  type Observability,
  observability,
  type OperationContext,
  type Plugin,
  type PluginContext,
  type Schema,
  type Store,
  type WriteEntry,
} from '../../dist/npm/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function exact<_ extends true>(): void {}

type Todo = { id: string; title: string; done: boolean }
type App = { Todo: Todo }

const schema = { Todo: { write: { strategy: 'queue' } } } as const satisfies Schema<App>

/** As an author of plugins writes one. */
function clock(): Plugin<{ clock: { now(): number } }> {
  return { id: 'clock', setup: () => ({ extension: { clock: { now: () => 1 } } }) }
}

const plain: Plugin = { id: 'plain', setup() {} }

export async function extensions(): Promise<void> {
  const one = await createClient({ plugins: [clock()] })
  exact<Equal<typeof one.clock, { now(): number }>>()
  const both = await createClient({ plugins: [clock(), plain, history(), observability()] })
  exact<Equal<typeof both.clock, { now(): number }>>()
  exact<Equal<typeof both.history, History>>()
  exact<Equal<typeof both.observability, Observability>>()
  exact<Equal<ReturnType<typeof both.history.undo>, Promise<boolean>>>()
  const client: Client = both
  // @ts-expect-error no plugin brings it
  both.nothing
  // @ts-expect-error an extension cannot be replaced
  both.clock = { now: () => 2 }
  void client
}

export async function withTypesOfItsOwn(): Promise<void> {
  const plugins = [clock(), plain] as const
  const client = await createClient<App, typeof schema, typeof plugins>({ schema, plugins })
  exact<Equal<typeof client.clock, { now(): number }>>()
  exact<Equal<typeof client.stores.Todo, Store<Todo>>>()
  const array = [clock(), history()]
  const second = await createClient<App, typeof schema, typeof array>({ schema, plugins: array })
  exact<Equal<typeof second.history, History>>()
  exact<Equal<typeof second.clock, { now(): number }>>()
}

export async function withoutExtensions(): Promise<void> {
  const none = await createClient<App>()
  exact<Equal<typeof none, Client<App>>>()
  const plugins: Plugin[] = [plain]
  const client = await createClient<App>({ plugins })
  exact<Equal<typeof client, Client<App>>>()
  const quiet = await createClient({ plugins: [plain, { id: 'inline', setup: () => {} }] })
  exact<Equal<typeof quiet, Client>>()
  // a plugin with an extension is a plugin
  await createClient<App>({ plugins: [clock()] })
  const any: Plugin<object>[] = [clock(), plain]
  await createClient<App>({ plugins: any })
}

export async function inline(): Promise<void> {
  const client = await createClient({
    plugins: [
      {
        id: 'inline',
        provides: ['size'],
        requires: ['other'],
        async setup(ctx: PluginContext) {
          ctx.services.register('size', 1)
          return { extension: { size: 1 }, dispose: async () => {} }
        },
      },
    ],
  })
  exact<Equal<typeof client.size, number>>()
  exact<Equal<Extensions<readonly [Plugin<{ a: 1 }>, Plugin, Plugin<{ b: 2 }>]>, { a: 1 } & { b: 2 } & {}>>()
}

export async function inferred(): Promise<void> {
  const bare = { id: 'bare', setup: () => ({ extension: { bare: 1 }, dispose() {} }) }
  const checked = { id: 'checked', setup: (ctx) => ({ extension: { checked: ctx.clientId } }) } satisfies Plugin
  const later = { id: 'later', setup: async () => ({ extension: { later: new Date() } }) }
  const client = await createClient({ plugins: [bare, checked, later, { id: 'x', setup: async () => {} }] })
  exact<Equal<typeof client.bare, number>>()
  exact<Equal<typeof client.checked, string>>()
  exact<Equal<typeof client.later, Date>>()
}

export function wrong(): void {
  // @ts-expect-error a plugin has an id
  void createClient({ plugins: [{ setup() {} }] })
  // @ts-expect-error and a set-up
  void createClient({ plugins: [{ id: 'x' }] })
  // @ts-expect-error what is required are names
  void createClient({ plugins: [{ id: 'x', requires: [1], setup() {} }] })
  const typed: Plugin<{ a: number }> = {
    id: 'x',
    // @ts-expect-error it brings what it says that it brings
    setup: () => ({ extension: { a: 'text' } }),
  }
  void typed
  // @ts-expect-error there is no choice of a backend by the call
  void createClient<App>().then(({ stores }) => stores.Todo.addOne({ title: '', done: false }, { route: 'x' }))
}

export function contexts(ctx: PluginContext): void {
  exact<Equal<typeof ctx.clientId, string>>()
  exact<Equal<ReturnType<typeof ctx.stores.list>, string[]>>()
  exact<Equal<ReturnType<typeof ctx.stores.use>, Store<AnyEntity>>>()
  exact<Equal<ReturnType<typeof ctx.stores.peek>, AnyEntity | undefined>>()
  exact<Equal<ReturnType<typeof ctx.stores.snapshot>, AnyEntity[]>>()
  exact<Equal<ReturnType<typeof ctx.services.resolve>, unknown>>()
  exact<Equal<ReturnType<typeof ctx.execution.register>, () => void>>()
  const off: () => void = ctx.events.on('writeFailed', ({ error, ids, writeStrategy, context, traceId }) => {
    exact<Equal<typeof error, AtomaError>>()
    exact<Equal<typeof ids, readonly string[]>>()
    exact<Equal<typeof writeStrategy, string>>()
    exact<Equal<typeof context, OperationContext>>()
    exact<Equal<typeof traceId, string>>()
  })
  ctx.events.once('readFinish', (event) => exact<Equal<typeof event, ClientEvents['readFinish']>>())
  ctx.execution.registerStrategy('queue', async ({ entries, storeName, writeStrategy, context }, { signal }) => {
    void [storeName, writeStrategy, context.opContext.scope, context.traceId, signal.aborted]
    return { results: entries.map(() => ({ ok: true, version: 2 })) }
  })
  // @ts-expect-error there is no such event
  ctx.events.on('nothing', () => {})
  // @ts-expect-error a context is not the plugin's to change
  ctx.clientId = 'x'
  void off
}

export const executor: Executor = {
  id: 'mine',
  consistency: { base: 'cache', commit: 'confirm' },
  async query({ query, storeName }, { signal }) {
    void [query.filter, storeName, signal]
    return { data: [{ id: 'x' }], pageInfo: { hasNextPage: false, hasPreviousPage: false, total: 1 } }
  },
  async write({ entries }) {
    return {
      results: entries.map((entry: WriteEntry) =>
        entry.value ? { ok: true, value: entry.value } : { ok: false, error: { code: 'gone', message: entry.id }, current: {} },
      ),
    }
  },
}
// @ts-expect-error changes are optimistic or confirmed
export const impatient: Executor = { id: 'x', consistency: { commit: 'never' } }
// @ts-expect-error an executor answers later
export const synchronous: Executor = { id: 'x', write: () => ({ results: [] }) }

export async function listening(client: Client<App>): Promise<void> {
  client.on('storeCreated', ({ storeName, storeKey }) => void [storeName, storeKey], { once: true })
  client.on('changeCommitted', ({ ids, ms }) => void [ids.length, ms])
  observability({ limit: 10, sample: 0.5, sink: (entry) => entry.name === 'writeFailed' && entry.event.error.code, events: ['writeFailed'] })
  // @ts-expect-error no such event
  observability({ events: ['nothing'] })
}

export const processed: Schema<App> = {
  Todo: {
    processor: {
      inbound: (row, { storeName, action, opContext, traceId }) => (void [storeName, action, opContext, traceId], { ...row, done: true }),
      outbound: async (row) => row,
      writeback: (row) => row,
      validate: (row) => row.title !== '',
    },
  },
}
// @ts-expect-error a row comes out
export const swallowing: Schema<App> = { Todo: { processor: { inbound: () => 5 } } }

/** Those of atoma are a closed list; a backend's own are codes too. */
export function codes(error: AtomaError): boolean {
  const known: AtomaErrorCode = 'conflict'
  // @ts-expect-error no code of atoma's
  const unknown: AtomaErrorCode = 'payment_required'
  void [known, unknown, new AtomaError('payment_required', 'as the backend says')]
  switch (error.code) {
    case 'conflict':
    case 'executor_conflict':
    case 'payment_required':
      return true
    default:
      return false
  }
}
