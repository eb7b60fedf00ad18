import type { Duplex } from 'node:stream'
import type { ReadableStream, WritableStream } from 'node:stream/web'
import type { Framing } from '../framing/framing.js'
import { checkOptions } from '../options/check-options.js'
import { type RateLimit, resolveRateLimit } from '../policy/rate/rate-limit.js'
import type { ProxyHeader } from '../proxy-protocol/header.js'
import type { TlsSession } from '../tls.js'
import type { TransportAddress } from '../transport.js'
import type { CloseInfo, ConnectionPhase } from './end/close-info.js'
import type { Engine } from './engine.js'
import type { Connection, Topics } from './face.js'
import type { EndOptions, ReceiveOptions, StartTlsOptions } from './options/call-options.js'
import { holds } from './in/holds.js'
import { BatchIterator, MessageIterator } from './in/iterator-consumer.js'
import { receive } from './in/receive.js'
import { takeBytes } from './in/take-bytes.js'
import { noGroups, noteJoin, noTopics } from './memberships.js'
import { accepted, handled } from '../promises.js'
import { startTls } from './start-tls.js'
import { toDuplex, toReadable, toWritable } from './streams.js'
import { type ConnectionTimeouts, resolveTimeouts, timeoutNames } from './options/timeouts.js'
import { whyOf } from './options/why.js'

let lastId = 0
let readEngine: (connection: object) => unknown

/** The engine behind a connection: for those who made it, not for those who use it. */
export function engineOf<In, Out>(connection: Connection<In, Out>): Engine<In, Out> {
  return readEngine(connection) as Engine<In, Out>
}

/** The connection of an engine, which every engine gets once. */
export function makeConnection<In, Out>(engine: Engine<In, Out>): Connection<In, Out> {
  return new EngineConnection(engine)
}

/** The connection that an engine is behind: calls go on to the wing that does the work. */
class EngineConnection<
  In = Uint8Array,
  Out = Uint8Array | string,
  Data = unknown,
