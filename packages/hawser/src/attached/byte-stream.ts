import type { Duplex } from 'node:stream'
import { textOf } from '../errors.js'
import { invalid, kindOf } from '../options/invalid.js'
import { foreignSocket, socketFacts } from '../socket/foreign-socket.js'
import type { Clock } from '../policy/clock.js'
import { isThenable } from '../promises.js'
import type { Transport } from '../transport.js'
import { GuardedTransport } from './guarded-transport.js'
import { NodeStreamTransport } from './node-stream-transport.js'
import { type WebStreamPair, WebStreamTransport } from './web-stream-transport.js'

/**
 * A stream of bytes in both directions that was made elsewhere: a Node.js `Duplex` (a socket, a TLS
 * socket, a serial port, a channel of SSH), a pair of WHATWG streams, or a {@link Transport} of one's
 * own.
 */
export type ByteStream = Duplex | WebStreamPair | Transport

/**
 * The transport over a stream that was made elsewhere.
 *
 * @param name what the stream is called in the error
 * @param clock measures how long its end may take
 * @throws OptionError when it is none, or does not carry bytes
 */
export function transportOver(stream: ByteStream, name: string, clock: Clock): Transport {
  if (isTransport(stream)) return new GuardedTransport(stream, clock)
  if (isDuplex(stream)) {
    assertBytes(stream, name)
    return foreignSocket(stream) ?? new NodeStreamTransport(stream, socketFacts(stream), clock)
  }
  if (isWebPair(stream)) {
    if (stream.readable.locked === true || stream.writable.locked === true) {
      throw invalid(name, 'has a reader or a writer already: release its lock first')
    }
    return webTransport(stream, name, clock)
  }
  throw invalid(
    name,
    `is ${kindOf(stream)}: it takes a Duplex, { readable, writable } of WHATWG streams, or a Transport`,
  )
}

/** Ends a stream that came too late to be used. */
export function discardStream(stream: ByteStream, clock: Clock): void {
  try {
    const transport = transportOver(stream, 'stream', clock)
    transport.start({ received: nothing, peerEnded: nothing, wrote: nothing, gone: nothing })
    transport.reset()
  } catch {
    destroyRefused(stream)
  }
}

/** Ends what was made and cannot be used: nothing else would, and its next error would end the process. */
export function destroyRefused(stream: unknown): void {
  if (!isObject(stream)) return
  const { readable, writable } = stream as Partial<Record<'readable' | 'writable', unknown>>
  callIfThere(stream, 'on', 'error', nothing)
  callIfThere(stream, 'destroy')
  callIfThere(readable, 'cancel')
  callIfThere(writable, 'abort')
}

function callIfThere(target: unknown, name: string, ...args: readonly unknown[]): void {
  if (!isObject(target) || !hasMethods(target, name)) return
  try {
    const method = (target as Record<string, (...values: unknown[]) => unknown>)[name]
    const result = method?.apply(target, [...args])
    if (isThenable(result)) result.then(undefined, nothing)
  } catch {
    // There is nothing more to do for it.
  }
}

function nothing(): void {}

function webTransport(stream: WebStreamPair, name: string, clock: Clock): Transport {
  try {
    return new WebStreamTransport(stream, clock)
  } catch (error) {
    throw invalid(name, `cannot be read and written: ${textOf(error)}`, error)
  }
}

function assertBytes(stream: Duplex, name: string): void {
  if (stream.readableObjectMode || stream.writableObjectMode) {
    throw invalid(name, 'is in object mode, and bytes are needed: make it without objectMode')
  }
  // Streams of the package readable-stream do not say.
  const encoding = stream.readableEncoding as string | null | undefined
  if ((encoding ?? null) !== null) {
    throw invalid(
      name,
      `is read as ${encoding} text, and bytes are needed: leave setEncoding() out`,
    )
  }
}

function isTransport(value: ByteStream): value is Transport {
  return isObject(value) && hasMethods(value, 'start', 'write', 'pause', 'resume', 'reset', 'close')
}

function isDuplex(value: ByteStream): value is Duplex {
  return isObject(value) && hasMethods(value, 'read', 'write', 'end', 'on', 'destroy')
}

function isWebPair(value: ByteStream): value is WebStreamPair {
  if (!isObject(value)) return false
  const { readable, writable } = value as Partial<Record<'readable' | 'writable', unknown>>
  return (
    isObject(readable) &&
    hasMethods(readable, 'getReader') &&
    isObject(writable) &&
    hasMethods(writable, 'getWriter')
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function hasMethods(value: object, ...names: readonly string[]): boolean {
  return names.every(
    (name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function',
  )
}
