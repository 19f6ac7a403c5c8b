// What the app keeps: two stores, and the rows that a fresh start shows.

import { createClient, history, type Client, type Extensions } from 'atoma-wasm'

export const colors = ['violet', 'blue', 'teal', 'green', 'amber', 'coral', 'pink', 'slate'] as const
export type Color = (typeof colors)[number]

/** 0 none, 1 medium, 2 high. */
export type Priority = 0 | 1 | 2

export interface List {
  id: string
  name: string
  color: Color
  createdAt: Date
}

export interface Todo {
  id: string
  listId: string
  title: string
  done: boolean
  priority: Priority
  createdAt: Date
}

export type Entities = { List: List; Todo: Todo }

/** No backend: a complete client that lives in memory. Everything a person does can be undone. */
const plugins = [history()] as const
export type AppClient = Client<Entities> & Extensions<typeof plugins>

export const openClient = (): Promise<AppClient> => createClient<Entities, {}, typeof plugins>({ plugins })

/** What the app does by itself is not undone. */
const opContext = { origin: 'system' } as const

type Sample = readonly [title: string, hoursAgo: number, priority?: Priority, done?: boolean]

const samples: readonly { name: string; color: Color; todos: readonly Sample[] }[] = [
  {
    name: 'Launch week',
    color: 'violet',
    todos: [
      ['Rehearse the demo once without slides', 0.2, 2],
      ['Send the press kit to Ines', 2, 1],
      ['Decide on the pricing page headline', 5],
      ['Check the sign-up flow on a slow phone', 9, 2],
      ['Write the changelog in plain words', 26],
      ['Book the big room for Thursday', 30, 0, true],
      ['Order stickers', 52, 0, true],
    ],
  },
  {
    name: 'Home',
    color: 'green',
    todos: [
      ['Water the monstera', 1],
      ['Call the dentist back', 7, 1],
      ['Fix the bike light before it gets dark at five', 28],
      ['Return the drill to Jonas', 75, 0, true],
    ],
  },
  {
    name: 'Reading list',
    color: 'amber',
    todos: [
      ['A Pattern Language, chapters 105 to 120', 4],
      ['The Mezzanine', 50],
      ['Out of the Tar Pit, again', 120, 0, true],
    ],
  },
]

/** Fills an empty client and returns the id of the list to show first. */
export async function seed({ stores }: AppClient): Promise<string> {
  const now = Date.now()
  let first: string | undefined
  for (const [order, { name, color, todos }] of samples.entries()) {
    const list = await stores.List.addOne({ name, color, createdAt: new Date(now + order) }, { opContext })
    first ??= list.id
    await stores.Todo.addMany(
      todos.map(([title, hoursAgo, priority = 0, done = false]) => ({
        listId: list.id,
        title,
        done,
        priority,
        createdAt: new Date(now - hoursAgo * 3_600_000),
      })),
      { opContext },
    )
  }
  return first!
}
