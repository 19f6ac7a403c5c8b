// How long frames take, as the browser paints them.

/** Frames kept: two seconds of a smooth page. */
const kept = 120
/** A frame of a tab that was hidden, or of a sleeping computer, says nothing. */
const longest = 1_000

export interface Frames {
  fps: number
  /** Milliseconds, of the last two seconds. */
  longest: number
  /** Durations in milliseconds, oldest first. */
  durations: readonly number[]
}

/** Tells a few times a second; gives how to stop. */
export function watchFrames(tell: (frames: Frames) => void): () => void {
  let durations: number[] = []
  let last = performance.now()
  let told = last
  let handle = requestAnimationFrame(function step(now) {
    handle = requestAnimationFrame(step)
    const taken = now - last
    last = now
    if (taken <= 0 || taken > longest) return
    durations.push(taken)
    if (now - told < 250) return
    told = now
    durations = durations.slice(-kept)
    const sum = durations.reduce((all, each) => all + each, 0)
    tell({ fps: Math.round((1000 * durations.length) / sum), longest: Math.max(...durations), durations })
  })
  return () => cancelAnimationFrame(handle)
}
