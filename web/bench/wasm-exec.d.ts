// The package ships the glue without types of its own beside it.
declare module '*/wasm-exec.js' {
  export { loadGo } from '../../jsbridge/js/wasm-exec.js'
}
