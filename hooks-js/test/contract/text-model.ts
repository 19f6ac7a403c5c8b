// Text search as API.md words it, the naive way. Words here are runs of letters, digits and marks: enough for texts
// without the finer points of UAX #29, which have tables of their own.

export type ModelText = { query: string; mode?: 'match' | 'fuzzy'; distance?: number }
export type Tokens = { minLength?: number; whitespace?: boolean }

const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc]+/gu
const word = /[\p{L}\p{N}\p{M}_]+/gu

const fold = (text: string): string => text.toLowerCase()
const length = (text: string): number => [...text].length

/** The words of a text, folded, and the runs of ideographs in it. */
export function tokens(text: string, { whitespace }: Tokens = {}): { words: string[]; runs: string[] } {
  if (whitespace) return { words: fold(text).split(/\s+/u).filter((one) => one !== ''), runs: [] }
  const runs = text.match(ideograph) ?? []
  return { words: fold(text.replace(ideograph, ' ')).match(word) ?? [], runs }
}

export function matchesText(v: unknown, { query, mode = 'match', distance }: ModelText, options: Tokens = {}): boolean {
  const texts = typeof v === 'string' ? [v] : Array.isArray(v) ? v.filter((item) => typeof item === 'string') : []
  const { minLength = 1 } = options
  const asked = tokens(query, options)
  const words = asked.words.filter((one) => length(one) >= minLength)
  // single characters match, too: no run is too short
  const { runs } = asked
  if (words.length + runs.length === 0) return false
  const most = mode === 'fuzzy' ? (distance ?? 1) : 0
  // in a field an ideograph is a word, and so is a run of Katakana: of no use to a match, but near to short words
  const own = texts.flatMap((text) => {
    const { words, runs } = tokens(text, options)
    return [...words.filter((one) => length(one) >= minLength), ...runs.flatMap((run) => run.match(/[\p{Script=Katakana}\u30fc]+|./gu)!)]
  })
  return words.every((one) => own.some((other) => edits(one, other) <= most)) && runs.every((run) => texts.some((text) => text.includes(run)))
}

/** Levenshtein's distance, in code points. */
export function edits(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  let row = right.map((_, j) => j + 1)
  left.forEach((x, i) => {
    let corner = i
    let before = i + 1
    row = right.map((y, j) => {
      const best = Math.min(before + 1, row[j]! + 1, corner + (x === y ? 0 : 1))
      corner = row[j]!
      return (before = best)
    })
  })
  return right.length === 0 ? left.length : row[right.length - 1]!
}

/** BM25 of each text for a query of plain words: k1 = 1.2, b = 0.75; a fuzzy hit counts the less the farther it is. */
export function scores(texts: readonly string[], query: string, most = 0): number[] {
  const docs = texts.map((text) => tokens(text).words)
  const filled = docs.filter((doc) => doc.length > 0)
  const average = filled.reduce((n, doc) => n + doc.length, 0) / filled.length
  const terms = [...new Set(docs.flat())]
  const idf = new Map(terms.map((term) => {
    const df = docs.filter((doc) => doc.includes(term)).length
    return [term, Math.log(1 + (filled.length - df + 0.5) / (df + 0.5))]
  }))
  return docs.map((doc) => {
    let score = 0
    for (const one of new Set(tokens(query).words)) {
      for (const term of new Set(doc)) {
        const far = edits(one, term)
        if (far > most) continue
        const tf = doc.filter((other) => other === term).length
        score += (idf.get(term)! * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * doc.length) / average)) / (1 + far)
      }
    }
    return score
  })
}
