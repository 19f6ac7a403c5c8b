// The scenarios of useHistory.

import { Profiler } from 'react'
import { createClient, history, type History } from 'atoma-wasm'
import { useHistory } from 'atoma-wasm/react'
import type { Stage } from './stage'
import { equal, settled, until } from './until'

function Buttons({ client, scope }: { client: { readonly history: History }; scope?: string }) {
  const { undo, redo, canUndo, canRedo } = useHistory(client, scope)
  return (
    <>
      <button onClick={undo} disabled={!canUndo}>
        undo
      </button>
      <button onClick={redo} disabled={!canRedo}>
        redo
      </button>
    </>
  )
}

export const historyScenarios: Record<string, (stage: Stage) => Promise<void>> = {
  async 'buttons undo and redo, and render when what they can do changes'({ show, container }) {
    const client = await createClient<{ Todo: { id: string; title: string } }, {}, readonly [ReturnType<typeof history>]>({ plugins: [history()] })
    const { Todo } = client.stores
    let commits = 0
    const profiled = (scope?: string) => (
      <Profiler id="buttons" onRender={() => commits++}>
        <Buttons client={client} {...(scope === undefined ? {} : { scope })} />
      </Profiler>
    )
    const enabled = () => [...container.querySelectorAll('button')].filter((button) => !button.disabled).map((button) => button.textContent)
    const click = (text: string) => [...container.querySelectorAll('button')].find((button) => button.textContent === text)!.click()
    show(profiled())
    await settled()
    equal(enabled(), [])
    await Todo.addOne({ id: 'a', title: 'A' })
    await until(enabled, ['undo'])
    await settled()
    commits = 0
    await Todo.updateOne('a', { title: 'B' })
    await Todo.updateOne('a', { title: 'C' }, { opContext: { scope: 'other' } })
    await settled()
    equal(commits, 0, 'commits')
    show(profiled('other'))
    await settled()
    click('undo')
    await until(enabled, ['redo'])
    equal((await Todo.getOne('a'))?.title, 'B')
    show(profiled())
    await until(enabled, ['undo'])
    click('undo')
    click('undo')
    await until(enabled, ['redo'])
    equal(await Todo.count(), 0)
    click('redo')
    await until(enabled, ['undo', 'redo'])
    client.history.clear()
    await until(enabled, [])
    await client.dispose()
    await settled()
    equal(enabled(), [])
  },
}
