/**
 * `hawser`: TCP servers and clients of framed messages. Types that only describe a field of an option
 * or of a result are not exported: write `ServerOptions['connectRate']`.
 *
 * @module
 */

// Build a server.
export { createServer } from './server/create-server.js'
export { type Reply, serveRequests, type ServeRequestsOptions } from './server/serve-requests.js'
export { Server } from './server/server.js'
export type {
  AccessLists,
  FunctionHandler,
  Handler,
  Refusal,
  ServerCloseOptions,
  ServerOptions,
} from './server/server-options.js'
export type { ServerEvents } from './server/server-events.js'
export type {
  BroadcastOptions,
  ClientCloseOptions,
  CloseOptions,
  CloseResult,
  Connections,
  ConnectionServer,
  CountOptions,
  Group,
  HeadCount,
  ServerConnection,
} from './connection/server-face.js'
export type { ProxyProtocolOptions } from './server/accept/proxy-trust.js'
export type { ProxyHeader } from './proxy-protocol/header.js'

// One connection, on either side.
export type { Connection, HandlerObject, Topics } from './connection/face.js'
export type {
  EndOptions,
  ReceiveOptions,
  StartTlsOptions,
} from './connection/options/call-options.js'
export { defaultDrain } from './connection/options/close-options.js'
export type { ConnectionOptions } from './connection/options/connection-options.js'
export type { ConnectionTimeouts } from './connection/options/timeouts.js'
export type { CloseInfo, CloseReason, ConnectionPhase } from './connection/end/close-info.js'
export { relay, type RelayOptions, type RelayResult } from './relay/relay.js'

// Connect; stay connected; lend connections.
export { connect, type ConnectOptions } from './client/dial/connect.js'
export { attach, type AttachOptions } from './client/dial/attach.js'
export type { ByteStream } from './attached/byte-stream.js'
export type { WebStreamPair } from './attached/web-stream-transport.js'
export type { Destination } from './client/dial/destination.js'
export type { StreamMaker } from './attached/dial-stream.js'
export { type Client, createClient } from './client/steady/client.js'
export type { ClientEvents } from './client/steady/client-events.js'
export type { ClientOptions } from './client/steady/client-options.js'
export type {
  PartedRequestOptions,
  RequestConnection,
  RequestOptions,
} from './client/requests/request-options.js'
export type { Correlation } from './client/correlators/correlation.js'
export { FatalError } from './client/fatal-error.js'
export type { ClientStatus, DisconnectedStatus, StatusFeed } from './client/steady/status.js'
export { createPool, type Pool } from './client/pool/pool.js'
export type { Lease } from './client/pool/lease.js'
export type { AcquireOptions, PoolOptions } from './client/pool/pool-options.js'
export type { SendProxyOptions } from './client/dial/send-proxy.js'

// Framings.
export { delimited, type DelimitedOptions } from './framing/formats/delimited.js'
export { dotStuffed, type DotStuffedOptions } from './framing/formats/dot-stuffed.js'
export { fixed, type FixedOptions } from './framing/formats/fixed.js'
export { jsonLines, type JsonLinesOptions } from './framing/formats/json/json-lines.js'
export { jsonValues, type JsonValuesOptions } from './framing/formats/json/json-values.js'
export {
  lengthPrefixed,
  type LengthPrefixedOptions,
} from './framing/formats/length/length-prefixed.js'
export { lines, type LinesOptions } from './framing/formats/lines.js'
export { netstring, type NetstringOptions } from './framing/formats/netstring.js'
export { raw, type RawOptions } from './framing/formats/raw.js'
export { silence, type SilenceOptions } from './framing/formats/silence.js'
export { slip, type SlipOptions } from './framing/formats/slip.js'

// Framings made of others.
export { checksum, type ChecksumOptions } from './framing/combinators/checksum.js'
export { duplexFraming, type DuplexFramingOptions } from './framing/combinators/duplex-framing.js'
export { mapFraming, type MapFramingOptions } from './framing/combinators/map-framing.js'
export { sniff, type SniffOptions } from './framing/combinators/sniff.js'

// A framing of one's own.
export { framing, type FramingDefinition } from './framing/formats/custom.js'
export { bufferOperations as byteOperations } from './connection/buffer-operations.js'
export type { ByteOperations } from './framing/byte-operations.js'
export type { Decoder, Emit, Encoder, FrameOutput, Framing } from './framing/framing.js'

// Endpoints: where to listen or connect.
export {
  type Endpoint,
  formatEndpoint,
  type ParsedEndpoint,
  parseEndpoint,
} from './socket/endpoint.js'
export type { AddressInfo } from './observe/payloads.js'
export type { Network } from './network.js'
export type {
  Transport,
  TransportAddress,
  TransportCapabilities,
  TransportSink,
} from './transport.js'

// TLS.
export { createTlsSessions } from './socket/tls/tls-sessions.js'
export type {
  PeerCertificate,
  TlsClientOptions,
  TlsIdentity,
  TlsNodeOptions,
  TlsServerOptions,
  TlsSession,
  TlsSessions,
} from './tls.js'

// Policies that several options share.
export type { BackoffOptions } from './policy/backoff.js'
export type { Clock } from './policy/clock.js'
export type { ConnectRate } from './policy/address/connect-rate.js'
export type { RateLimit, RateWithBurst } from './policy/rate/rate-limit.js'
export type { HeartbeatOptions } from './policy/heartbeat.js'
export type { RefusalCounts, RefusalReason } from './policy/connection-limit.js'
export type { KeepAliveOptions } from './socket/keep-alive.js'

// Observing: channels and counts.
export { observe } from './observe/observe.js'
export type { ChannelName, ChannelPayloads } from './observe/channels.js'
export type {
  ClosePayload,
  BytesPayload,
  ConnectionPayload,
  HandshakePayload,
  ListenPayload,
  MessagePayload,
  ObservedConnection,
  OverflowPayload,
  RefusePayload,
} from './observe/payloads.js'
export type { ServerInfo } from './observe/server-info.js'
export type { ClientInfo } from './client/steady/client-events.js'
export type { PoolInfo } from './client/pool/pool-options.js'

// Several servers as one.
export { memoryBackplane, type MemoryBackplane } from './server/backplane/memory-backplane.js'
export type { Backplane, BackplaneCodec, BackplaneListener } from './server/backplane/backplane.js'

// Errors.
export {
  AbortedError,
  BackplaneError,
  ClientError,
  type ConnectAttempt,
  ConnectError,
  ConnectionError,
  type ErrorCode,
  errorCodes,
  FramingError,
  HandlerError,
  HawserError,
  ListenError,
  OptionError,
  ProxyError,
  ProxyHeaderError,
  StateError,
  TimeoutError,
  TlsError,
} from './errors.js'
