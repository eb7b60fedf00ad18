import net from 'node:net'
import { OptionError, TimeoutError } from '../errors.js'
import type { Clock } from '../policy/clock.js'
import { formatEndpoint, isSecure, type ParsedEndpoint, type TcpEndpoint } from './endpoint.js'
import { askPeerName, canReadFast, onread } from './fast-read.js'
import { keepAliveDelay } from './keep-alive.js'
import { abortedError, connectError, connectTimeout } from './socket-errors.js'
import { addressesOf } from './names.js'
import { SocketTransport } from './socket-transport.js'
import type { TlsClientOptions } from '../tls.js'
import { ClientTls } from './tls/client-tls.js'
import { defaultHandshakeTimeout } from './tls/server-tls.js'
import { isOwned } from './unix-endpoint.js'

/**
 * Milliseconds until the next of several addresses is tried. Node.js gives up the one before, and
 * its own default of 250 ms is shorter than many a round trip.
 */
const attemptTimeout = 1_000

/** How to dial. */
export interface DialOptions {
  /** Milliseconds for name resolution, TCP and TLS together; `Infinity` is off. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly family: 4 | 6 | undefined
  readonly noDelay: boolean
  /** Milliseconds; `Infinity` is off. */
  readonly keepAlive: number
  readonly fastRead: boolean
  /** Undefined is none, unless the endpoint is `tls://`. */
  readonly tls: TlsClientOptions | undefined
  readonly clock: Clock
}

/**
 * Establish one connection.
 *
 * @throws ConnectError, TlsError, or AbortedError when the signal fired
 */
export async function dial(asked: ParsedEndpoint, options: DialOptions): Promise<SocketTransport> {
  // Without a host it is this machine, and an error names what was tried.
  const endpoint = asked.kind === 'tcp' ? { ...asked, host: asked.host ?? 'localhost' } : asked
  const tls = isSecure(endpoint, options.tls !== undefined || isTls(endpoint))
    ? new ClientTls(options.tls ?? {}, hostOf(endpoint))
    : undefined
  const { signal, clock } = options
  const began = clock.now()
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
  const peer = path === undefined ? askPeerName(socket) : undefined
  const { local } = addressesOf(socket, { path }, peer)
  const transport = new SocketTransport(socket, fast, { path, local }, peer)
  if (tls !== undefined) {
    const left = Math.max(1, options.timeout - (clock.now() - began))
    await secured(transport, tls, endpoint, { ...options, left })
  }
  return transport
}

async function secured(
  transport: SocketTransport,
  tls: ClientTls,
  endpoint: ParsedEndpoint,
  { signal, timeout, left, clock }: DialOptions & { readonly left: number },
): Promise<void> {
  const abort = (): void => transport.close()
  signal?.addEventListener('abort', abort)
  try {
    await transport.upgrade(tls.wrap, { timeout: left, clock })
  } catch (error) {
    transport.close()
    if (signal?.aborted === true) throw abortedError('connect', endpoint, signal.reason)
    throw error instanceof TimeoutError ? connectTimeout(endpoint, timeout, error) : error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * Begin TLS on a connection that was established in plain text.
 *
 * @throws TlsError, TimeoutError; OptionError when the options cannot be used
 */
export async function upgrade(
  transport: SocketTransport,
  endpoint: ParsedEndpoint,
  options: TlsClientOptions,
  clock: Clock,
): Promise<void> {
  const { wrap } = new ClientTls(options, hostOf(endpoint))
  await transport.upgrade(wrap, { timeout: defaultHandshakeTimeout, clock })
}

/** The name that a server has to prove when nobody names another. */
function hostOf(endpoint: ParsedEndpoint): string {
  return endpoint.kind === 'tcp' ? (endpoint.host ?? 'localhost') : 'localhost'
}

function isTls(endpoint: ParsedEndpoint): boolean {
  return endpoint.kind === 'tcp' && endpoint.secure === true
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
  if (endpoint.kind === 'unix') {
    if (isOwned(endpoint)) {
      throw new OptionError(
        'HAWSER_INVALID_ENDPOINT',
        `cannot connect to ${formatEndpoint(endpoint)}: mode, owner and group are for listening, leave them out`,
      )
    }
    return { ...common, path: endpoint.path }
  }
  if (endpoint.kind !== 'tcp') {
    throw new OptionError(
      'HAWSER_INVALID_ENDPOINT',
      `cannot connect to ${formatEndpoint(endpoint)}: a descriptor can be listened on, not connected to`,
    )
  }
  if (endpoint.port === 0) {
    throw new OptionError(
      'HAWSER_INVALID_ENDPOINT',
      `cannot connect to ${formatEndpoint(endpoint)}: port 0 is for listening, connecting needs the real one`,
    )
  }
  const { localAddress, localPort, noDelay, keepAlive } = options
  const family = familyFor(endpoint, options)
  return {
    ...common,
    port: endpoint.port,
    host: endpoint.host ?? '',
    noDelay,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeout,
    ...(keepAlive === Infinity
      ? {}
      : { keepAlive: true, keepAliveInitialDelay: keepAliveDelay(keepAlive) }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
    ...(family === undefined ? {} : { family }),
  }
}

/**
 * The only family to use, if it is one: a name that has addresses of both must not be resolved to
 * one that the local address cannot reach.
 *
 * @throws OptionError when the options contradict each other
 */
function familyFor(
  { host }: TcpEndpoint,
  { family, localAddress }: DialOptions,
): 4 | 6 | undefined {
  const remote = net.isIP(host ?? '')
  if (family !== undefined && remote !== 0 && remote !== family) {
    const text = `family is ${family}, and ${host} is an IPv${remote} address: leave family out`
    throw new OptionError('HAWSER_INVALID_OPTION', text)
  }
  if (localAddress === undefined) return family
  const local = net.isIP(localAddress)
  if (local === 0 || local !== (family ?? local)) {
    const wanted = family === undefined ? 'IP' : `IPv${family}`
    const text = `localAddress is ${localAddress}: it takes an ${wanted} address of this machine`
    throw new OptionError('HAWSER_INVALID_OPTION', text)
  }
  return local === 4 ? 4 : 6
}

function ignore(): void {}
