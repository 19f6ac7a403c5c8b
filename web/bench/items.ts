// The rows of the query works: six fields again, with what queries need and the
// todos of rows.ts lack: a number with many distinct values, fields with a
// hundred and a thousand of them, and titles out of a vocabulary. Ids are padded,
// so that the order of making is the order by id, by which queries break ties.

import { randomFrom, shuffled } from './rows.js'

export interface Item {
  id: string
  title: string
  /** True for half of the rows. */
  open: boolean
  /** Distinct. */
  price: number
  /** One of 100. */
  city: string
  /** One of 1,000. */
  customer: string
}

/** A row as the plain sides keep it, with what an app that syncs would keep too. */
export type Kept = Item & { version: number }

export const cities = Array.from({ length: 100 }, (_, i) => `city-${i}`)
export const customers = Array.from({ length: 1000 }, (_, i) => `customer-${i}`)

/** The highest price of n rows. */
export const highest = (n: number): number => (n * 7) / 100

const syllables = [
  'ba', 'ken', 'do', 'ri', 'mal', 'to', 'sun', 've', 'lor', 'ni', 'pra', 'gos', 'wen', 'ta', 'fil', 'mo', 'ser',
  'ku', 'len', 'dra', 'ho', 'vin', 'ze', 'par', 'co', 'stel', 'ju', 'nor', 'be', 'ti',
]

export const words = makeWords(4000)

/** Words of two to four syllables, none twice. */
function makeWords(n: number): string[] {
  const random = randomFrom(11)
  const made = new Set<string>()
  while (made.size < n) {
    const length = 2 + Math.floor(random() * 2.4)
    made.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]!).join(''))
  }
  return [...made]
}

/** The same rows each time, and new objects and strings each time. */
export function makeItems(n: number): Item[] {
  const random = randomFrom(2)
  // a few words are in many titles, most in few
  const word = (): string => words[Math.floor(words.length * random() ** 2)]!
  const ranks = shuffled(Array.from({ length: n }, (_, i) => i), 4)
  return Array.from({ length: n }, (_, i) => {
    const title = Array.from({ length: 3 + Math.floor(random() * 3) }, word).join(' ')
    return {
      id: `item-${String(i).padStart(6, '0')}`,
      title: title[0]!.toUpperCase() + title.slice(1),
      open: random() < 0.5,
      price: (ranks[i]! * 7 + Math.floor(random() * 7)) / 100,
      // each row has strings of its own, as rows out of a decoder or a form do
      city: `city-${Math.floor(random() * cities.length)}`,
      customer: `customer-${Math.floor(random() * customers.length)}`,
    }
  })
}

export const keptItems = (n: number): Kept[] => makeItems(n).map((item) => ({ ...item, version: 1 }))

export const byPrice = (a: Item, b: Item): number => a.price - b.price
export const byTitle = (a: Item, b: Item): number => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0)

/** Throws unless both hold the same rows, in the same order. */
export function checkSame(what: string, expected: readonly Item[], actual: readonly Item[]): void {
  const at = expected.findIndex((row, i) => row.id !== actual[i]?.id || row.price !== actual[i].price)
  if (at < 0 && expected.length === actual.length) return
  const about = (rows: readonly Item[]): string => `${rows.length} rows, at ${at} ${JSON.stringify(rows[at])}`
  throw new Error(`${what}: plain JavaScript has ${about(expected)}; atoma has ${about(actual)}`)
}
