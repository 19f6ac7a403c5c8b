// What a framework subscribes to: something that changes, and what it is now.

export interface Source<S> {
  subscribe(listener: () => void): () => void
  /** The same object until it changes. */
  current(): S
}

/** A source of something that is computed of another, once for each state of it. */
export function derived<S, D>(source: Source<S>, derive: (state: S) => D): Source<D> {
  let from: { state: S; outcome: D } | undefined
  return {
    subscribe: source.subscribe,
    current() {
      const state = source.current()
      if (!from || !Object.is(from.state, state)) from = { state, outcome: derive(state) }
      return from.outcome
    },
  }
}

/** A source of what never changes. */
export function constant<S>(state: S): Source<S> {
  return { subscribe: () => () => {}, current: () => state }
}
