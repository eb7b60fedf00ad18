import type { ErrorDetails, HawserError } from '../errors.js'
import type { Encoder, Framing } from '../framing/framing.js'
import type { Transport } from '../transport.js'
import type { CloseInfo, ConnectionPhase } from './end/close-info.js'
import type { ConnectionOwner, Settings } from './connection-settings.js'
import { Ending } from './end/ending.js'
import type { EndingHost, EndTraffic } from './end/ending-host.js'
import type { Connection } from './face.js'
import { Receiver } from './in/receiver.js'
import type { ReceiverHost } from './in/receiver-host.js'
import { encoderOf } from './out/encode-frame.js'
import { Sender } from './out/sender.js'
import type { SenderHost } from './out/sender-host.js'
import { Account } from './watch/account.js'
import type { Kept } from './watch/upkeep.js'
import { Watch } from './watch/watch.js'

/** What the wings need of a connection. */
export type WingHosts<In, Out> = ReceiverHost<In, Out> & SenderHost<Out> & EndingHost & Kept

/**
 * What a connection is made of, and what can be asked of it; what it does is in `engine.ts`. The way
 * out, the end and its promise are made when they are needed: idle connections are many.
 */
export abstract class EngineState<In, Out> {
  readonly transport: Transport
  /** Replaced only before it starts, by some without a handler: where the option `data` threw. */
  settings: Settings<In, Out>
  readonly receiver: Receiver<In, Out>
  readonly owner: ConnectionOwner<In, Out>
  connection!: Connection<In, Out>
  inEvent = false
  isClosed = false
  draining = false
  handlerRuns = false
  #sender: Sender<Out> | undefined
  #ending: Ending | undefined
  #watch: Watch | undefined
  #account: Account | undefined
  #closing: { promise: Promise<CloseInfo>; resolve: (info: CloseInfo) => void } | undefined

  constructor(transport: Transport, settings: Settings<In, Out>, owner: ConnectionOwner<In, Out>) {
    this.transport = transport
    this.settings = settings
    this.owner = owner
    this.receiver = new Receiver(this.asHost(), settings.framing)
  }

  /** Itself, as the wings see it. */
  protected abstract asHost(): WingHosts<In, Out>

  get sender(): Sender<Out> {
    this.#sender ??= this.createSender()
    return this.#sender
  }

  /** The sender, if anything was ever sent. */
  get openSender(): Sender<Out> | undefined {
    return this.#sender
  }

  get ending(): Ending {
    this.#ending ??= new Ending(this.asHost())
    return this.#ending
  }

  /** The ending, if it has begun. */
  get openEnding(): Ending | undefined {
    return this.#ending
  }

  /** Its watch, if there was ever something to wait for. */
  protected get watch(): Watch | undefined {
    return this.#watch
  }

  /** Look at the waits that count now. */
  arm(): void {
    if (this.isClosed) return
    this.#watch ??= new Watch(this.asHost())
    this.#watch.arm()
  }

  holdExcess(bytes: number): void {
    if (bytes > 0) this.#account ??= new Account(this.asHost())
    this.#account?.hold(bytes)
  }

  /** Count what is held now. */
  protected accountFor(): void {
    this.holdExcess(Account.excess(this.receiver, this.openSender))
  }

  /** It has ended: nothing is watched nor counted any more. */
  protected stopUpkeep(): void {
    this.#watch?.cancel()
    this.#account?.hold(0)
  }

  get phase(): ConnectionPhase {
    if (this.isClosed) return 'closed'
    if (this.draining) return 'draining'
    if (this.#ending?.ours === true) return 'ending'
    return this.receiver.ended ? 'peer-ended' : 'open'
  }

  get error(): HawserError | undefined {
    return this.#ending?.error
  }

  get refusal(): HawserError | undefined {
    return this.#ending?.refusal
  }

  get refuses(): boolean {
    return this.#ending?.ours === true || this.isClosed
  }

  get framing(): Framing<In, Out> {
    return this.receiver.framing
  }

  get details(): ErrorDetails {
    return this.transport.addresses
  }

  get unsent(): number {
    return this.#ending?.info?.unsent ?? this.#sender?.unsent ?? 0
  }

  get traffic(): EndTraffic {
    return {
      bytesRead: this.receiver.bytes,
      bytesWritten: this.#sender?.accepted ?? 0,
      unsent: this.unsent,
      undelivered: this.receiver.held,
    }
  }

  get lingers(): boolean {
    return this.#ending?.lingers === true
  }

  get isDiscarding(): boolean {
    return this.#ending?.discarding === true
  }

  get isAtWork(): boolean {
    return this.handlerRuns || this.receiver.consumer?.atRest === false
  }

  get isCongested(): boolean {
    return this.unsent > this.settings.highWaterMark
  }

  get isSendingDone(): boolean {
    const info = this.#ending?.info
    if (info !== undefined) return info.unsent === 0
    return this.#sender === undefined || this.#sender.idle
  }

  get isDetached(): boolean {
    return this.#ending?.detached === true
  }

  get isHeldOpen(): boolean {
    return this.handlerRuns || this.isStreamed
  }

  /** Whether a stream over our direction was taken and has not ended. */
  get isStreamed(): boolean {
    return this.#ending !== undefined && this.#ending.streamed && !this.#ending.ours
  }

  get isBlocked(): boolean {
    return this.#sender?.isBlocked === true
  }

  get canSend(): boolean {
    return !this.refuses && !this.isBlocked
  }

  /** Fulfils with how it ended; made when it is asked for. */
  get closing(): Promise<CloseInfo> {
    if (this.#closing === undefined) {
      let resolve!: (info: CloseInfo) => void
      const promise = new Promise<CloseInfo>((fulfil) => {
        resolve = fulfil
      })
      if (this.#ending?.info !== undefined) resolve(this.#ending.info)
      this.#closing = { promise, resolve }
    }
    return this.#closing.promise
  }

  /** It has ended: call those that asked for it. */
  protected announce(info: CloseInfo): void {
    this.#closing?.resolve(info)
  }

  private createSender(): Sender<Out> {
    const encoder: Encoder<Out> = encoderOf(this.receiver.framing)
    const sender = new Sender(this.transport, encoder, this.asHost())
    if (this.refuses) sender.refuse('ended')
    if (this.isClosed) sender.abandon()
    return sender
  }
}
