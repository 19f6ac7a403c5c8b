// The scenarios of the hooks that take a query, ids, a filter or a spec.

import { memo, Suspense, useEffect, useState } from 'react'
import { useAggregate, useAll, useCount, useIds, useMany, useOne, useQuery, useStatus, useSuspenseQuery } from 'atoma-wasm/react'
import { Boundary, silence } from './boundary'
import type { Stage, Todo } from './stage'
import { equal, ok, same, settled, until } from './until'

export const queryScenarios: Record<string, (stage: Stage) => Promise<void>> = {
  async 'useQuery is a success at once, follows writes, and takes a query written inline'(stage) {
    const { client, todos, show, texts } = stage
    await numbered(stage, 6)
    let renders = 0
    const results: unknown[] = []
    let again = () => {}
    function Top() {
      const [, set] = useState(0)
      again = () => set((n) => n + 1)
      renders++
      const result = useQuery(client.stores('Todo'), { filter: { n: { gte: 2 } }, sort: [{ field: 'n', dir: 'desc' }], limit: 2 })
      results.push(result)
      return <output>{`${result.status} ${result.isFetching} ${result.data.map(({ title }) => title)} ${result.pageInfo}`}</output>
    }
    show(<Top />)
    await until(() => texts('output'), ['success false t5,t4 undefined'])
    await settled()
    const before = renders
    const last = results.at(-1)
    again()
    await settled()
    same(results.at(-1), last, 'the result after a render for another reason')
    ok(renders - before <= 2, `${renders - before} renders`)
    await todos.updateOne('t1', { title: 'unseen' })
    await settled()
    same(results.at(-1), last, 'the result after a write elsewhere')
    await todos.updateOne('t2', { n: 9 })
    await until(() => texts('output'), ['success false t2,t5 undefined'])
    await todos.deleteMany(['t2', 't5'])
    await until(() => texts('output'), ['success false t4,t3 undefined'])
  },

  async 'useQuery: a malformed query is an error and not a throw, and the next one works'(stage) {
    const { client, show, texts } = stage
    await numbered(stage, 2)
    let setField: (field: string) => void = () => {}
    function Find() {
      const [operator, set] = useState('nope')
      setField = set
      const { status, error, data } = useQuery(client.stores.Todo, { filter: { n: { [operator]: 1 } } } as never)
      return <output>{`${status} ${error?.code} ${data.length}`}</output>
    }
    show(<Find />)
    await until(() => texts('output'), ['error invalid_query 0'])
    setField('gte')
    await until(() => texts('output'), ['success undefined 1'])
    setField('also no')
    await until(() => texts('output'), ['error invalid_query 0'])
  },

  async 'useQuery: fetchMore shows a page more, in place, and not beyond the end'(stage) {
    const { client, todos, show, texts } = stage
    await numbered(stage, 7)
    const more: (() => Promise<void>)[] = []
    function Pages() {
      const byLimit = useQuery(client.stores.Todo, { sort: [{ field: 'n' }], limit: 2 })
      const byCursor = useQuery(client.stores.Todo, { sort: [{ field: 'n' }], page: { mode: 'cursor', limit: 3 } })
      const byOffset = useQuery(client.stores.Todo, { sort: [{ field: 'n' }], page: { mode: 'offset', limit: 2, offset: 1, includeTotal: true } })
      useEffect(() => void more.splice(0, 3, byLimit.fetchMore, byCursor.fetchMore, byOffset.fetchMore))
      return [byLimit, byCursor, byOffset].map(({ data, pageInfo }, i) => <output key={i}>{`${data.length} ${pageInfo?.hasNextPage} ${pageInfo?.total}`}</output>)
    }
    show(<Pages />)
    await until(() => texts('output'), ['2 undefined undefined', '3 true undefined', '2 true 7'])
    await settled()
    for (const fetch of more) await fetch()
    await until(() => texts('output'), ['4 undefined undefined', '6 true undefined', '4 true 7'])
    await todos.addOne({ id: 'first', title: 'first', n: -1 })
    await until(() => texts('output'), ['4 undefined undefined', '6 true undefined', '4 true 8'])
    await settled()
    for (const fetch of [...more]) await fetch()
    await until(() => texts('output'), ['6 undefined undefined', '8 false undefined', '6 true 8'])
    for (let i = 0; i < 3; i++) for (const fetch of [...more]) await fetch()
    await until(() => texts('output')[1], '8 false undefined')
  },

  async 'useQuery: each fetchMore of one result shows a page more, and one of an earlier query none'(stage) {
    const { client, todos, show, texts } = stage
    await numbered(stage, 9)
    type Result = { fetchMore(): Promise<void> }
    let results: Result[] = []
    let setField: (field: 'n' | 'title') => void = () => {}
    function Pages() {
      const [field, set] = useState<'n' | 'title'>('n')
      setField = set
      const sort = [{ field }]
      const byLimit = useQuery(client.stores.Todo, { sort, limit: 2 })
      const byCursor = useQuery(client.stores.Todo, { sort, page: { mode: 'cursor', limit: 3 } })
      useEffect(() => void (results = [byLimit, byCursor]))
      return <output>{`${byLimit.data.length} ${byCursor.data.length} ${byCursor.pageInfo?.hasNextPage}`}</output>
    }
    show(<Pages />)
    await until(() => texts('output'), ['2 3 true'])
    await settled()
    const first = results
    for (const result of first) {
      await result.fetchMore()
      await result.fetchMore()
    }
    await until(() => texts('output'), ['6 9 false'])
    await settled()
    // both at the end, and one far beyond it
    for (const result of first) await Promise.all(Array.from({ length: 5 }, () => result.fetchMore()))
    await until(() => texts('output'), ['9 9 false'])
    await todos.addMany(['x', 'y', 'z'].map((id): Todo => ({ id, title: id, n: 20 })))
    await until(() => texts('output'), ['10 9 true'])
    setField('title')
    await until(() => texts('output'), ['2 3 true'])
    for (const result of first) await result.fetchMore()
    await settled()
    equal(texts('output'), ['2 3 true'])
    await results[0]!.fetchMore()
    await until(() => texts('output'), ['4 3 true'])
    setField('n')
    await until(() => texts('output'), ['2 3 true'])
  },

  async 'useQuery: another query starts at its first page'(stage) {
    const { client, show, texts } = stage
    await numbered(stage, 9)
    let fetchMore = async () => {}
    let setLimit: (limit: number) => void = () => {}
    function Pages() {
      const [limit, set] = useState(2)
      setLimit = set
      const result = useQuery(client.stores.Todo, { limit })
      useEffect(() => void (fetchMore = result.fetchMore))
      return <output>{result.data.length}</output>
    }
    show(<Pages />)
    await until(() => texts('output'), ['2'])
    await settled()
    await fetchMore()
    await until(() => texts('output'), ['4'])
    setLimit(3)
    await until(() => texts('output'), ['3'])
    await settled()
    await fetchMore()
    await until(() => texts('output'), ['6'])
  },

  async 'useSuspenseQuery gives rows, and throws what is wrong with a query'(stage) {
    const { client, show, texts } = stage
    await numbered(stage, 3)
    function Rows({ query }: { query: never }) {
      const { data, pageInfo } = useSuspenseQuery(client.stores.Todo, query)
      return <output>{`${data.length} ${pageInfo?.total}`}</output>
    }
    show(
      <Suspense fallback={<output>waiting</output>}>
        <Rows query={{ page: { mode: 'offset', limit: 2, includeTotal: true } } as never} />
      </Suspense>,
    )
    await until(() => texts('output'), ['2 3'])
    const errors = silence()
    show(
      <Boundary>
        <Rows query={{ nope: 1 } as never} />
      </Boundary>,
    )
    await until(() => texts('output'), ['invalid_query'])
    errors.restore()
  },

  async 'useIds renders again only when membership or order changes'(stage) {
    const { client, todos, show, texts } = stage
    await numbered(stage, 4)
    let renders = 0
    const lists: string[][] = []
    const Row = memo(function Row({ id }: { id: string }) {
      return <li>{useOne(client.stores.Todo, id)?.title}</li>
    })
    function Ids() {
      renders++
      const ids = useIds(client.stores.Todo, { filter: { n: { gte: 1 } }, sort: [{ field: 'n' }] })
      lists.push(ids)
      return ids.map((id) => <Row key={id} id={id} />)
    }
    show(<Ids />)
    await until(() => texts(), ['t1', 't2', 't3'])
    await settled()
    renders = 0
    await todos.updateOne('t2', { title: 'second' })
    await todos.updateOne('t2', { n: 2.5 })
    await todos.updateOne('t0', { title: 'unseen' })
    await until(() => texts(), ['t1', 'second', 't3'])
    await settled()
    equal(renders, 0, 'renders of the list')
    await todos.updateOne('t2', { n: 9 })
    await until(() => texts(), ['t1', 't3', 'second'])
    await todos.deleteOne('t1')
    await until(() => texts(), ['t3', 'second'])
    equal(lists.at(-1), ['t3', 't2'])
  },

  async 'useMany: in the order and as often as asked, missing ones left out'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('a', 'b', 'c')
    let renders = 0
    let setIds: (ids: string[]) => void = () => {}
    function Many() {
      const [ids, set] = useState(['c', 'none', 'a', 'c'])
      setIds = set
      renders++
      return <output>{useMany(client.stores('Todo'), [...ids]).map(({ title }) => title).join()}</output>
    }
    show(<Many />)
    await until(() => texts('output'), ['C,A,C'])
    await settled()
    renders = 0
    await todos.updateOne('b', { title: 'unseen' })
    await settled()
    equal(renders, 0, 'renders for a row not asked for')
    await todos.updateOne('c', { title: 'see' })
    await until(() => texts('output'), ['see,A,see'])
    await stage.add('none')
    await until(() => texts('output'), ['see,NONE,A,see'])
    await todos.deleteOne('a')
    await until(() => texts('output'), ['see,NONE,see'])
    setIds([])
    await until(() => texts('output'), [''])
    setIds(['b'])
    await until(() => texts('output'), ['unseen'])
  },

  async 'includes are shown and followed, parents that did not change keep identity'(stage) {
    const { client, todos, show, texts } = stage
    await client.stores.List.addMany([{ id: 'l1', name: 'one' }, { id: 'l2', name: 'two' }])
    await todos.addMany([{ id: 'a', title: 'A', listId: 'l1', n: 1 }, { id: 'b', title: 'B', listId: 'l1', n: 2 }, { id: 'c', title: 'C' }])
    const seen: unknown[][] = []
    function Includes() {
      const lists = useAll(client.stores.List, { include: { todos: { sort: [{ field: 'n', dir: 'desc' }] } } })
      const one = useOne(client.stores.Todo, 'a', { include: { list: true } })
      const many = useMany(client.stores.Todo, ['c', 'b'], { include: { list: { include: { todos: { limit: 1 } } } } })
      const { data } = useQuery(client.stores.Todo, { filter: { id: 'b' }, include: { list: true } })
      useEffect(() => void seen.push(lists))
      return (
        <>
          {lists.map((list) => <li key={list.id}>{`${list.name}: ${list.todos.map(({ title }) => title)}`}</li>)}
          <output>{`${one?.list?.name} ${many.map(({ list }) => list?.todos[0]?.title)} ${data[0]?.list?.name}`}</output>
        </>
      )
    }
    show(<Includes />)
    await until(() => texts('li, output'), ['one: B,A', 'two: ', 'one ,A one'])
    await settled()
    const before = seen.at(-1)!
    await todos.updateOne('a', { n: 3 })
    await until(() => texts(), ['one: A,B', 'two: '])
    same(seen.at(-1)![1], before[1], 'the list whose todos did not change')
    await todos.updateOne('c', { listId: 'l2' })
    await until(() => texts('li, output'), ['one: A,B', 'two: C', 'one C,A one'])
    await client.stores.List.updateOne('l1', { name: 'first' })
    await until(() => texts('li, output'), ['first: A,B', 'two: C', 'first C,A first'])
    await todos.deleteOne('a')
    await until(() => texts('li, output'), ['first: B', 'two: C', 'undefined C,B first'])
  },

  async 'useCount, useAggregate and useStatus'(stage) {
    const { client, todos, show, texts } = stage
    await numbered(stage, 5)
    let renders = 0
    function Numbers() {
      renders++
      const all = useCount(client.stores.Todo)
      const some = useCount(client.stores('Todo'), { n: { gte: 3 } })
      const [sums] = useAggregate(client.stores.Todo, { metrics: { n: 'count', sum: { sum: 'n' }, most: { max: 'n' } } })
      const groups = useAggregate(client.stores.Todo, { groupBy: ['listId'], metrics: { n: 'count' } })
      const { hydrated, pendingWrites } = useStatus(client)
      return <output>{`${all} ${some} ${sums!.n}/${sums!.sum}/${sums!.most} ${groups.map(({ listId, n }) => `${listId}:${n}`)} ${hydrated} ${pendingWrites}`}</output>
    }
    show(<Numbers />)
    await until(() => texts('output'), ['5 2 5/10/4 null:5 true 0'])
    await settled()
    renders = 0
    await todos.updateOne('t1', { title: 'unseen' })
    await settled()
    equal(renders, 0, 'renders for a field that nobody counts')
    await todos.updateMany([{ id: 't1', change: { n: 7, listId: 'x' } }, { id: 't2', change: { listId: 'x' } }])
    await until(() => texts('output'), ['5 3 5/16/7 x:2,null:3 true 0'])
    await todos.deleteOne('t1')
    await until(() => texts('output'), ['4 2 4/9/4 x:1,null:3 true 0'])
  },

  async 'what takes a query keeps its rows when its client is disposed'(stage) {
    const { client, show, texts } = stage
    await numbered(stage, 3)
    let again = () => {}
    function All() {
      const [n, set] = useState(0)
      again = () => set((n) => n + 1)
      const query = useQuery(client.stores.Todo, { limit: 2 })
      const counts = [useCount(client.stores.Todo, { n: { gte: 1 } }), useIds(client.stores.Todo).length, useMany(client.stores.Todo, ['t0']).length, useAggregate(client.stores.Todo, { metrics: { n: 'count' } })[0]!.n]
      return <output>{`${n}: ${query.data.length} ${query.status} ${counts}`}</output>
    }
    show(<All />)
    await until(() => texts('output'), ['0: 2 success 2,3,1,3'])
    await client.dispose()
    await settled()
    again()
    await until(() => texts('output'), ['1: 2 success 2,3,1,3'])
  },
}

const numbered = (stage: Stage, n: number) => stage.todos.addMany(Array.from({ length: n }, (_, i): Todo => ({ id: `t${i}`, title: `t${i}`, n: i })))
