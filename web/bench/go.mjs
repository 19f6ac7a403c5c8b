// Builds Go programs as the Makefile builds atoma.wasm: with the same flags, or
// the comparison of their sizes would say nothing.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { joinSegments } from '../../wasm/segments.mjs'
import { root } from '../e2e/browser.mjs'

const run = (program, args, env = {}) =>
  execFileSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** The Makefile's own command: `GOOS=js … go build …flags -o dist/npm/atoma.wasm ./wasm`. */
const command = readCommand()

function readCommand() {
  const output = 'dist/npm/atoma.wasm'
  // -n: only print it; -W: as if a source file were new; not as a part of the make that runs this
  const printed = run('make', ['-n', '-W', 'wasm/main.go', output], { MAKEFLAGS: '', MAKELEVEL: '' })
  const line = printed.split('\n').find((each) => each.includes('go build '))
  const found = line && /^((?:\w+=\S+ )*)go build (.*) -o \S+ \S+$/.exec(line.trim())
  if (!found) throw new Error(`make -n ${output} shows no go build: ${printed}`)
  const env = Object.fromEntries(found[1].trim().split(/ +/).map((each) => each.split('=')))
  return { env, flags: found[2].match(/-\S*?='[^']*'|\S+/g).map((flag) => flag.replaceAll("'", '')) }
}

/**
 * Builds a package of the module for the browser and gives the file.
 * @param {{ symbols?: boolean }} [options] symbols: keep the names of functions
 */
export function buildGo(pkg, out, { symbols = false } = {}) {
  const flags = symbols ? command.flags.filter((flag) => !flag.startsWith('-ldflags')) : command.flags
  run('go', ['build', ...flags, '-o', out, pkg], command.env)
  writeFileSync(out, joinSegments(readFileSync(out)))
  return out
}

/** The paths of all packages that a program is made of; main for the program itself. */
export function listPackages(pkg) {
  return [...run('go', ['list', '-deps', pkg], command.env).trim().split('\n'), 'main']
}
