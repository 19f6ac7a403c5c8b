// Reads as much of a wasm file as it takes to say what it is made of.

import { readFileSync } from 'node:fs'

/** Bytes of the sections, and of the functions by Go package, by the names in the file; `packages` are those that may be in it. */
export function readWasm(file, packages) {
  const bytes = readFileSync(file)
  const sections = new Map()
  let functions = []
  let imported = 0
  let names = new Map()
  const at = new Cursor(bytes, 8)
  while (at.p < bytes.length) {
    const id = at.byte()
    const size = at.number()
    const end = at.p + size
    const name = id === 0 ? at.text() : (sectionNames[id] ?? `section ${id}`)
    sections.set(name, size)
    if (id === 2) imported = readImports(at)
    if (id === 10) functions = readFunctions(at)
    if (id === 0 && name === 'name') names = readNames(at, end)
    at.p = end
  }
  const packageOf = packageFinder(packages)
  const sizes = new Map()
  functions.forEach((size, i) => {
    const pkg = packageOf(names.get(imported + i) ?? '')
    sizes.set(pkg, (sizes.get(pkg) ?? 0) + size)
  })
  return { sections, packages: sizes }
}

const sectionNames = { 1: 'types', 2: 'imports', 3: 'functions', 4: 'tables', 5: 'memory', 6: 'globals', 7: 'exports', 9: 'elements', 10: 'code', 11: 'data' }

class Cursor {
  constructor(bytes, p) {
    this.bytes = bytes
    this.p = p
  }

  byte() {
    return this.bytes[this.p++]
  }

  /** LEB128 without sign. */
  number() {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  text() {
    const length = this.number()
    this.p += length
    return this.bytes.toString('utf8', this.p - length, this.p)
  }
}

/** How many functions are imported: they come first in the numbering. */
function readImports(at) {
  let functions = 0
  for (let n = at.number(); n > 0; n--) {
    at.text()
    at.text()
    const kind = at.byte()
    if (kind !== 0) throw new Error('a Go module imports functions only')
    at.number()
    functions++
  }
  return functions
}

function readFunctions(at) {
  return Array.from({ length: at.number() }, () => {
    const start = at.p
    const size = at.number()
    at.p += size
    return at.p - start
  })
}

function readNames(at, end) {
  const names = new Map()
  while (at.p < end) {
    const kind = at.byte()
    const size = at.number()
    const next = at.p + size
    if (kind === 1) for (let n = at.number(); n > 0; n--) names.set(at.number(), at.text())
    at.p = next
  }
  return names
}

/** The package of a function, by its name in the file; the linker writes `_` for all but letters, digits, `_` and `.`. */
function packageFinder(packages) {
  const byMangled = new Map(packages.map((pkg) => [pkg.replace(/[^\w.]/g, '_'), pkg]))
  return (name) => {
    for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
      const found = byMangled.get(name.slice(0, dot))
      if (found) return found
    }
    return 'none: made by the linker'
  }
}
