/**
 * `hawser/testing`: what tests of network code need and no network offers: time that moves when it
 * is told to, connections and whole networks in memory with every kind of bad line, a proxy that makes a
 * real network bad, a peer that follows a script, and the suite that holds a transport to its contract.
 *
 * @module
 */
export { type RunUntilOptions, VirtualClock } from './virtual-clock.js'
export { createPair, type LinkOptions, type PairOptions } from './memory-pair.js'
export {
  createMemoryNetwork,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './network/memory-network.js'
export { type LineToxics, type ToxicLine, type ToxicOptions, Toxics } from './toxics.js'
export { startToxicProxy, type ToxicProxy, type ToxicProxyOptions } from './toxic-proxy.js'
export { connectPair, connectPeer, type ConnectPairOptions } from './connect-pair.js'
export { ScriptedPeer, type PeerClosed, type ScriptedListener } from './peer/scripted-peer.js'
export type { PeerListener } from './peer/peer-listener.js'
export type { ScriptedListenOptions, ScriptedPeerOptions } from './peer/peer-options.js'
export { ExpectationError } from './peer/expectation-error.js'
export type { PeerEndpoint } from './peer/peer-endpoint.js'
export type { Wire, WireEvents } from './peer/wire.js'
export { transportCases } from './conformance/transport-cases.js'
export type { MakePair, TransportCase, TransportPair } from './conformance/case.js'
export {
  checkFraming,
  type CheckFramingOptions,
  type FramingSample,
} from './framing/check-framing.js'
export { FrameReader } from '../framing/frame-reader.js'
export type { Clock, ClockTimer } from '../policy/clock.js'
export type {
  Network,
  NetworkArrival,
  NetworkDialOptions,
  NetworkListenOptions,
  NetworkListener,
  NetworkPlace,
} from '../network.js'
export type {
  ProxiedConnection,
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
export type { TlsTerms } from '../tls.js'
