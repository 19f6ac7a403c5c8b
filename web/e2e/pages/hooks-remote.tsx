// The scenarios of hooks-remote.test.mjs: hooks of a client that has an executor.

import * as React from 'react'
import { Suspense, useEffect, useState } from 'react'
import { AtomaError, type Plugin, type QueryAnswer, type QueryRequest, type WriteAnswer } from 'atoma-wasm'
import { useQuery, useStatus, useSuspenseQuery, type FetchPolicy, type QueryResult } from 'atoma-wasm/react'
import { Boundary, silence } from './boundary'
import { Stage, type Todo } from './stage'
import { equal, ok, pass, same, settled, until } from './until'

interface Asked {
  query: QueryRequest['query']
  signal: AbortSignal
  answer(data: readonly unknown[], pageInfo?: QueryAnswer['pageInfo']): void
  fail(error: unknown): void
}

/** A backend that answers when the scenario says so. */
class Backend {
  /** Every query that was asked. */
  readonly asked: Asked[] = []
  readonly written: ((answer: WriteAnswer) => void)[] = []

  readonly plugin: Plugin = {
    id: 'backend',
    setup: ({ execution }) =>
      void execution.register({
        id: 'backend',
        query: ({ query }, { signal }) =>
          new Promise((resolve, fail) => {
            const answer: Asked['answer'] = (data, pageInfo) => resolve(pageInfo === undefined ? { data } : { data, pageInfo })
            this.asked.push({ query, signal, answer, fail })
          }),
        write: ({ entries }) =>
          new Promise((resolve) => void this.written.push((answer) => resolve(answer ?? { results: entries.map(() => ({ ok: true })) }))),
      }),
  }

  get last(): Asked {
    return this.asked.at(-1)!
  }
}

interface RemoteStage extends Stage {
  backend: Backend
}

const row = (id: string, n = 0, version = 1) => ({ id, title: id.toUpperCase(), n, version })

