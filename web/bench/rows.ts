// The rows of every work: six fields, as a program would make them. createdAt is
// a number and not a Date: cloning a Date is a constructor call that `{...row}`
// never makes, so it would measure something else on the two sides.

export interface Todo {
  id: string
  title: string
  done: boolean
  priority: number
  createdAt: number
  list: string
}

const verbs = ['Call', 'Write to', 'Remind', 'Thank', 'Invite', 'Ask', 'Visit', 'Answer']
const names = ['Ines', 'Tomasz', 'Marguerite', 'Paul', 'Anneliese', 'Bo', 'Katharina', 'Samuel']
const things = ['about the budget', 'for the keys', 'before lunch', 'on the new contract', 'again', 'with the figures']
export const lists = Array.from({ length: 10 }, (_, i) => `list-${i}`)

/** The same rows each time, and new objects and strings each time: nothing of them has been looked at before. */
export function makeRows(n: number): Todo[] {
  const random = randomFrom(1)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  return Array.from({ length: n }, (_, i) => ({
    id: `todo-${i}`,
    // join makes a flat string, as a parser or a text field would
    title: [pick(verbs), pick(names), pick(things), i].join(' '),
    done: random() < 0.3,
    priority: Math.floor(random() * 5),
    createdAt: 1_750_000_000_000 + i * 1000 + Math.floor(random() * 1000),
    list: pick(lists),
  }))
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomFrom(seed)
  const result = items.slice()
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