> implements Connection<In, Out, Data> {
  readonly id: number
  data!: Data
  static {
    readEngine = (connection) => (connection as EngineConnection).#engine
  }

  readonly #engine: Engine<In, Out>
  /** In one place, because few connections have any. */
  #streams: { readable?: ReadableStream<In>; writable?: WritableStream<Out> } | undefined

  /** Connections come from a server or from `connect`. */
  constructor(engine: Engine<In, Out>) {
    lastId += 1
    this.id = lastId
    this.#engine = engine
    engine.connection = this
  }

  get server(): object | undefined {
    return this.#engine.owner.server
  }

  get localAddress(): string | undefined {
    return this.#engine.transport.addresses.local?.address
  }

  get localPort(): number | undefined {
    return this.#engine.transport.addresses.local?.port
  }

  get localFamily(): string | undefined {
    return this.#engine.transport.addresses.local?.family
  }

  get remoteAddress(): string | undefined {
    return this.#engine.transport.addresses.remote?.address
  }

  get remotePort(): number | undefined {
    return this.#engine.transport.addresses.remote?.port
  }

  get remoteFamily(): string | undefined {
    return this.#engine.transport.addresses.remote?.family
  }

  get local(): TransportAddress | undefined {
    return this.#engine.transport.addresses.local
  }

  get remote(): TransportAddress | undefined {
    return this.#engine.transport.addresses.remote
  }

  get peer(): TransportAddress | undefined {
    const { proxied, addresses } = this.#engine.transport
    return proxied === undefined ? addresses.remote : proxied.peer
  }

  get proxyHeader(): ProxyHeader | undefined {
    return this.#engine.transport.proxied?.header
  }

  get tls(): TlsSession | undefined {
    return this.#engine.transport.tls
  }

  get bytesRead(): number {
    return this.#engine.receiver.bytes
  }

  get skipped(): number {
    return this.#engine.receiver.skipped
  }

  get bytesWritten(): number {
    return this.#engine.openSender?.accepted ?? 0
  }

  get messagesRead(): number {
    return this.#engine.receiver.messages
  }

  get messagesWritten(): number {
    return this.#engine.openSender?.messages ?? 0
  }

  get unsent(): number {
    return this.#engine.unsent
  }

  get canSend(): boolean {
    return this.#engine.canSend
  }

  get phase(): ConnectionPhase {
    return this.#engine.phase
  }

  get closed(): Promise<CloseInfo> {
    return this.#engine.closing
  }

  send(message: Out): Promise<void> {
    return this.#engine.sender.send(message)
  }

  trySend(message: Out): boolean {
    return this.#engine.sender.trySend(message)
  }

  flush(): Promise<void> {
    return this.#engine.isSendingDone ? accepted : this.#engine.sender.flush()
  }

  end(): Promise<void> {
    this.#engine.endOurs('local')
    return this.flush()
  }

  close(options?: EndOptions): Promise<CloseInfo> {
    this.#engine.finish(whyOf(options, this.#engine.details))
    return this.closed
  }

  reset(options?: EndOptions): void {
    this.#engine.reset(whyOf(options, this.#engine.details))
  }

  setTimeouts(timeouts: ConnectionTimeouts): this {
    checkOptions(timeouts, timeoutNames)
    this.#engine.setTimeouts(resolveTimeouts(timeouts))
    return this
  }

  setRateLimit(limit: RateLimit): this {
    this.#engine.setRateLimit(resolveRateLimit(limit, this.#engine.settings.rateLimit))
    return this
  }

  pause(): void {
    this.#engine.receiver.hold(holds.paused)
    this.#engine.settle()
  }

  resume(): void {
    this.#engine.receiver.release(holds.paused)
  }

  join(topic: string): boolean {
    const { groups } = this.#engine.owner
    if (groups === undefined) throw noGroups(this.#engine.details)
    noteJoin()
    return groups.join(this.#engine, topic)
  }

  leave(topic: string): boolean {
    const { groups } = this.#engine.owner
    if (groups === undefined) throw noGroups(this.#engine.details)
    return groups.leave(this.#engine, topic)
  }

  get topics(): Topics {
    return this.#engine.owner.groups?.topicsOf(this.#engine) ?? noTopics
  }

  detach(): this {
    this.#engine.detach(false)
    return this
  }

  switchFraming<NextIn, NextOut>(
    next: Framing<NextIn, NextOut>,
  ): Connection<NextIn, NextOut, Data> {
    this.#engine.switchFraming(next as unknown as Framing<In, Out>)
    return this as unknown as Connection<NextIn, NextOut, Data>
  }

  takeBytes(size: number): AsyncIterableIterator<Uint8Array, undefined> {
    const isStreamed = this.#streams?.readable !== undefined
    return takeBytes(this.#engine, this.#engine.receiver, size, isStreamed)
  }

  startTls(options: StartTlsOptions<Out> = {}): Promise<TlsSession> {
    const isStreamed = this.#streams !== undefined || this.#engine.isStreamed
    return handled(startTls(this.#engine, options, isStreamed))
  }

  receive(options: ReceiveOptions = {}): Promise<In> {
    return handled(receive(this.#engine, this.#engine.receiver, options))
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    return new MessageIterator(this.#engine, this.#engine.receiver, false)
  }

  batches(): AsyncIterableIterator<In[]> {
    return new BatchIterator(this.#engine, this.#engine.receiver, false)
  }

  get readable(): ReadableStream<In> {
    this.#streams ??= {}
    const streams = this.#streams
    if (streams.readable === undefined) {
      streams.readable = toReadable(this[Symbol.asyncIterator](), this)
      this.#engine.detach(false)
    }
    return streams.readable
  }

  get writable(): WritableStream<Out> {
    this.#streams ??= {}
    const streams = this.#streams
    if (streams.writable === undefined) {
      streams.writable = toWritable(this)
      this.#engine.detach(true)
    }
    return streams.writable
  }

  duplex(): Duplex {
    const { receiver } = this.#engine
    const messages = new MessageIterator(this.#engine, receiver, true)
    const duplex = toDuplex(messages, this, receiver.framing.streaming === true)
    this.#engine.detach(true)
    return duplex
  }

  ref(): this {
    this.#engine.transport.ref()
    return this
  }

  unref(): this {
    this.#engine.transport.unref()
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
