// Must be imported before atoma: it notes the memory of every instance that the page starts.

const memories: WebAssembly.Memory[] = []
const original = WebAssembly.instantiate

async function instantiate(source: never, imports: never): Promise<unknown> {
  const result: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource = await original(source, imports)
  const { exports } = 'instance' in result ? result.instance : result
  const memory = exports['mem']
  if (memory instanceof WebAssembly.Memory) memories.push(memory)
  return result
}
WebAssembly.instantiate = instantiate as typeof WebAssembly.instantiate

/** Bytes of wasm memory, of all instances together. */
export const wasmBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
