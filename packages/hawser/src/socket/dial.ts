import type net from 'node:net'
import type { Clock } from '../policy/clock.js'
import type { TlsClientOptions } from '../tls.js'
import type { TransportAddresses } from '../transport.js'
import {
  type ClientSocketOptions,
  dialable,
  type DialEndpoint,
  familyFor,
  openSocket,
  readsFast,
} from './client-socket.js'
import { abortedError, connectError, connectTimeout, unresolved } from './connect-errors.js'
import { Deadline } from './deadline.js'
import { isSecure, type ParsedEndpoint } from './endpoint.js'
import { askPeerName } from './fast-read.js'
import { probe } from './keep-alive.js'
import { lookUp } from './lookup.js'
import { addressesOf } from './names.js'
import { Race, type RaceTarget } from './race.js'
import { SocketTransport } from './socket-transport.js'
import { ClientTls } from './tls/client-tls.js'
import { defaultHandshakeTimeout } from './tls/server-tls.js'

/** How to dial: every default filled in. */
export interface DialPlan extends ClientSocketOptions {
  /** Milliseconds for name resolution, TCP and TLS together; `Infinity` is off. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** Milliseconds until the next address is tried beside the first; `Infinity` waits for failure. */
  readonly attemptDelay: number
  /** Undefined is none, unless the endpoint is `tls://`. */
  readonly tls: TlsClientOptions | undefined
  /** Bytes for the endpoint, to be sent before everything else, by the ends of the socket. */
  readonly announce?: ((ends: TransportAddresses) => Uint8Array) | undefined
  readonly clock: Clock
}

/** How far it has come, for the error if it comes no further. */
interface Progress {
  race?: Race
  /** What is there, and what is not. */
  reached?: string
}

/**
 * Establish one connection: resolve the name, race its addresses, begin TLS. All of it has one
 * deadline and one signal.
 *
 * @throws OptionError, ConnectError, TlsError, or AbortedError when the signal fired
 */
export async function dial(asked: ParsedEndpoint, options: DialPlan): Promise<SocketTransport> {
  const endpoint = dialable(asked, options)
  const tls = clientTls(endpoint, options.tls)
  const progress: Progress = {}
  const deadline = new Deadline({
    ...options,
    timedOut: () =>
      connectTimeout(endpoint, options.timeout, progress.race?.attempts ?? [], progress.reached),
    aborted: (reason) => abortedError('connect', endpoint, reason),
  })
  try {
    const socket = await reach(endpoint, options, deadline, progress)
    const transport = transportOf(socket, endpoint, options)
    try {
      if (options.announce !== undefined) socket.write(options.announce(transport.addresses))
      await secure(transport, tls, options, deadline, progress)
    } catch (error) {
      transport.close()
      throw error
    }
    return transport
  } finally {
    deadline.end()
  }
}

/** Resolve the name, and connect to whichever of its addresses is there first. */
async function reach(
  endpoint: DialEndpoint,
  options: DialPlan,
  deadline: Deadline,
  progress: Progress,
): Promise<net.Socket> {
  deadline.check()
  const targets = await resolve(endpoint, options, deadline)
  const race = new Race(targets, { ...options, open: (target) => openSocket(target, options) })
  progress.race = race
  try {
    return await deadline.step(race.run(), () => race.abandon())
  } catch (error) {
    deadline.check()
    throw connectError(error as Error, endpoint, race.attempts)
  }
}

async function resolve(
  endpoint: DialEndpoint,
  options: DialPlan,
  deadline: Deadline,
): Promise<RaceTarget[]> {
  if (endpoint.kind === 'unix') return [{ address: endpoint.path }]
  const { host = 'localhost', port } = endpoint
  try {
    const addresses = await deadline.step(lookUp(host, familyFor(host, options)), ignore)
    return addresses.map((address) => ({ address, port }))
  } catch (error) {
    deadline.check()
    throw connectError(error as Error, endpoint, [unresolved(host, port, error as Error)])
  }
}

function transportOf(
  socket: net.Socket,
  endpoint: DialEndpoint,
  options: DialPlan,
): SocketTransport {
  const path = endpoint.kind === 'unix' ? endpoint.path : undefined
  const peer = path === undefined ? askPeerName(socket) : undefined
  if (path === undefined) probe(socket, options.keepAlive)
  const { local } = addressesOf(socket, { path }, peer)
  return new SocketTransport(socket, readsFast(options), { path, local }, peer)
}

/** Begin TLS with the endpoint, if that is what it speaks. */
async function secure(
  transport: SocketTransport,
  tls: ClientTls | undefined,
  { clock }: DialPlan,
  deadline: Deadline,
  progress: Progress,
): Promise<void> {
  if (tls === undefined) return
  progress.reached = 'it answers, and TLS was not established: check that it speaks TLS; gave up'
  const upgrading = transport.upgrade(tls.wrap, { timeout: Infinity, clock })
  await deadline.step(upgrading, () => transport.close())
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

/** What begins TLS with an endpoint, if that is what it speaks. */
function clientTls(
  endpoint: DialEndpoint,
  options: TlsClientOptions | undefined,
): ClientTls | undefined {
  const isAsked = endpoint.kind === 'tcp' && endpoint.secure === true
  if (!isSecure(endpoint, isAsked || options !== undefined)) return undefined
  return new ClientTls(options ?? {}, hostOf(endpoint))
}

/** The name that a server has to prove when nobody names another. */
function hostOf(endpoint: ParsedEndpoint): string {
  return endpoint.kind === 'tcp' ? (endpoint.host ?? 'localhost') : 'localhost'
}

function ignore(): void {}
