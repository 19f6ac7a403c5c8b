// CPU profiles of the timed stretches only, summed up by function.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const lines = 80

/** Writes profile-TITLE.txt for each title, with all of its profiles together. */
export function saveProfiles(profiles, folder) {
  mkdirSync(folder, { recursive: true })
  for (const [title, same] of Map.groupBy ? Map.groupBy(profiles, (p) => p.title) : grouped(profiles)) {
    const times = new Map()
    for (const { profile } of same) addSelfTimes(profile, times)
    writeFileSync(join(folder, `profile-${title}.txt`), table(title, same.length, times))
  }
}

function grouped(profiles) {
  const groups = new Map()
  for (const profile of profiles) groups.set(profile.title, [...(groups.get(profile.title) ?? []), profile])
  return groups
}

function addSelfTimes({ nodes, samples, timeDeltas }, times) {
  const names = new Map(nodes.map(({ id, callFrame: f }) => [id, `${f.functionName || '(anonymous)'}${place(f)}`]))
  samples.forEach((id, i) => {
    const name = names.get(id)
    // starting and ending the profile itself
    if (/^(begin|end)  /.test(name)) return
    // a delta is the time since the sample before
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i + 1] ?? 0) / 1000)
  })
}

const place = ({ url, lineNumber }) =>
  url ? `  ${url.startsWith('wasm') ? 'wasm' : `${url.slice(url.lastIndexOf('/') + 1)}:${lineNumber + 1}`}` : ''

/** Go, its runtime, JavaScript, or what the browser does: `(garbage collector)`, built-in functions. */
function kindOf(name) {
  if (/\.wasm:/.test(name)) return /^(runtime|internal_\w+)\./.test(name) ? 'Go runtime' : 'Go'
  if (name.includes('  ')) return 'JavaScript'
  return name.startsWith('(') ? name : 'built in'
}

function table(title, count, times) {
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0)
  const top = [...times].sort((a, b) => b[1] - a[1]).slice(0, lines)
  const kinds = new Map()
  for (const [name, ms] of times) kinds.set(kindOf(name), (kinds.get(kindOf(name)) ?? 0) + ms)
  const sums = [...kinds].map(([kind, ms]) => `${kind} ${(ms / count).toFixed(2)}`)
  const rows = top.map(([name, ms]) => `${(ms / count).toFixed(3).padStart(10)} ${((100 * ms) / total).toFixed(1).padStart(5)}%  ${name}`)
  return `${title}: self time in ms a round, of ${count} rounds of ${(total / count).toFixed(2)} ms\n${sums.join(', ')}\n\n${rows.join('\n')}\n`
}
