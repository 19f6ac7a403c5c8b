// wasm-exec.js is made by the build from the wasm_exec.js of the Go that
// compiles atoma.wasm (wasm/glue.mjs).

/** What Go may call: see ../control.go. */
export interface Host {
  ready(): void
  fail(message: string, stack: string): void
  stir(client: number): void
  take(call: number): void
}

export interface Go {
  importObject: WebAssembly.Imports
  exit: (code: number) => void
  run(instance: WebAssembly.Instance): Promise<void>
  _resume(): void
}

/** A Go program's glue, with a global object of its own. */
export function loadGo(host: Host): { go: Go }
