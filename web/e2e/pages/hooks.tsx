// The scenarios of hooks.test.mjs, bundled once with each React. A scenario throws when something is not as it should be.

import * as React from 'react'
import { memo, Profiler, startTransition, Suspense, useEffect, useLayoutEffect, useState, type ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { useAll, useOne } from 'atoma-wasm/react'
import { historyScenarios } from './hooks-history'
import { queryScenarios } from './hooks-queries'
import { endEngine, List, One, spyOn, Stage, type Todo } from './stage'
import { equal, ok, pass, same, settled, task, until } from './until'

/** A view that nobody listens to is dropped after 2 s (jsbridge/js/live/live.ts): what is later than that must work, too. */
const longAgo = 2_200

const scenarios: Record<string, (stage: Stage) => Promise<void>> = {
  async 'a list shows its rows and follows writes from outside React'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('b')
    show(<List client={client} />)
    await until(() => texts(), ['B'])
    await stage.add('a', 'c')
    await until(() => texts(), ['A', 'B', 'C'])
    await todos.updateOne('b', { title: 'second' })
    await until(() => texts(), ['A', 'second', 'C'])
    await todos.updateOne('b', (draft) => void (draft.title += '!'))
    await until(() => texts(), ['A', 'second!', 'C'])
    await todos.deleteOne('a')
    await until(() => texts(), ['second!', 'C'])
    await todos.upsertMany([{ id: 'c', title: 'third' }, { id: 'd', title: 'fourth' }])
    await until(() => texts(), ['second!', 'third', 'fourth'])
    await todos.deleteMany(['b', 'c', 'd'])
    await until(() => texts(), [])
  },

  async 'the writes of a turn are one commit, a write that changes nothing is none'(stage) {
    const { client, todos, show, texts } = stage
    let commits = 0
    show(
      <Profiler id="list" onRender={() => commits++}>
        <List client={client} />
        <One client={client} id="t3" />
      </Profiler>,
    )
    await settled()
    commits = 0
    for (let i = 0; i < 10; i++) void todos.addOne({ id: `t${i}`, title: `${i}` })
    void todos.deleteOne('t9')
    void todos.updateOne('t3', { title: 'three' })
    await until(() => texts('li, output'), ['0', '1', '2', 'three', '4', '5', '6', '7', '8', 'three'])
    await settled()
    equal(commits, 1, 'commits')
    await todos.updateOne('t3', { title: 'three' })
    await todos.deleteOne('none')
    void todos.updateOne('t4', { title: 'for a moment' })
    void todos.updateOne('t4', { title: '4' })
    void todos.addOne({ id: 'gone', title: 'at once' })
    void todos.deleteOne('gone')
    await settled()
    equal(texts('output'), ['three'])
    // t4 is another object now, of a higher version; nothing else is new
    ok(commits <= 2, `${commits} commits`)
  },

  async 'a row renders again only when it changes'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('a', 'b', 'c')
    const renders = new Counts()
    const Given = memo(function Given({ todo }: { todo: Todo }) {
      renders.add(`given ${todo.id}`)
      return <li>{todo.title}</li>
    })
    const Own = memo(function Own({ id }: { id: string }) {
      renders.add(`own ${id}`)
      return <li>{useOne(client.stores('Todo'), id)?.title}</li>
    })
    function Lists() {
      renders.add('lists')
      return useAll(client.stores('Todo')).map((todo) => <Given key={todo.id} todo={todo} />)
    }
    show(
      <>
        <Lists />
        {['a', 'b', 'c'].map((id) => <Own key={id} id={id} />)}
      </>,
    )
    await until(() => texts(), ['A', 'B', 'C', 'A', 'B', 'C'])
    await settled()
    renders.clear()
    await todos.updateOne('b', { title: 'other' })
    await until(() => texts(), ['A', 'other', 'C', 'A', 'other', 'C'])
    await settled()
    equal(renders.names(), ['given b', 'lists', 'own b'])
    renders.clear()
    await stage.add('d')
    await until(() => texts().length, 7)
    await settled()
    equal(renders.names(), ['given d', 'lists'])
    renders.clear()
    await todos.deleteMany(['a', 'd'])
    await until(() => texts(), ['other', 'C', '', 'other', 'C'])
    await settled()
    equal(renders.names(), ['lists', 'own a'])
  },

  async 'rows and lists that did not change keep identity'(stage) {
    const { client, todos, show } = stage
    await stage.add('a', 'b', 'c')
    const lists: Todo[][] = []
    let again = () => {}
    function Look() {
      const [, set] = useState(0)
      again = () => set((n) => n + 1)
      const all = useAll(client.stores('Todo'))
      const one = useOne(client.stores('Todo'), 'b')
      useEffect(() => {
        lists.push(all)
        same(one, all.find((todo) => todo.id === 'b'), 'useOne and useAll')
      })
      return null
    }
    show(<Look />)
    await until(() => lists.length > 0, true)
    await settled()
    const [first] = lists.splice(0)
    again()
    await until(() => lists.length, 1)
    same(lists.pop(), first, 'the list after a render for another reason')
    void stage.add('gone')
    void todos.deleteOne('gone')
    await settled()
    equal(lists.length, 0, 'renders for what came and went')
    again()
    await until(() => lists.length, 1)
    same(lists.pop(), first, 'the list after a row that came and went')
    await todos.updateOne('a', { title: 'other' })
    await until(() => lists.length, 1)
    const second = lists.pop()!
    ok(second !== first && second[0] !== first![0], 'the list and the row that changed are new')
    same(second[1], first![1], 'b')
    same(second[2], first![2], 'c')
    equal(first![0]!.title, 'A', 'the earlier list')
    same(await todos.getOne('b'), second[1], 'getOne and the list')
  },

  async 'facades made in each render neither loop nor subscribe again'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('a', 'b')
    const subscriptions = spyOn(todos)
    let renders = 0
    let again = () => {}
    function Inline() {
      const [n, set] = useState(0)
      again = () => set((n) => n + 1)
      renders++
      const all = useAll(client.stores('Todo'))
      const one = useOne(client.stores.Todo, 'a')
      return <output>{`${n} ${all.length} ${one?.title}`}</output>
    }
    show(<Inline />)
    await until(() => texts('output'), ['0 2 A'])
    await settled()
    const { made } = subscriptions
    equal(subscriptions.open, 2, 'subscriptions')
    for (let i = 1; i <= 10; i++) {
      again()
      await until(() => texts('output'), [`${i} 2 A`])
    }
    const before = renders
    await settled()
    equal(renders, before, 'renders with nothing to do')
    ok(renders <= 2 * 12, `${renders} renders`)
    equal(subscriptions.made, made, 'subscriptions')
    stage.unmount()
    await settled()
    equal(subscriptions.open, 0, 'subscriptions after unmounting')
  },

  async 'useOne without an id, with another one, with one that comes and goes'(stage) {
    const { client, todos, show, texts } = stage
    let renders = 0
    let setId: (id: string | undefined) => void = () => {}
    function Switch() {
      const [id, set] = useState<string | undefined>()
      setId = set
      renders++
      return <One client={client} id={id} />
    }
    show(<Switch />)
    await until(() => texts('output'), ['none'])
    await stage.add('a', 'b')
    setId('a')
    await until(() => texts('output'), ['A'])
    await todos.updateOne('a', { title: 'first' })
    await until(() => texts('output'), ['first'])
    setId('b')
    await until(() => texts('output'), ['B'])
    renders = 0
    await todos.updateOne('a', { title: 'unseen' })
    await settled()
    equal(renders, 0, 'renders for the row shown before')
    await todos.deleteOne('b')
    await until(() => texts('output'), ['none'])
    await todos.addOne({ id: 'b', title: 'again' })
    await until(() => texts('output'), ['again'])
    // both in one turn: another row of the same id, in the same slot
    void todos.deleteOne('b')
    void todos.addOne({ id: 'b', title: 'anew' })
    await until(() => texts('output'), ['anew'])
    setId('later')
    await until(() => texts('output'), ['none'])
    await stage.add('later')
    await until(() => texts('output'), ['LATER'])
    setId(undefined)
    await until(() => texts('output'), ['none'])
    await todos.updateOne('later', { title: 'unseen' })
    await settled()
    equal(texts('output'), ['none'])
  },

  async 'a list that is unmounted hears nothing, and is right when it comes back'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('a')
    let renders = 0
    function Counting() {
      renders++
      return <List client={client} />
    }
    show(<Counting />)
    await until(() => texts(), ['A'])
    stage.unmount()
    renders = 0
    await stage.add('b')
    await todos.updateOne('a', { title: 'first' })
    await settled()
    equal(renders, 0, 'renders')
    show(<Counting />)
    await until(() => texts(), ['first', 'B'])
    for (const key of ['x', 'y', 'z']) show(<Counting key={key} />)
    await stage.add('c')
    await until(() => texts(), ['first', 'B', 'C'])
  },

  async 'two clients on one page do not see each other'(stage) {
    const other = await Stage.open()
    try {
      stage.show(
        <>
          <List client={stage.client} />
          <One client={stage.client} id="a" />
        </>,
      )
      other.show(
        <>
          <List client={other.client} />
          <One client={other.client} id="a" />
        </>,
      )
      await until(() => other.texts('li, output'), ['none'])
      await stage.todos.addOne({ id: 'a', title: 'mine' })
      await until(() => stage.texts('li, output'), ['mine', 'mine'])
      equal(other.texts('li, output'), ['none'])
      await other.todos.addOne({ id: 'a', title: 'theirs' })
      await until(() => other.texts('li, output'), ['theirs', 'theirs'])
      await stage.todos.deleteOne('a')
      await until(() => stage.texts('li, output'), ['none'])
      equal(other.texts('li, output'), ['theirs', 'theirs'])
      // one component that is handed the other client
      stage.show(<List client={other.client} />)
      await until(() => stage.texts(), ['theirs'])
      await other.todos.updateOne('a', { title: 'new' })
      await until(() => stage.texts(), ['new'])
    } finally {
      await other.close()
    }
  },

  async 'a write between render and subscription is not missed'(stage) {
    const { client, todos, show, texts } = stage
    await stage.add('a')
    function Eager() {
      // children's effects run before those that subscribe the parents
      useLayoutEffect(() => void todos.upsertOne({ id: 'a', title: 'from an effect' }), [])
      return null
    }
    function Both() {
      const all = useAll(todos)
      const one = useOne(todos, 'a')
      return (
        <>
          <output>{`${all[0]?.title}, ${one?.title}`}</output>
          <Eager />
        </>
      )
    }
    show(<Both />)
    await until(() => texts('output'), ['from an effect, from an effect'])
    show(<button onClick={() => void todos.addOne({ id: 'b', title: 'clicked' })}>add</button>)
    await until(() => texts('button'), ['add'])
    stage.container.querySelector('button')!.click()
    show(<List client={client} />)
    await until(() => texts(), ['from an effect', 'clicked'])
  },

  async 'a transition never shows two states of a store'(stage) {
    const { todos, show, texts } = stage
    await todos.addOne({ id: '0', title: '1' })
    let rendered = 0
    // The count, read in two ways. Slow enough for React to pause between any two of them.
    const Count = memo(function Count({ round }: { round: number }) {
      rendered++
      const all = useAll(todos)
      const told = useOne(todos, '0')?.title
      spin(6)
      return (
        <output>
          {round}: {all.length} {told}
        </output>
      )
    })
    let setRound: (round: number) => void = () => {}
    function Rounds() {
      const [round, set] = useState(0)
      setRound = set
      return round > 0 && Array.from({ length: 8 }, (_, i) => <Count key={i} round={round} />)
    }
    show(<Rounds />)
    await settled()

    const commits: string[][] = []
    const watching = new MutationObserver(() => commits.push(texts('output')))
    watching.observe(stage.container, { childList: true, subtree: true, characterData: true })
    let size = 1
    // mounted in a transition, then rendered again in one
    for (const round of [1, 2]) {
      const before = commits.length
      rendered = 0
      startTransition(() => setRound(round))
      let between = 0
      for (let writes = 0; writes < 12; writes++) {
        // React has begun, and is at work on a part of it
        await task()
        if (rendered > 0 && !texts('output').some((text) => text.startsWith(`${round}:`))) between++
        size++
        void todos.addOne({ id: `${size}`, title: 'another' })
        void todos.updateOne('0', { title: `${size}` })
      }
      await until(() => [...new Set(texts('output'))], [`${round}: ${size} ${size}`])
      ok(between > 0, `no write came in between in round ${round}`)
      ok(commits.length > before, 'nothing was committed')
    }
    watching.disconnect()
    for (const shown of commits) {
      const states = [...new Set(shown)]
      ok(states.length <= 1, `two states in one frame: ${states.join(' and ')}`)
      const [, all, told] = states[0]?.match(/^\d+: (\d+) (\d+)$/) ?? []
      equal(all, told, 'useAll and useOne in one frame')
    }
  },

  async 'what is committed long after it was rendered is still told of changes'(stage) {
    const { todos, show, texts } = stage
    await stage.add('a')
    let renderedAt = 0
    let committedAt = 0
    function Early() {
      renderedAt = performance.now()
      const all = useAll(todos)
      const one = useOne(todos, 'a')
      useLayoutEffect(() => void (committedAt ||= performance.now()))
      return <output>{`${all.map(({ title }) => title)} | ${one?.title}`}</output>
    }
    // Siblings that keep React busy, in slices, until long after Early was rendered.
    function Busy() {
      if (performance.now() - renderedAt < longAgo) spin(20)
      return null
    }
    let start = () => {}
    function Gate() {
      const [open, set] = useState(false)
      start = () => set(true)
      return (
        open && (
          <>
            <Early />
            {Array.from({ length: 150 }, (_, i) => <Busy key={i} />)}
          </>
        )
      )
    }
    show(<Gate />)
    await settled()
    startTransition(start)
    await until(() => texts('output'), ['A | A'])
    ok(committedAt - renderedAt > 2_000, 'it was rendered again before it was committed: this tests nothing')
    await settled()
    await stage.add('b')
    await until(() => texts('output'), ['A,B | A'])
    await todos.updateOne('a', { title: 'other' })
    await until(() => texts('output'), ['other,B | other'])
  },

  async 'what is suspended or hidden for long is right when it shows, and is told of changes'(stage) {
    const { client, todos, show, texts } = stage
    const { Activity } = React as Partial<typeof React>
    await stage.add('a')
    let gate = newGate()
    function Waiting() {
      if (!gate.isOpen) throw gate.opened
      return null
    }
    let refresh = () => {}
    let setMode: (mode: 'visible' | 'hidden') => void = () => {}
    function Refresh({ children }: { children: (n: number) => ReactNode }) {
      const [n, set] = useState(0)
      refresh = () => set((n) => n + 1)
      return children(n)
    }
    // React 19 has a second way to render now and subscribe later
    function Hidden() {
      const [mode, set] = useState<'visible' | 'hidden'>('hidden')
      setMode = set
      return (
        Activity && (
          <Activity mode={mode}>
            <List client={client} />
            <One client={client} id="a" />
          </Activity>
        )
      )
    }
    show(
      <>
        <Refresh>
          {(n) => (
            <Suspense fallback={<output>waiting</output>}>
              <List client={client} />
              <One client={client} id="a" />
              <Waiting key={n} />
            </Suspense>
          )}
        </Refresh>
        <Hidden />
      </>,
    )
    await until(() => texts('li, output'), ['waiting'])
    await pass(longAgo)
    await stage.add('b')
    gate.open()
    await until(() => texts('li, output'), ['A', 'B', 'A'])
    setMode('visible')
    const twice = (seen: string[]) => (Activity ? [...seen, ...seen] : seen)
    await until(() => texts('li, output'), twice(['A', 'B', 'A']))
    await todos.updateOne('a', { title: 'other' })
    await until(() => texts('li, output'), twice(['other', 'B', 'other']))

    // suspended once more, with its content already on the page
    setMode('hidden')
    gate = newGate()
    refresh()
    await until(() => texts('li, output'), ['waiting'])
    await todos.updateOne('a', { title: 'third' })
    gate.open()
    await until(() => texts('li, output'), ['third', 'B', 'third'])
    setMode('visible')
    await until(() => texts('li, output'), twice(['third', 'B', 'third']))
    await todos.deleteOne('b')
    await until(() => texts('li, output'), twice(['third', 'third']))
  },

  async 'a page rendered on the server is taken over'(stage) {
    const { client, todos, container, texts } = stage
    await stage.add('a', 'b')
    const app = (
      <>
        <List client={client} />
        <One client={client} id="b" />
      </>
    )
    container.innerHTML = renderToString(app)
    equal(texts('li, output'), ['A', 'B', 'B'])
    const [item] = container.querySelectorAll('li')
    stage.keep(hydrateRoot(container, app))
    await settled()
    same(container.querySelector('li'), item, 'the element of the server')
    await todos.updateOne('b', { title: 'other' })
    await until(() => texts('li, output'), ['A', 'other', 'other'])
  },

  'what is mounted when its client is disposed keeps its rows': (stage) => keepsRows(stage, () => stage.client.dispose()),

  'what is mounted when the engine ends keeps its rows': (stage) =>
    keepsRows(stage, () => {
      // a change that no component has been told of
      void stage.add('c')
      endEngine(stage.todos)
    }),

  ...queryScenarios,
  ...historyScenarios,
}

