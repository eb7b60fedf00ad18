import { AbortedError, ConnectError, OptionError } from '../errors.js'
import { ignore } from '../promises.js'
import type { Clock } from '../policy/clock.js'
import { Deadline } from '../socket/deadline.js'
import { whenConnected } from '../socket/foreign-socket.js'
import type { Transport } from '../transport.js'
import { type ByteStream, destroyRefused, discardStream, transportOver } from './byte-stream.js'
import { toError } from './stream-errors.js'

/**
 * Makes the stream for one connection; it is called again for each further one.
 *
 * @param context `signal` fires when the stream is no longer wanted: the time is up, or the client or
 *   pool was closed. A stream that comes later is destroyed
 */
export type StreamMaker = (context: {
  readonly signal: AbortSignal
}) => ByteStream | PromiseLike<ByteStream>

/** How long to wait for a stream. */
export interface StreamDialPlan {
  /** Milliseconds; `Infinity` is off. */
  readonly connectTimeout: number
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
}

/**
 * Have a stream made.
 *
 * @throws ConnectError, OptionError when it is none, or AbortedError when the signal fired
 */
export async function dialStream(make: StreamMaker, plan: StreamDialPlan): Promise<Transport> {
  const { connectTimeout, signal, clock } = plan
  const deadline = new Deadline({
    timeout: connectTimeout,
    signal,
    clock,
    timedOut: () => madeNothing(connectTimeout),
    aborted: (cause) =>
      new AbortedError('HAWSER_ABORTED', 'connect was aborted by its signal', {
        op: 'connect',
        cause,
      }),
  })
  try {
    deadline.check()
    const giveUp = new AbortController()
    const making = callMaker(make, giveUp.signal)
    const stream = await deadline.step(making, () => {
      giveUp.abort()
      making.then((late) => discardStream(late, clock)).then(undefined, ignore)
    })
    return await useStream(stream, deadline, clock)
  } catch (error) {
    const isOurs =
      error instanceof ConnectError || error instanceof AbortedError || error instanceof OptionError
    throw isOurs ? error : notMade(toError(error))
  } finally {
    deadline.end()
  }
}

/** @throws OptionError where it is no stream of bytes; what a socket that is still connecting fails with */
async function useStream(stream: ByteStream, deadline: Deadline, clock: Clock): Promise<Transport> {
  try {
    const connected = whenConnected(stream)
    if (connected !== undefined) await deadline.step(connected, () => undefined)
    if (isDestroyed(stream)) throw new Error(destroyedBefore)
    return transportOver(stream, 'the stream that was made', clock)
  } catch (error) {
    destroyRefused(stream)
    throw error
  }
}

/** Over such a one, a connection would open and be reset, and take a request with it. */
function isDestroyed(stream: unknown): boolean {
  return (stream as { readonly destroyed?: unknown } | undefined)?.destroyed === true
}

const destroyedBefore =
  'the stream that it made is destroyed already: make a new one for each connection'

/** It may throw where it should reject. */
async function callMaker(make: StreamMaker, signal: AbortSignal): Promise<ByteStream> {
  return make({ signal })
}

function madeNothing(timeout: number): ConnectError {
  return new ConnectError(
    'HAWSER_CONNECT_TIMEOUT',
    `cannot connect: the function that makes the stream returned none within ${timeout} ms`,
    {
      op: 'connect',
      option: 'connectTimeout',
      remedy: (option) => `check what it waits for, or raise ${option}`,
    },
  )
}

function notMade(cause: Error): ConnectError {
  const text = `cannot connect: the function that makes the stream failed: ${cause.message}`
  return new ConnectError('HAWSER_CONNECT_FAILED', text, { op: 'connect', cause })
}
