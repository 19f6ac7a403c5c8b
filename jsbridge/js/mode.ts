// Bundlers replace process.env.NODE_ENV; without one there may be no process.
declare const process: { env: { NODE_ENV?: string } } | undefined

function inProduction(): boolean {
  try {
    return process!.env.NODE_ENV === 'production'
  } catch {
    return false
  }
}

/** Rows are deeply frozen unless NODE_ENV is production. */
export const frozen: boolean = !inProduction()
