// Types of history(), useHistory and multiplex(), as a user meets them; never run.

import {
  createClient,
  type Executor,
  type History,
  history,
  type HistoryConflict,
  multiplex,
  type MultiplexBackend,
  type OperationContext,
  type Plugin,
} from '../../dist/npm/index.js'
import { type HistoryControls, useHistory } from '../../dist/npm/react.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function exact<_ extends true>(): void {}

const executor: Executor = { id: 'x' }
const plain: Plugin = { id: 'plain', setup() {} }
const withClock: Plugin<{ clock: () => number }> = { id: 'clock', setup: () => ({ extension: { clock: () => 1 } }) }
const withCache: Plugin<{ cache: Map<string, string> }> = { id: 'cache', setup: () => ({ extension: { cache: new Map<string, string>() } }) }

export async function histories(): Promise<void> {
  const client = await createClient({
    plugins: [history({ limit: 10, onConflict: ({ fields, direction }: HistoryConflict) => void [fields.length, direction === 'undo'] })],
  })
  exact<Equal<typeof client.history, History>>()
  exact<Equal<ReturnType<History['canRedo']>, boolean>>()
  const done: boolean = await client.history.redo('scope')
  const stop: () => void = client.history.subscribe(() => {})
  void [done, stop]
  // @ts-expect-error a scope is a text
  await client.history.undo(5)
  // @ts-expect-error no such option
  history({ depth: 5 })
}

export async function Buttons(): Promise<void> {
  const client = await createClient({ plugins: [history(), plain] })
  const controls = useHistory(client, 'board')
  exact<Equal<typeof controls, HistoryControls>>()
  const enabled: boolean = controls.canUndo && controls.canRedo
  const click: (event: { type: string }) => unknown = controls.undo
  void [enabled, click]
  const bare = await createClient()
  // @ts-expect-error it has no history
  useHistory(bare)
}

export async function multiplexes(): Promise<void> {
  const client = await createClient({
    plugins: [
      multiplex({
        backends: [
          { stores: ['Todo'], backend: withClock },
          { match: ({ storeName, context }: { storeName: string; context: OperationContext }) => storeName === context.traceId, backend: executor },
          { stores: ['Note'], match: (request) => request.context.opContext.scope === 'x', backend: plain },
        ],
        default: withCache,
      }),
      history(),
    ],
  })
  exact<Equal<ReturnType<typeof client.clock>, number>>()
  exact<Equal<typeof client.cache, Map<string, string>>>()
  exact<Equal<typeof client.history, History>>()
  // @ts-expect-error no backend brings it
  client.nothing

  const local = await createClient({ plugins: [multiplex({ backends: [{ stores: ['Todo'], backend: executor }] })] })
  await local.dispose()
  const any: MultiplexBackend[] = [plain, executor]
  multiplex({ backends: any.map((backend) => ({ stores: ['Todo'], backend })), default: executor })
  const plugin: Plugin<object> = multiplex({ backends: [] })
  void plugin
  // @ts-expect-error a backend is a plugin or an executor
  multiplex({ backends: [{ stores: ['Todo'], backend: 5 }] })
  // @ts-expect-error stores are names
  multiplex({ backends: [{ stores: [5], backend: plain }] })
}
