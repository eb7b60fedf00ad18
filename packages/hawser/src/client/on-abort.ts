interface Group {
  readonly callbacks: Set<() => void>
  readonly abort: () => void
}

/** Those that wait for each signal. */
const groups = new WeakMap<AbortSignal, Group>()

/**
 * Call `callback` once when a signal fires that has not. However many wait for a signal, it has one
 * listener: Node.js takes more than ten for a leak.
 *
 * @returns wait no more
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, abort } = groups.get(signal) ?? begin(signal)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size > 0 || groups.get(signal)?.callbacks !== callbacks) return
    groups.delete(signal)
    signal.removeEventListener('abort', abort)
  }
}

function begin(signal: AbortSignal): Group {
  const callbacks = new Set<() => void>()
  const abort = (): void => {
    for (const callback of callbacks) callback()
  }
  const group = { callbacks, abort }
  groups.set(signal, group)
  signal.addEventListener('abort', abort, { once: true })
  return group
}
