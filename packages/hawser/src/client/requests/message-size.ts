/** What a message that waits takes beside itself: its promise, its deadline, its place. */
export const queuedOverhead = 512

/** What an object takes beside its properties. */
const objectOverhead = 32
/** What a property, an element or a number takes. */
const slot = 16

/**
 * About how much memory a message takes that waits and is not encoded yet, whatever the framing takes:
 * text, bytes, or an object with all that it refers to.
 */
export function messageSize(message: unknown): number {
  if (typeof message === 'string') return message.length
  if (message instanceof Uint8Array) return message.byteLength
  return graphSize(message)
}

/** A buffer of this size may be Buffer's pool, which many messages share. */
const poolSize = 64 * 1024

/** The message as it may wait: a copy, where it would keep a buffer that is more than twice its size. */
export function withoutPinned<Message>(message: Message): Message {
  if (!(message instanceof Uint8Array)) return message
  const { byteLength } = message.buffer
  if (byteLength <= poolSize || byteLength <= 2 * message.byteLength) return message
  // That of Buffer makes no copy; this one makes a Buffer of a Buffer.
  return Uint8Array.prototype.slice.call(message) as Uint8Array as Message
}

function graphSize(root: unknown): number {
  const seen = new Set<object>()
  const left: unknown[] = [root]
  let size = 0
  while (left.length > 0) {
    const value = left.pop()
    size += slot
    if (typeof value === 'string') size += value.length
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value)
      size += objectOverhead + partsOf(value, left)
    }
  }
  return size
}

/** @returns bytes of its own; what it refers to is added to `left` */
function partsOf(value: object, left: unknown[]): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  if (value instanceof Map) for (const entry of value) left.push(...entry)
  else if (value instanceof Set || Array.isArray(value)) for (const part of value) left.push(part)
  else for (const key of Object.keys(value)) left.push((value as Record<string, unknown>)[key])
  return 0
}
