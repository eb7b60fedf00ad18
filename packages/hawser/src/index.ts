export { Client, type ClientEvents, type ClientInfo, createClient } from './client/client.js'
export type { ClientOptions, RequestConnection, RequestOptions } from './client/client-options.js'
export { type ConnectOptions, connect } from './client/connect.js'
export type { DialOptions } from './client/dial-options.js'
export type {
  Correlation,
  Identified,
  IdentifiedReplies,
  OrderedReplies,
} from './client/correlation.js'
export type { Lease } from './client/lease.js'
export { createPool, Pool } from './client/pool.js'
export type { AcquireOptions, PoolInfo, PoolOptions } from './client/pool-options.js'
export type {
  ClientStatus,
  ClosedStatus,
  ConnectedStatus,
  ConnectingStatus,
  DisconnectedStatus,
  StatusFeed,
} from './client/status.js'
export type { CloseInfo, CloseReason, ConnectionPhase } from './connection/close-info.js'
export type { Connection } from './connection/face.js'
export type { HandlerResult } from './connection/face.js'
export type {
  BroadcastOptions,
  CloseOptions,
  CloseResult,
  Connections,
  ConnectionServer,
  Group,
  ServerConnection,
} from './connection/server-face.js'
export type { Topics } from './connection/face.js'
export type { ConnectionOptions } from './connection/connection-options.js'
export type { StartTlsOptions } from './connection/face.js'
export type { HandlerObject } from './connection/face.js'
export {
  AbortedError,
  BackplaneError,
  type ConnectAttempt,
  ClientError,
  ConnectError,
  ConnectionError,
  type ErrorAddress,
  type ErrorCode,
  type ErrorDetails,
  type ErrorText,
  errorCodes,
  FramingError,
  HandlerError,
  HawserError,
  ListenError,
  NotifyError,
  OptionError,
  ProxyError,
  ProxyHeaderError,
  StateError,
  TimeoutError,
  TlsError,
  WorkerError,
} from './errors.js'
export type { ByteOperations, TextEncoding } from './framing/byte-operations.js'
export type { BinaryMessage } from './framing/binary-message.js'
export type { LengthBytes } from './framing/formats/length-field.js'
export { framing, type FramingDefinition } from './framing/formats/custom.js'
export { delimited, type DelimitedOptions } from './framing/formats/delimited.js'
export { fixed, type FixedOptions } from './framing/formats/fixed.js'
export { FrameReader } from './framing/frame-reader.js'
export type { Decoder, Emit, Encoder, FrameOutput, Framing } from './framing/framing.js'
export { defaultMaxFrame } from './framing/framing.js'
export { jsonLines, type JsonLinesOptions } from './framing/formats/json-lines.js'
export { lengthPrefixed, type LengthPrefixedOptions } from './framing/formats/length-prefixed.js'
export { lines, type LinesOptions } from './framing/formats/lines.js'
export { netstring, type NetstringOptions } from './framing/formats/netstring.js'
export type { FrameLimits, Oversize, Unterminated } from './framing/options.js'
export { raw, type RawOptions } from './framing/formats/raw.js'
export type { ChannelName, ChannelPayloads } from './observe/channels.js'
export type { Traffic } from './observe/counters.js'
export { observe } from './observe/observe.js'
export type {
  AddressInfo,
  ClosePayload,
  ConnectionPayload,
  HandshakePayload,
  ListenPayload,
  MessagePayload,
  ObservedConnection,
  OverflowPayload,
  RefusePayload,
  ServerPayload,
} from './observe/payloads.js'
export type {
  Network,
  NetworkArrival,
  NetworkDialOptions,
  NetworkListener,
  NetworkPlace,
} from './network.js'
export type { BackoffOptions } from './policy/backoff.js'
export type { Clock, ClockTimer } from './policy/clock.js'
export type { HeartbeatOptions } from './policy/heartbeat.js'
export type { EndpointOrder } from './policy/endpoint-order.js'
export type { ConnectRate } from './policy/connect-rate.js'
export type { RefusalCounts, RefusalReason } from './policy/connection-limit.js'
export type {
  ProxyAddress,
  ProxyEnd,
  ProxyHeader,
  ProxySsl,
  ProxyTlv,
  ProxyTlvs,
} from './proxy-protocol/header.js'
export type { Backplane, BackplaneCodec, BackplaneListener } from './server/backplane.js'
export type {
  PeerCertificate,
  TlsClientOptions,
  TlsIdentity,
  TlsMaterial,
  TlsServerOptions,
  TlsSession,
  TlsSessions,
  TlsSessionsOptions,
  TlsVersion,
} from './tls.js'
export { relay, type RelayOptions, type RelayResult } from './relay/relay.js'
export { createServer } from './server/create-server.js'
export type { ServerEvents } from './server/events.js'
export type { BackplaneInfo, ServerInfo } from './observe/server-info.js'
export { memoryBackplane, type MemoryBackplane } from './server/memory-backplane.js'
export type {
  AccessLists,
  FunctionHandler,
  Handler,
  Refusal,
  ServerCloseOptions,
  ServerOptions,
} from './server/options.js'
export type { SendProxyOptions } from './client/send-proxy.js'
export type { ProxyProtocolOptions } from './server/proxy-trust.js'
export { Server } from './server/server.js'
export {
  type DescriptorEndpoint,
  type Endpoint,
  formatEndpoint,
  type ParsedEndpoint,
  parseEndpoint,
  type SocketEndpoint,
  type SystemdEndpoint,
  type TcpEndpoint,
} from './socket/endpoint.js'
export type { KeepAliveOptions } from './socket/keep-alive.js'
export type { SocketOptions } from './socket/socket-options.js'
export { createTlsSessions } from './socket/tls/tls-sessions.js'
export type { UnixAddress, UnixEndpoint } from './socket/unix-endpoint.js'
export type {
  ProxiedConnection,
  Transport,
  TransportAddress,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from './transport.js'
