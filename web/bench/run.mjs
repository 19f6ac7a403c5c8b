// make bench: builds the page, has Chromium do every work in works/ by turns in
// plain JavaScript and in atoma, and prints the ratios. All figures are of one run.
//
//   BENCH_ONLY=add-many,size   only these works (the names of their files)
//   BENCH_QUICK=1              every work once, with small sizes: nothing rots
//   BENCH_ROUNDS=5             only so many rounds of each work, warmed up by two
//   BENCH_SECONDS=60           how long the updates of works/pause.ts go on
//   BENCH_PROFILE=folder       leaves CPU profiles there; measures slower

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, root, serve } from '../e2e/browser.mjs'
import { buildGo } from './go.mjs'
import { Page } from './page.mjs'
import { saveProfiles } from './profile.mjs'
import { evaluate, printReport, saveReport } from './report.mjs'
import { sizeOfWasm } from './size.mjs'

const { BENCH_ONLY, BENCH_QUICK, BENCH_ROUNDS, BENCH_SECONDS, BENCH_PROFILE } = process.env
const quick = Boolean(BENCH_QUICK)
const only = BENCH_ONLY?.split(',').map((name) => name.trim())
const wanted = (name) => !only || only.includes(name)
const roundsOf = (work) => (quick ? 1 : Math.min(Number(BENCH_ROUNDS ?? Infinity), work.rounds))
const sizes = quick
  ? { rows: 2_000, singles: 50, reads: 200, patches: 200, upserts: 100, inFlight: 500, queries: 3, changes: 10, batch: 50, views: 20, seconds: Number(BENCH_SECONDS ?? 1), settleMs: 50 }
  : { rows: 100_000, singles: 1_000, reads: 10_000, patches: 10_000, upserts: 1_200, inFlight: 10_000, queries: 20, changes: 200, batch: 1_000, views: 1_000, seconds: Number(BENCH_SECONDS ?? 60), settleMs: 2_000 }

const web = join(root, 'web')
const built = join(root, 'dist/bench')
const node = (...args) => execFileSync(process.execPath, args, { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] })
const tell = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`)

tell('building')
node('node_modules/typescript/bin/tsc', '-p', 'bench')
node('node_modules/vite/bin/vite.js', 'build', 'bench')
mkdirSync(join(built, 'modules'), { recursive: true })
const empty = buildGo('./web/bench/empty', join(built, 'modules/empty.wasm'))
copyFileSync(empty, join(built, 'assets/empty.wasm'))
if (BENCH_PROFILE) {
  // with the names of its functions, for the profiles
  const asset = readdirSync(join(built, 'assets')).find((name) => /^atoma-.*\.wasm$/.test(name))
  buildGo('./wasm', join(built, 'assets', asset), { symbols: true })
} else if (!quick) {
  node('compress.mjs', join(built, 'assets'))
}

const server = await serve(built)
// precise heap figures, and a collector that can be told when
const browser = await launch({ args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'] })
const started = new Date()
const results = []
const profiles = []
try {
  const works = await Page.with(browser, server.url, (page) => page.list())
  const unknown = only?.filter((name) => name !== 'size' && !works.some((work) => work.name === name)) ?? []
  if (unknown.length > 0) throw new Error(`BENCH_ONLY: no work ${unknown}; there are ${works.map(({ name }) => name)},size`)
  for (const work of works) {
    if (!wanted(work.name)) continue
    const samples = work.freshPages ? await inFreshPages(work) : await inOnePage(work)
    results.push({ ...work, samples })
  }
} finally {
  await browser.close()
  await server.close()
}
tell('')

const size = wanted('size') ? await sizeOfWasm(built, { quick }) : undefined
const report = evaluate({ started, quick, sizes, version: browser.version(), results, size })
printReport(report)
saveReport(report, built)
if (BENCH_PROFILE) saveProfiles(profiles, BENCH_PROFILE)

/** Rounds in one page; the first ones warm up. */
async function inOnePage(work) {
  return Page.with(browser, server.url, async (page) => {
    if (work.prepares) await page.prepare(work.name, sizes)
    const warmUp = quick ? 0 : Math.min(BENCH_ROUNDS ? 2 : Infinity, work.warmUp ?? 0)
    const rounds = warmUp + roundsOf(work)
    const samples = []
    for (let round = 0; round < rounds; round++) {
      tell(`${work.name}: round ${round + 1} of ${rounds}`)
      for (const side of work.sides) {
        const profiled = BENCH_PROFILE && round >= warmUp ? `${work.name}-${side}` : ''
        const measure = () => page.measure(work.name, side, sizes, profiled)
        const measured = work.traced ? await page.traced(measure) : await measure()
        samples.push({ round, warm: round >= warmUp, side, measured })
      }
    }
    profiles.push(...(await page.finishedProfiles()))
    return samples
  })
}

/** Every measurement in a page and a cache of its own. */
async function inFreshPages(work) {
  const rounds = roundsOf(work)
  const samples = []
  for (let round = 0; round < rounds; round++) {
    for (const side of work.sides) {
      tell(`${work.name}: page ${round + 1} of ${rounds}, ${side}`)
      const measured = await Page.with(browser, server.url, async (page) => {
        if (work.prepares) await page.prepare(work.name, sizes)
        const measured = await page.measure(work.name, side, sizes, BENCH_PROFILE ? `${work.name}-${side}` : '')
        profiles.push(...(await page.finishedProfiles()))
        return measured
      })
      samples.push({ round, warm: true, side, measured })
    }
  }
  return samples
}
