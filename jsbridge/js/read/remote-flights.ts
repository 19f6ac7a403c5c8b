// Reads that wait for a backend: each ends with its answer, with the abort of
// its caller's signal, or with the client, whichever comes first.

import { AtomaError } from '../errors.js'
import { type Place, whereText } from '../input.js'

export class Flights {
  private readonly ends = new Map<(error: AtomaError) => void, Place>()
  private closed: AtomaError | undefined
  private emptied = (): void => {}

  /**
   * Does work that may take its time. What it is given is aborted when nobody
   * waits any more: the work has to see to it that it changes nothing then.
   */
  run<T>(place: Place, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(this.closed)
    if (signal?.aborted) return Promise.reject(aborted(place, signal))
    return new Promise<T>((resolve, reject) => {
      const controller = new AbortController()
      const land = (): void => {
        signal?.removeEventListener('abort', onAbort)
        this.ends.delete(end)
        if (this.ends.size === 0) this.emptied()
      }
      const end = (error: AtomaError): void => {
        land()
        reject(error)
        controller.abort(error)
      }
      const onAbort = (): void => end(aborted(place, signal!))
      this.ends.set(end, place)
      signal?.addEventListener('abort', onAbort)
      work(controller.signal).then(
        (value) => {
          if (controller.signal.aborted) return
          land()
          resolve(value)
        },
        (error: unknown) => {
          if (controller.signal.aborted) return
          land()
          reject(error)
        },
      )
    })
  }

  /** Waits until nothing is under way, at most so many milliseconds. */
  async drain(timeoutMs: number): Promise<void> {
    if (this.ends.size === 0) return
    await new Promise<void>((resolve) => {
      // a timer that is set for longer fires at once
      const timer = timeoutMs <= 2 ** 31 - 1 ? setTimeout(resolve, timeoutMs) : undefined
      this.emptied = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends everything that is under way, and whatever is begun from now on. */
  close(error: AtomaError): void {
    this.closed = error
    for (const end of [...this.ends.keys()]) end(error)
  }

  /** Ends what is under way, each with an error of its own. */
  abandon(why: (place: Place) => AtomaError): void {
    for (const [end, place] of [...this.ends]) end(why(place))
  }
}

function aborted(place: Place, { reason }: AbortSignal): AtomaError {
  return new AtomaError('aborted', `the call was aborted${whereText(place)}`, { details: { ...place }, cause: reason })
}
