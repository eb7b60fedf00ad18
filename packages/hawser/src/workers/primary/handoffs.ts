import type { Worker } from 'node:cluster'
import { setImmediate } from 'node:timers'

/** The part of a connection's handle that is used here. */
interface Handle {
  close(): void
}

/** The messages by which Node.js hands connections to workers; they are not documented. */
interface ClusterMessage {
  readonly cmd?: unknown
  readonly act?: unknown
  readonly seq?: unknown
  readonly ack?: unknown
}

/**
 * Close connections that were on their way to a worker when it died.
 *
 * Node.js accepts a connection in the primary, sends it to a worker and keeps its own copy until the
 * worker has answered. When the worker dies before that, two things go wrong (seen with Node.js 20, 24
 * and 26): nothing closes the copy, so the client waits for a reply that never comes; and the channel
 * waits for one too, so `disconnect` is never emitted, and the dead worker counts as listening for
 * ever. The connection is not given to another worker: the dead one may have read from it.
 *
 * Messages are watched, not changed: should they look different one day, nothing is closed.
 */
export function closeLostHandoffs(worker: Worker): void {
  const { process: child } = worker
  const waiting = new Map<unknown, Handle>()
  let isTold = false
  const send = child.send.bind(child) as (...words: unknown[]) => boolean
  const disconnect = child.disconnect.bind(child)
  child.send = (...words: unknown[]): boolean => {
    const [message, handle] = words as [ClusterMessage | null | undefined, unknown]
    if (message?.cmd === 'NODE_CLUSTER' && message.act === 'newconn' && isHandle(handle)) {
      waiting.set(message.seq, handle)
    }
    return send(...words)
  }
  child.on('internalMessage', (message: ClusterMessage) => {
    if (message.cmd === 'NODE_CLUSTER' && message.ack !== undefined) waiting.delete(message.ack)
  })
  // Node.js calls it when the other end of the channel is closed, behind all that was said before.
  child.disconnect = (): void => {
    disconnect()
    setImmediate(() => {
      if (!isTold) child.emit('disconnect')
    })
  }
  child.once('disconnect', () => {
    isTold = true
    for (const handle of waiting.values()) handle.close()
    waiting.clear()
  })
}

function isHandle(value: unknown): value is Handle {
  return typeof (value as Handle | undefined)?.close === 'function'
}
