// Plausible todos by the thousand, the same ones on every run.

import type { New } from 'atoma-wasm'
import type { Priority, Todo } from './model'

const verbs = ['Review', 'Draft', 'Send', 'Plan', 'Update', 'Check', 'Fix', 'Discuss', 'Print', 'Sort out', 'Translate', 'Archive', 'Measure', 'Prepare', 'Rewrite', 'Approve']
const things = ['the invoice', 'the floor plan', 'the travel budget', 'the onboarding guide', 'the release notes', 'the photo album', 'the garden shed', 'the lease', 'the slides', 'the recipe', 'the contract', 'the backup disk', 'the guest list', 'the quarterly report', 'the bug list', 'the menu', 'the train tickets', 'the survey', 'the packing list', 'the workshop agenda']
const tails = ['with Maya', 'for Monday', 'before lunch', 'from last year', 'for the north office', 'with the new numbers', 'on paper', 'once more', 'for Ravi', 'in Lisbon', 'by Friday', 'for the archive', 'together', 'without the appendix']

const year = 365 * 86_400_000

/** mulberry32: small, seeded, good enough to look unordered. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `count` todos numbered from `start`, made over the year before `now`. */
export function sampleTodos(listId: string, start: number, count: number, now: number): New<Todo>[] {
  const random = randomFrom(start + 1)
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)]!
  return Array.from({ length: count }, (_, i) => {
    const urgency = random()
    const priority: Priority = urgency > 0.94 ? 2 : urgency > 0.8 ? 1 : 0
    return {
      listId,
      title: `${pick(verbs)} ${pick(things)} ${pick(tails)} #${start + i + 1}`,
      done: random() < 0.3,
      priority,
      createdAt: new Date(now - Math.floor((0.002 + random()) * year)),
    }
  })
}
