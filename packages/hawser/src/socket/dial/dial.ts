import type net from 'node:net'
import { ignore } from '../../promises.js'
import type { Clock } from '../../policy/clock.js'
import type { TlsClientOptions, TlsSessions } from '../../tls.js'
import type { TransportAddresses } from '../../transport.js'
import { clientTls, type Reaching, secure } from './begin-tls.js'
import { type ClientSocketOptions, familyFor, openSocket, readsFast } from './client-socket.js'
import {
  abortedError,
  connectError,
  connectTimeout,
  proxyError,
  unresolved,
  type Way,
} from '../connect-errors.js'
import { Deadline } from '../deadline.js'
import { dialable, type DialEndpoint } from '../dial-endpoint.js'
import type { ParsedEndpoint } from '../endpoint.js'
import { askPeerName } from '../fast-read.js'
import { probe } from '../keep-alive.js'
import { lookUp } from './lookup.js'
import { addressesOf } from '../names.js'
import { openTunnel } from '../proxy/open-tunnel.js'
import type { Proxy } from '../proxy/proxy-url.js'
import { createTunnel, type Hop, routeTo } from '../proxy/route.js'
import { Race, type RaceTarget } from './race.js'
import { SocketTransport } from '../socket-transport.js'
import type { TunnelTarget } from '../../tunnel/tunnel.js'

/** How to dial: every default filled in. */
export interface DialPlan extends ClientSocketOptions {
  /** Milliseconds for name resolution, TCP, proxies and TLS together; `Infinity` is off. */
  readonly connectTimeout: number
  readonly signal: AbortSignal | undefined
  /** Milliseconds until the next address is tried beside the first; `Infinity` waits for failure. */
  readonly attemptDelay: number
  /** Those to go through, the one to connect to first. */
  readonly proxies: readonly Proxy[]
  /** Undefined is none, unless the endpoint is `tls://`. */
  readonly tls: TlsClientOptions | undefined
  /** Where TLS sessions are remembered, unless `tls` says. */
  readonly sessions?: TlsSessions | undefined
  /** Bytes for the endpoint, to be sent before everything else, by the ends of the socket. */
  readonly announce?: ((ends: TransportAddresses) => Uint8Array) | undefined
  readonly clock: Clock
}

/** How far it has come, for the error if it comes no further. */
interface Progress extends Reaching {
  race?: Race
}

/**
 * Whether an endpoint can be dialled at all.
 *
 * @throws OptionError when it cannot, or when the options contradict it
 */
export function assertDialable(asked: ParsedEndpoint, plan: DialPlan): void {
  const endpoint = dialable(asked)
  routeTo(endpoint, plan.proxies)
  const { host } = wayTo(endpoint, plan)
  if (host !== undefined) familyFor(host, plan)
}

/**
 * Establish one connection: resolve the name, race its addresses, go through the proxies, begin TLS.
 * All of it has one deadline and one signal.
 *
 * @throws OptionError, ConnectError, ProxyError, TlsError, or AbortedError when the signal fired
 */
export async function dial(asked: ParsedEndpoint, plan: DialPlan): Promise<SocketTransport> {
  const endpoint = dialable(asked)
  const way = wayTo(endpoint, plan)
  const hops = routeTo(endpoint, plan.proxies)
  const tls = clientTls(endpoint, plan)
  const progress: Progress = {}
  const deadline = new Deadline({
    ...plan,
    timeout: plan.connectTimeout,
    timedOut: () =>
      connectTimeout(way, plan.connectTimeout, progress.race?.attempts ?? [], progress.reached),
    aborted: (reason) => abortedError('connect', endpoint, reason),
  })
  try {
    const socket = await reach(way, plan, deadline, progress)
    const transport = transportOf(socket, way, plan)
    try {
      for (const hop of hops) await passThrough(transport, hop, endpoint, plan, deadline, progress)
      if (plan.announce !== undefined) socket.write(plan.announce(transport.addresses))
      await secure(transport, tls, plan, deadline, progress)
    } catch (error) {
      transport.close()
      throw error
    }
    return transport
  } finally {
    deadline.end()
  }
}

/** What is to be connected to: the endpoint, or the first proxy on the way there. */
function wayTo(endpoint: DialEndpoint, { proxies: [first] }: DialPlan): Way & Reachable {
  if (first !== undefined) {
    return { endpoint, proxy: first.name, host: first.host, port: first.port, path: undefined }
  }
  if (endpoint.kind === 'unix') {
    return { endpoint, proxy: undefined, host: undefined, port: undefined, path: endpoint.path }
  }
  const { host = 'localhost', port } = endpoint
  return { endpoint, proxy: undefined, host, port, path: undefined }
}

/** A name and a port to resolve, or a path. */
type Reachable =
  | { readonly host: string; readonly port: number; readonly path: undefined }
  | { readonly host: undefined; readonly port: undefined; readonly path: string }

/** Resolve the name, and connect to whichever of its addresses is there first. */
async function reach(
  way: Way & Reachable,
  plan: DialPlan,
  deadline: Deadline,
  progress: Progress,
): Promise<net.Socket> {
  deadline.check()
  const targets = await resolve(way, plan, deadline)
  const race = new Race(targets, { ...plan, open: (target) => openSocket(target, plan) })
  progress.race = race
  try {
    return await deadline.step(race.run(), () => race.abandon())
  } catch (error) {
    deadline.check()
    throw connectError(error as Error, way, race.attempts)
  }
}

async function resolve(
  way: Way & Reachable,
  plan: DialPlan,
  deadline: Deadline,
): Promise<RaceTarget[]> {
  if (way.path !== undefined) return [{ address: way.path }]
  const { host, port } = way
  try {
    const addresses = await deadline.step(lookUp(host, familyFor(host, plan)), ignore)
    return addresses.map((address) => ({ address, port }))
  } catch (error) {
    deadline.check()
    throw connectError(error as Error, way, [unresolved(host, port, error as Error)])
  }
}

/** Have a proxy lead to the next one, or to the endpoint. */
async function passThrough(
  transport: SocketTransport,
  { proxy, target }: Hop,
  endpoint: DialEndpoint,
  plan: DialPlan,
  deadline: Deadline,
  progress: Progress,
): Promise<void> {
  const asked =
    proxy.kind === 'socks5' ? await resolveHere(target, endpoint, plan, deadline) : target
  progress.reached = {
    what: `the proxy ${proxy.name} was reached, and opened no tunnel`,
    check: 'check what it speaks, and whether it reaches the next',
  }
  const opening = openTunnel(transport, createTunnel(proxy, asked))
  const failure = await deadline.step(opening, () => transport.close())
  if (failure !== undefined) throw proxyError(endpoint, proxy.name, failure)
}

/** A proxy that is told addresses gets the one that we would have tried first. */
async function resolveHere(
  target: TunnelTarget,
  endpoint: DialEndpoint,
  { family }: DialPlan,
  deadline: Deadline,
): Promise<TunnelTarget> {
  const { host, port } = target
  try {
    const [address = host] = await deadline.step(lookUp(host, family), ignore)
    return { host: address, port }
  } catch (error) {
    deadline.check()
    const way: Way = { endpoint, proxy: undefined, host }
    throw connectError(error as Error, way, [unresolved(host, port, error as Error)])
  }
}

function transportOf(socket: net.Socket, { path }: Reachable, plan: DialPlan): SocketTransport {
  const peer = path === undefined ? askPeerName(socket) : undefined
  if (path === undefined) probe(socket, plan.keepAlive)
  const { local } = addressesOf(socket, { path }, peer)
  return new SocketTransport(socket, readsFast(plan), { path, local }, peer)
}
