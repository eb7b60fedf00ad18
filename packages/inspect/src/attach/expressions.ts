/** What the target is told to load, and where the tap's inspector is. */
export interface Loading {
  /** The file of the tap. */
  readonly tap: string
  /** The Unix socket. */
  readonly socket: string
  readonly http2: boolean
  /** Milliseconds since the epoch: nothing is loaded after it, because it is not waited for any more. */
  readonly until: number
}

/** What came of it. */
export type Loaded =
  | { readonly outcome: 'loaded'; readonly node: string; readonly title: string }
  /** Another inspector watches it. */
  | { readonly outcome: 'watched' }
  /** The tap did not reach the socket. */
  | { readonly outcome: 'off' }
  | { readonly outcome: 'failed'; readonly reason: string }

/**
 * Its number as it knows it. If it is the one that is meant, it also closes the port by itself in `closeIn` ms, if that
 * is still the same: what asks may be killed before it does.
 */
export function pidExpression(pid: number, closeIn: number): string {
  return `(() => {
  const inspector = require('node:inspector')
  const opened = inspector.url()
  const close = () => {
    if (inspector.url() === opened) inspector.close()
  }
  const isMeant = process.pid === ${pid} && ${Number.isFinite(closeIn)}
  if (isMeant) require('node:timers').setTimeout(close, ${Math.min(closeIn, 60_000)}).unref()
  return process.pid
})()`
}

/** Closes the port for everybody. No reply to it arrives. */
export const closeExpression = "require('node:inspector').close()"

/**
 * Loads the tap between two turns of the program's event loop, and not in the middle of what it does just then. The
 * two variables are there only as long as the file loads, so that no child of the program gets them.
 */
export function loadExpression(loading: Loading): string {
  return `new Promise((resolve) => {
  const { tap, socket, http2, until } = ${JSON.stringify(loading)}
  // It is taken away as soon as this is evaluated.
  const load = require
  const variables = { HAWSER_INSPECT: socket, HAWSER_INSPECT_OPTIONS: JSON.stringify({ http2 }) }
  const begin = () => {
    if (Date.now() > until) return { outcome: 'failed', reason: 'it was too late' }
    const tapOf = () => globalThis[Symbol.for('hawser.tap')]
    if (tapOf()?.isOff === false) return { outcome: 'watched' }
    const before = Object.keys(variables).map((name) => [name, process.env[name]])
    Object.assign(process.env, variables)
    try {
      // One from an earlier attach, whose inspector is gone, is loaded anew.
      delete load.cache?.[tap]
      load(tap)
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    if (tapOf()?.isOff !== false) return { outcome: 'off' }
    const title = String(process.argv[1] ?? process.execPath)
    return { outcome: 'loaded', node: process.version, title }
  }
  require('node:timers').setImmediate(() => {
    try {
      resolve(begin())
    } catch (error) {
      resolve({ outcome: 'failed', reason: String(error?.message ?? error).split('\\n')[0] })
    }
  })
})`
}