const scenarios: Record<string, (stage: RemoteStage) => Promise<void>> = {
  async 'useQuery asks once, also under StrictMode, shows the answer, and follows writes'(stage) {
    const { client, todos, backend, show, texts } = stage
    const seen: string[] = []
    function Top() {
      const { data, status, isFetching } = useQuery(client.stores('Todo'), { filter: { n: { gte: 1 } }, sort: [{ field: 'n' }] })
      const text = `${status} ${isFetching} ${data.map(({ title }) => title)}`
      if (seen.at(-1) !== text) seen.push(text)
      return <output>{text}</output>
    }
    show(<Top />)
    await until(() => texts('output'), ['pending true '])
    await settled()
    equal(backend.asked.length, 1, 'queries')
    equal(backend.last.query, { filter: { n: { gte: 1 } }, sort: [{ field: 'n' }] } as never)
    backend.last.answer([row('b', 2), row('a', 1)])
    await until(() => texts('output'), ['success false A,B'])
    ok(seen.length <= 3, `states: ${seen.join(' | ')}`)
    forget(todos.updateOne('b', { title: 'changed' }))
    forget(todos.addOne({ id: 'c', title: 'new', n: 5 }))
    await until(() => texts('output'), ['success false A,changed,new'])
    await settled()
    equal(backend.asked.length, 1, 'queries in the end')
  },

  async 'components with equal queries share one question, others ask their own'(stage) {
    const { client, backend, show, texts } = stage
    const One = ({ n }: { n: number }) => <output>{useQuery(client.stores.Todo, { filter: { n } }).data.length}</output>
    const tree = (n: number) => [1, 1, 2].map((each, i) => <One key={i} n={each === 1 ? 1 : n} />)
    show(tree(2))
    await until(() => backend.asked.length, 2)
    await settled()
    equal(backend.asked.length, 2)
    backend.asked[0]!.answer([row('a', 1)])
    await until(() => texts('output'), ['1', '1', '0'])
    show(tree(3))
    await until(() => backend.asked.length, 3)
    equal(backend.last.query, { filter: { n: 3 } } as never)
    show(<One n={1} />)
    await settled()
    equal(backend.asked.length, 3, 'queries, after one more mount of what is there')
  },

  async 'the fetch policies: what shows before the answer, and whether there is one'(stage) {
    const { client, backend, show, texts } = stage
    await fill(stage, row('a'))
    function Policy({ fetchPolicy }: { fetchPolicy: FetchPolicy }) {
      const { data, status, isFetching, pageInfo } = useQuery(client.stores.Todo, { limit: 5 }, { fetchPolicy })
      return <output>{`${status} ${isFetching} ${data.length} ${pageInfo?.total}`}</output>
    }
    show(<Policy fetchPolicy="cache-only" />)
    await until(() => texts('output'), ['success false 1 undefined'])
    await settled()
    equal(backend.asked.length, 0, 'queries with cache-only')
    show(<Policy key="2" fetchPolicy="network-only" />)
    await until(() => texts('output'), ['pending true 0 undefined'])
    await until(() => backend.asked.length, 1)
    show(<Policy key="3" fetchPolicy="cache-and-network" />)
    await until(() => texts('output'), ['success true 1 undefined'])
    backend.last.answer([row('a'), row('b')], { hasNextPage: false, hasPreviousPage: false, total: 2 })
    await until(() => texts('output'), ['success false 2 2'])
    show(<Policy key="4" fetchPolicy="network-only" />)
    await until(() => texts('output'), ['success false 2 2'])
    equal(backend.asked.length, 1, 'queries')
  },

  async 'an error of the backend shows beside the rows that are here, and refetch asks again'(stage) {
    const { client, backend, show, texts } = stage
    await fill(stage, row('a'))
    let result: QueryResult<Todo>
    function Rows() {
      result = useQuery(client.stores.Todo)
      return <output>{`${result.status} ${result.isFetching} ${result.data.length} ${result.error?.code}`}</output>
    }
    show(<Rows />)
    await until(() => backend.asked.length, 1)
    backend.last.fail(new AtomaError('network', 'there is no connection'))
    await until(() => texts('output'), ['error false 1 network'])
    let done = 0
    const again = () => void result.refetch().then(() => done++)
    again()
    await until(() => texts('output'), ['error true 1 network'])
    again()
    await until(() => backend.asked.length, 3)
    ok(backend.asked[1]!.signal.aborted, 'what a later refetch replaces is aborted')
    backend.asked[1]!.answer([])
    await settled()
    equal(done, 0, 'refetches that resolved before their answer')
    backend.last.answer([row('a', 0, 2), row('b')])
    await until(() => texts('output'), ['success false 2 undefined'])
    equal(done, 2, 'refetches that resolved')
    const before = result!
    const third = result!.refetch()
    await until(() => backend.asked.length, 4)
    backend.last.answer([row('a', 0, 2), row('b')])
    await third
    await until(() => texts('output'), ['success false 2 undefined'])
    same(result!.data, before.data, 'data after an answer that says the same')
  },

  async 'what the backend has no more is not shown, whatever is kept of it'(stage) {
    const { client, backend, show, texts } = stage
    await fill(stage, row('a', 1), row('b', 2), row('c', 3), row('d', 4))
    const sort = [{ field: 'n' }] as const
    function Rows() {
      const some = useQuery(client.stores.Todo, { filter: { n: { gte: 2 } }, sort })
      const first = useQuery(client.stores.Todo, { sort, limit: 2 })
      return [some, first].map(({ data }, i) => <output key={i}>{data.map(({ id }) => id).join()}</output>)
    }
    show(<Rows />)
    await until(() => backend.asked.length, 2)
    await until(() => texts('output'), ['b,c,d', 'a,b'])
    for (const { query, answer } of backend.asked) answer(query.filter ? [row('b', 2), row('d', 4)] : [row('b', 2), row('d', 4)])
    await until(() => texts('output'), ['b,d', 'b,d'])
    forget(stage.todos.addOne({ id: 'new', title: 'new', n: 3 }))
    await until(() => texts('output'), ['b,new,d', 'b,new'])
    // a row that was left out and changes is what it is now
    await channelOf(stage).writeback([row('c', 3, 2)])
    await until(() => texts('output'), ['b,c,new,d', 'b,c'])
  },

  async 'pages are the backend’s, live, and fetchMore has it asked for more'(stage) {
    const { client, backend, show, texts } = stage
    let result: QueryResult<Todo>
    let setAfter: (after: string) => void = () => {}
    function Page() {
      const [after, set] = useState('a cursor of theirs')
      setAfter = set
      result = useQuery(client.stores.Todo, { sort: [{ field: 'n' }], page: { mode: 'cursor', limit: 2, after } })
      return <output>{`${result.status} ${result.isFetching} ${result.data.map(({ title }) => title)} ${result.pageInfo?.hasNextPage} ${result.error?.code}`}</output>
    }
    const page = (hasNextPage: boolean) => ({ hasNextPage, hasPreviousPage: true, endCursor: 'more of theirs' })
    show(<Page />)
    await until(() => texts('output'), ['pending true  undefined undefined'])
    await until(() => backend.asked.length, 1)
    backend.last.answer([row('z', 9), row('y', 1)], page(true))
    await until(() => texts('output'), ['success false Z,Y true undefined'])
    forget(stage.todos.updateOne('z', { title: 'zed' }))
    await until(() => texts('output'), ['success false zed,Y true undefined'])
    let done = false
    void result!.fetchMore().then(() => (done = true))
    await until(() => texts('output'), ['success true zed,Y true undefined'])
    equal(backend.last.query.page, { mode: 'cursor', limit: 4, after: 'a cursor of theirs' })
    ok(!done, 'fetchMore resolved before the answer')
    backend.last.answer([row('z', 9), row('y', 1), row('x', 0)], page(false))
    await until(() => texts('output'), ['success false zed,Y,X false undefined'])
    await until(() => done, true)
    await result!.fetchMore()
    equal(backend.asked.length, 2, 'queries')
    forget(stage.todos.deleteOne('y'))
    await until(() => texts('output'), ['success false zed,X false undefined'])
    setAfter('another of theirs')
    await until(() => texts('output'), ['pending true  undefined undefined'])
    await until(() => backend.asked.length, 3)
    backend.last.answer([])
    await until(() => texts('output'), ['success false  undefined undefined'])
  },

  async 'fetchMore of a limit shows as many more, whoever they are from'(stage) {
    const { client, backend, show, texts } = stage
    let fetchMore = async () => {}
    function Limited() {
      const result = useQuery(client.stores.Todo, { sort: [{ field: 'n' }], limit: 2 })
      useEffect(() => void (fetchMore = result.fetchMore))
      return <output>{`${result.isFetching} ${result.data.map(({ id }) => id)}`}</output>
    }
    show(<Limited />)
    await until(() => backend.asked.length, 1)
    backend.last.answer([row('a', 1), row('b', 2)])
    await until(() => texts('output'), ['false a,b'])
    await settled()
    const more = fetchMore()
    await until(() => backend.asked.length, 2)
    equal(backend.last.query.limit, 4)
    backend.last.answer([row('a', 1), row('b', 2), row('c', 3)])
    await more
    await until(() => texts('output'), ['false a,b,c'])
    await settled()
    await fetchMore()
    equal(backend.asked.length, 2, 'queries after the end')
  },

  async 'a malformed query is an error, and is not asked'(stage) {
    const { client, backend, show, texts } = stage
    function Find() {
      const { status, error, isFetching } = useQuery(client.stores.Todo, { filter: { n: { nope: 1 } } } as never)
      return <output>{`${status} ${error?.code} ${isFetching}`}</output>
    }
    show(<Find />)
    await until(() => texts('output'), ['error invalid_query false'])
    await settled()
    equal(backend.asked.length, 0)
  },

  async 'a query that nobody shows any more is given up, and asked anew when it is shown again'(stage) {
    const { client, backend, show, texts } = stage
    const Rows = () => <output>{useQuery(client.stores.Todo).data.length}</output>
    show(<Rows />)
    await until(() => backend.asked.length, 1)
    show(<p>nothing</p>)
    await settled()
    show(<Rows />)
    await settled()
    equal(backend.asked.length, 1, 'queries after a moment')
    ok(!backend.last.signal.aborted, 'not aborted')
    show(<p>nothing</p>)
    await settled()
    await pass(2_200)
    ok(backend.last.signal.aborted, 'aborted')
    show(<Rows />)
    await until(() => backend.asked.length, 2)
    backend.last.answer([row('a')])
    await until(() => texts('output'), ['1'])
  },

  async 'useSuspenseQuery suspends until the first answer, asks once, and does not suspend for a later one'(stage) {
    const { client, backend, show, texts } = stage
    function Rows() {
      return <output>{useSuspenseQuery(client.stores.Todo, { sort: [{ field: 'n' }] }).data.map(({ id }) => id).join()}</output>
    }
    const tree = (
      <Suspense fallback={<output>waiting</output>}>
        <Rows />
        <Rows />
      </Suspense>
    )
    await fill(stage, row('a', 1))
    show(tree)
    await until(() => texts('output'), ['waiting'])
    await settled()
    equal(backend.asked.length, 1, 'queries')
    backend.last.answer([row('b', 0), row('a', 1)])
    await until(() => texts('output'), ['b,a', 'b,a'])
    forget(stage.todos.addOne({ id: 'c', title: 'c', n: 2 }))
    await until(() => texts('output'), ['b,a,c', 'b,a,c'])
    await settled()
    equal(backend.asked.length, 1, 'queries in the end')
  },

  async 'useSuspenseQuery throws the backend’s error, and asks again for who comes back later'(stage) {
    const { client, backend, show, texts } = stage
    const calm = silence()
    const Rows = () => <output>{useSuspenseQuery(client.stores.Todo).data.length}</output>
    const tree = (key: string) => (
      <Boundary key={key}>
        <Suspense fallback={<output>waiting</output>}>
          <Rows />
        </Suspense>
      </Boundary>
    )
    show(tree('1'))
    await until(() => backend.asked.length, 1)
    backend.last.fail(new AtomaError('unauthorized', 'log in first, please'))
    await until(() => texts('output'), ['unauthorized'])
    await pass(200)
    show(tree('2'))
    await until(() => backend.asked.length, 2)
    backend.last.answer([row('a')])
    await until(() => texts('output'), ['1'])
    calm.restore()
  },

  async 'useStatus follows what is pending'(stage) {
    const { client, backend, show, texts } = stage
    const Pending = () => <output>{useStatus(client).pendingWrites}</output>
    show(<Pending />)
    await until(() => texts('output'), ['0'])
    const writes = [stage.todos.addOne({ id: 'a', title: 'a' }), stage.todos.addOne({ id: 'b', title: 'b' })]
    await until(() => texts('output'), ['2'])
    await until(() => backend.written.length > 0, true)
    while (backend.written.length > 0) {
      backend.written.shift()!(undefined as never)
      await settled()
    }
    await Promise.all(writes)
    await until(() => texts('output'), ['0'])
  },

  async 'a client that is disposed leaves what is shown, and ends what is asked'(stage) {
    const { client, backend, show, texts } = stage
    await fill(stage, row('a'))
    const Rows = () => {
      const { data, isFetching } = useQuery(client.stores.Todo)
      return <output>{`${data.length} ${isFetching}`}</output>
    }
    show(<Rows />)
    await until(() => backend.asked.length, 1)
    await client.dispose()
    ok(backend.last.signal.aborted, 'aborted')
    await until(() => texts('output'), ['1 false'])
    backend.last.answer([])
    await settled()
    equal(texts('output'), ['1 false'])
  },
}

/** Nobody waits for this write, which the end of the client refuses. */
function forget(write: Promise<unknown>): void {
  write.catch(() => {})
}

/** Rows that the backend is known to have. */
async function fill(stage: RemoteStage, ...rows: unknown[]): Promise<void> {
  const all = stage.todos.getAll()
  await until(() => stage.backend.asked.length, 1)
  stage.backend.asked.pop()!.answer(rows)
  await all
}

function channelOf({ todos }: Stage): { writeback(rows: unknown[]): Promise<void> } {
  return (todos as never as Record<symbol, { writeback(rows: unknown[]): Promise<void> }>)[Symbol.for('atoma.storeInternal')]!
}

async function run(title: string): Promise<void> {
  const backend = new Backend()
  const stage = Object.assign(await Stage.open([backend.plugin]), { backend })
  await scenarios[title]!(stage)
  // what has failed stays to be seen
  await stage.close()
}

Object.assign(window, { reactVersion: React.version, titles: Object.keys(scenarios), run })
