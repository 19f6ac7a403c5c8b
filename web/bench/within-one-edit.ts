/** Whether two words are equal, or one letter more, less or other makes them so (Levenshtein, at most 1). */
export function withinOneEdit(a: string, b: string): boolean {
  if (a.length > b.length) return withinOneEdit(b, a)
  if (b.length - a.length > 1) return false
  let from = 0
  while (from < a.length && a[from] === b[from]) from++
  const sameLength = a.length === b.length ? 1 : 0
  // what follows the first difference must be the same
  return from === a.length || a.slice(from + sameLength) === b.slice(from + 1)
}
