// From samples to one table: printed, and left as Markdown and JSON.

import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

/** The figure for the size of atoma.wasm, brotli 11, in bytes. */
const sizeTarget = 680_000

export function evaluate({ started, quick, sizes, version, results, size }) {
  const lines = results.flatMap((work) => work.lines.map((line) => evaluateLine(work, line, quick)))
  if (size) lines.push(sizeLine(size))
  return {
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started) / 1000),
    machine: { browser: `Chromium ${version}`, cpus: cpus().length, model: cpus()[0]?.model, load: loadavg()[0] },
    quick,
    sizes,
    lines,
    size,
    works: results.map(({ name, unit, rounds, warmUp, samples }) => ({ name, unit, rounds, warmUp, samples })),
  }
}

function evaluateLine({ name, unit, freshPages, rounds, samples }, { what, plain, atoma, faster, target = faster && 1 / faster, aim }, quick) {
  const of = (key, cold) => {
    const [side, part] = (key ?? '').split('.')
    const same = samples.filter((sample) => sample.side === side && (cold ? sample.round === 0 : sample.warm))
    return spread(same.map(({ measured }) => (part ? measured[part] : measured)))
  }
  const plainOf = plain && of(plain)
  const atomaOf = of(atoma)
  const ratio = plainOf && atomaOf && atomaOf.median / plainOf.median
  const cold = samples.some(({ warm }) => !warm) ? { plain: plain && of(plain, true)?.median, atoma: of(atoma, true)?.median } : undefined
  return { work: name, what, unit, rounds, freshPages, plain: plainOf, atoma: atomaOf, ratio, target, faster, aim, ok: target && !quick ? ratio <= target : undefined, cold }
}

function sizeLine({ sizes }) {
  const [empty, , atoma] = sizes
  return {
    work: 'size',
    what: 'atoma.wasm, brotli 11; plain: an empty Go module',
    unit: 'KB',
    plain: spread([empty.brotli / 1000]),
    atoma: spread([atoma.brotli / 1000]),
    ratio: atoma.brotli / empty.brotli,
    aim: `≤ ${sizeTarget / 1000} KB`,
    ok: atoma.brotli <= sizeTarget,
  }
}

/** Median, quartiles and least. */
function spread(numbers) {
  const sorted = numbers.filter((n) => n !== undefined).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const at = (part) => {
    const i = part * (sorted.length - 1)
    const below = sorted[Math.floor(i)]
    return below + (sorted[Math.ceil(i)] - below) * (i % 1)
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75), least: at(0) }
}

const number = (n) => (n === undefined ? '' : n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(n >= 1 ? 2 : 3))
const times = (n) => (n === undefined ? '' : `${n < 0.1 ? n.toPrecision(2) : n.toFixed(2)}×`)
/** A ratio far below one says little: 0.0125× is 80 times as fast. */
const fasterBy = (ratio) => `${1 / ratio >= 10 ? Math.round(1 / ratio) : (1 / ratio).toFixed(1)}× faster`

const header = ['work', 'plain JS', 'atoma', 'ratio', 'to reach', 'ok']
const cells = ({ what, unit, plain, atoma, ratio, target, faster, aim, ok }) => [
  what,
  plain ? `${number(plain.median)} ${unit}` : '',
  atoma ? `${number(atoma.median)} ${unit}` : '',
  unit === 'ms' && ratio < 0.67 ? `${times(ratio)}, ${fasterBy(ratio)}` : times(ratio),
  faster ? `≥ ${faster}× faster` : target ? `≤ ${target}×` : (aim ?? ''),
  ok === undefined ? '' : ok ? 'yes' : 'NO',
]

const detailHeader = ['work', 'rounds', 'plain JS, quartiles', 'atoma, quartiles', 'best: plain JS', 'atoma', 'ratio', 'cold first: plain JS', 'atoma', 'ratio']
const quartiles = (of) => (of && of.low !== of.high ? `${number(of.low)}–${number(of.high)}` : '')
const details = ({ what, rounds, freshPages, plain, atoma, cold }) => [
  what,
  rounds === undefined ? '' : `${rounds}${freshPages ? ' fresh pages' : ''}`,
  quartiles(plain),
  quartiles(atoma),
  // a busy machine spoils medians first
  number(plain?.least),
  number(atoma?.least),
  times(plain && atoma && atoma.least / plain.least),
  number(cold?.plain),
  number(cold?.atoma),
  times(cold?.plain && cold.atoma / cold.plain),
]

export function printReport(report) {
  console.log(`${about(report)}\n`)
  console.log(align([header, ...report.lines.map(cells)]))
  if (!report.quick) console.log(`\n${align([detailHeader, ...report.lines.filter(({ rounds }) => rounds > 1).map(details)])}`)
  const { size } = report
  if (size) {
    console.log(`\n${align([sizeHeader, ...size.sizes.map(sizeCells)])}`)
    console.log(`\n${align([madeHeader, ...made(size)])}`)
  }
  if (report.quick) console.log('\nBENCH_QUICK: small sizes, one round. The figures say nothing.')
}

export function saveReport(report, folder) {
  const parts = [about(report), markdown([header, ...report.lines.map(cells)]), markdown([detailHeader, ...report.lines.filter(({ rounds }) => rounds > 1).map(details)])]
  if (report.size) parts.push(markdown([sizeHeader, ...report.size.sizes.map(sizeCells)]), markdown([madeHeader, ...made(report.size)]))
  writeFileSync(join(folder, 'results.md'), `# Benchmark\n\n${parts.join('\n\n')}\n`)
  writeFileSync(join(folder, 'results.json'), JSON.stringify(report, null, 1))
}

const about = ({ started, seconds, machine }) =>
  `${machine.browser}, ${machine.cpus} × ${machine.model}, load ${machine.load.toFixed(1)}; ${started}, ${seconds} s. Medians of one run; the sides take turns.`

const sizeHeader = ['module', 'raw', 'gzip 9', 'brotli 11', 'KB of 1,024']
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`
const sizeCells = ({ name, raw, gzip, brotli }) => [name, kilobytes(raw), kilobytes(gzip), kilobytes(brotli), (brotli / 1024).toFixed(1)]

const madeHeader = ['atoma.wasm, uncompressed', 'size', 'in the empty module with safejs']
const largest = 12

/** Sections, and the packages whose code is largest. */
function made({ parts: { sections, packages } }) {
  const rest = packages.slice(largest)
  const sum = (key) => rest.reduce((all, each) => all + each[key], 0)
  const line = (name, { size, other }) => [name, kilobytes(size), kilobytes(other)]
  return [
    ...sections.map((each) => line(`section ${each.name}`, each)),
    ...packages.slice(0, largest).map((each) => line(`code of ${each.name.replace('github.com/', '')}`, each)),
    line(`code of ${rest.length} other packages`, { size: sum('size'), other: sum('other') }),
  ]
}

function align(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd()).join('\n')
}

function markdown([head, ...rows]) {
  const line = (row) => `| ${row.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
