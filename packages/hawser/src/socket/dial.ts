import net from 'node:net'
import { OptionError } from '../errors.js'
import type { Clock } from '../policy/clock.js'
import type { ParsedEndpoint } from './endpoint.js'
import { canReadFast, onread } from './fast-read.js'
import { abortedError, connectError, connectTimeout } from './socket-errors.js'
import { addressesOf, SocketTransport } from './socket-transport.js'

/**
 * Milliseconds until the next of several addresses is tried. Node.js gives up the one before, and
 * its own default of 250 ms is shorter than many a round trip.
 */
const attemptTimeout = 1_000

/** How to dial. */
export interface DialOptions {
  /** Milliseconds for name resolution and TCP together; `Infinity` is off. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly family: 4 | 6 | undefined
  readonly noDelay: boolean
  /** Milliseconds; `Infinity` is off. */
  readonly keepAlive: number
  readonly fastRead: boolean
  readonly clock: Clock
}

/**
 * Establish one connection.
 *
 * @throws ConnectError, or AbortedError when the signal fired
 */
export async function dial(
  endpoint: ParsedEndpoint,
  options: DialOptions,
): Promise<SocketTransport> {
  const { signal } = options
  if (signal?.aborted === true) throw abortedError('connect', endpoint, signal.reason)
  const fast = options.fastRead && canReadFast
  const socket = net.connect(socketOptions(endpoint, options, fast))
  // Nothing may arrive before the transport has somebody to tell.
  socket.pause()
  try {
    await established(socket, endpoint, options)
  } catch (error) {
    socket.on('error', ignore)
    socket.destroy()
    throw error
  }
  const path = endpoint.kind === 'unix' ? endpoint.path : undefined
  return new SocketTransport(socket, fast, { path, ...addressesOf(socket, { path }) })
}

function established(
  socket: net.Socket,
  endpoint: ParsedEndpoint,
  { signal, timeout, clock }: DialOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      timer.cancel()
      signal?.removeEventListener('abort', abort)
      socket.off('connect', settle)
      socket.off('error', fail)
      if (error === undefined) resolve()
      else reject(error)
    }
    const abort = (): void => settle(abortedError('connect', endpoint, signal?.reason))
    const fail = (cause: Error): void => settle(connectError(cause, endpoint))
    const timer = clock.schedule(() => settle(connectTimeout(endpoint, timeout)), timeout, true)
    signal?.addEventListener('abort', abort)
    socket.on('connect', settle)
    socket.on('error', fail)
  })
}

function socketOptions(
  endpoint: ParsedEndpoint,
  options: DialOptions,
  fast: boolean,
): net.NetConnectOpts {
  const common = { allowHalfOpen: true, ...(fast ? { onread } : {}) }
  if (endpoint.kind === 'unix') return { ...common, path: endpoint.path }
  if (endpoint.kind === 'fd') {
    throw new OptionError(
      'HAWSER_INVALID_ENDPOINT',
      `cannot connect to fd:${endpoint.fd}: a descriptor can be listened on, not connected to`,
    )
  }
  const { localAddress, localPort, family, noDelay, keepAlive } = options
  return {
    ...common,
    port: endpoint.port,
    host: endpoint.host ?? 'localhost',
    noDelay,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeout,
    ...(keepAlive === Infinity ? {} : { keepAlive: true, keepAliveInitialDelay: keepAlive }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
    ...(family === undefined ? {} : { family }),
  }
}

function ignore(): void {}