async function keepsRows(stage: Stage, end: () => unknown): Promise<void> {
  const { todos, show, texts } = stage
  await stage.add('a', 'b')
  let again = () => {}
  function App() {
    const [n, set] = useState(0)
    again = () => set((n) => n + 1)
    const all = useAll(todos)
    const one = useOne(todos, 'b')
    return <output>{`${n}: ${all.map(({ title }) => title)} | ${one?.title}`}</output>
  }
  show(<App />)
  await until(() => texts('output'), ['0: A,B | B'])
  await end()
  await settled()
  equal(texts('output'), ['0: A,B | B'])
  again()
  await until(() => texts('output'), ['1: A,B | B'])
  stage.unmount()
  await settled()
}

/** How often something of a name happened. */
class Counts {
  private readonly counts = new Map<string, number>()

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  names(): string[] {
    return [...this.counts.keys()].sort()
  }

  clear(): void {
    this.counts.clear()
  }
}

function newGate() {
  let resolve = () => {}
  const opened = new Promise<void>((done) => (resolve = done))
  const gate = { isOpen: false, opened, open: () => (gate.isOpen = true, resolve()) }
  return gate
}

/** Keeps the thread busy. */
function spin(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

async function run(title: string): Promise<void> {
  const stage = await Stage.open()
  await scenarios[title]!(stage)
  // what has failed stays to be seen
  await stage.close()
}

Object.assign(window, { reactVersion: React.version, titles: Object.keys(scenarios), run })
