import type { CloseInfo, Connection, TlsClientOptions } from 'hawser'
import type { Fault, Way } from '../faults/fault.js'
import type { Effect, Ending } from '../faults/stage.js'
import type { Filter, FilterStep } from './filter.js'
import { ConnectionEnd } from './connection-end.js'
import { Lane, type LaneOptions } from './lane.js'
import type { EndedBy, Joined, SessionResult } from './joined.js'

/** What a session is made with. */
export interface SessionOptions extends Omit<LaneOptions, 'way' | 'struck'> {
  /** A fault meets one of its directions, or does something to it. */
  readonly struck: (fault: Fault, what?: string, effect?: Effect) => void
  /** What decides on the bytes of each direction, in front of its faults. */
  readonly filters?: Readonly<Record<Way, Filter>> | undefined
  /** How TLS begins with the target, where a filter asks for it. */
  readonly tls: TlsClientOptions | undefined
  /** TLS has begun on both sides. */
  readonly secured: () => void
  /** One of those broke: the connection is reset. */
  readonly broke: (error: unknown) => void
  /** Bytes came in, before any fault. */
  readonly came: (way: Way, piece: Uint8Array) => void
  /** What becomes of the bytes that came last is known, as far as it is known at once. */
  readonly settled: (way: Way) => void
  /** A direction was ended in order. */
  readonly ended: (way: Way) => void
}

/** The client asked for TLS, and the target has not replied. */
interface TlsRequest {
  /** Whether it agrees with this reply. */
  readonly agrees: (reply: Uint8Array) => Promise<boolean>
  readonly replied: () => void
}

/** A client and the target, joined by a lane each way. The library's `relay` is the same without faults. */
export class Session implements Joined {
  readonly result: Promise<SessionResult>
  readonly #client: Connection
  readonly #target: Connection
  readonly #options: SessionOptions
  readonly #up: Lane
  readonly #down: Lane
  #endedBy: EndedBy | undefined
  #request: TlsRequest | undefined

  constructor(client: Connection, target: Connection, options: SessionOptions) {
    this.#client = client
    this.#target = target
    this.#options = options
    this.#up = this.#createLane('up', target, 'client')
    this.#down = this.#createLane('down', client, 'target')
    this.result = this.#finish()
  }

  async run(): Promise<void> {
    void this.#pump('up', this.#client, this.#up, 'client')
    void this.#pump('down', this.#target, this.#down, 'target')
    const over = Promise.all([this.#up.over, this.#down.over])
    await Promise.race([over, this.#client.closed])
  }

  drain(): void {
    this.#endedBy ??= 'local'
    this.#up.finish('end')
  }

  close(reason?: string): void {
    this.#endedBy ??= 'local'
    for (const lane of [this.#up, this.#down]) lane.abandon()
    for (const end of [this.#client, this.#target]) void end.close({ reason })
  }

  reset(reason?: string): void {
    this.#endedBy ??= 'local'
    for (const lane of [this.#up, this.#down]) lane.abandon()
    for (const end of [this.#client, this.#target]) end.reset({ reason })
  }

  async #finish(): Promise<SessionResult> {
    const [client, target] = await Promise.all([
      this.#watch(this.#client, this.#up, this.#down),
      this.#watch(this.#target, this.#down, this.#up),
    ])
    return { endedBy: this.#endedBy ?? 'local', client, target }
  }

  #createLane(way: Way, to: Connection, from: 'client' | 'target'): Lane {
    const finish = (how: Ending): void => {
      if (how === 'end') void to.end().catch(() => {})
      else if (how === 'close') this.close('fault')
      else this.reset(this.#endedBy === from ? undefined : 'fault')
    }
    const end = new ConnectionEnd(to, () => lane.resume(), finish)
    const lane: Lane = new Lane(end, { ...this.#options, way })
    return lane
  }

  async #pump(way: Way, from: Connection, lane: Lane, side: 'client' | 'target'): Promise<void> {
    const filter = this.#options.filters?.[way]
    let how: Ending = 'end'
    try {
      for await (const piece of from) {
        this.#options.came(way, piece)
        if (way === 'up') this.#request = undefined
        if (filter === undefined) lane.take(piece)
        else await this.#apply(way, filter.take(piece))
        this.#options.settled(way)
        if (lane.isFull) await lane.room()
      }
      this.#options.ended(way)
      if (filter !== undefined) await this.#apply(way, filter.end())
    } catch {
      // How it broke off is in what `closed` fulfils with.
      how = 'reset'
    }
    this.#endedBy ??= side
    lane.finish(how)
  }

  /** Do what a filter says, step by step. */
  async #apply(way: Way, steps: AsyncIterable<FilterStep>): Promise<void> {
    const [lane, back] = way === 'up' ? [this.#up, this.#down] : [this.#down, this.#up]
    try {
      for await (const step of steps) {
        if ('pass' in step && way === 'down' && this.#request !== undefined) {
          // In plain text: TLS begins behind it.
          this.#options.settled(way)
          await this.#answer(this.#request, step.pass)
        } else if ('pass' in step) lane.take(step.pass)
        else if ('reply' in step) back.take(step.reply)
        else {
          // It may take long, and what came is to be in the log meanwhile.
          this.#options.settled(way)
          if ('secure' in step) await this.#ask(step.secure)
          else if ('reset' in step) this.reset('rule')
          else await this.#waitFor(lane, step)
        }
        if (!lane.isFull) continue
        this.#options.settled(way)
        await lane.room()
      }
    } catch (error) {
      this.#options.broke(error)
      this.reset('rule')
    }
  }

  /** The client asked for TLS: take nothing more from it until the target has replied. */
  async #ask(agrees: TlsRequest['agrees']): Promise<void> {
    const reply = new Promise<void>((replied) => {
      this.#request = { agrees, replied }
    })
    await Promise.race([reply, this.#up.over])
  }

  /**
   * What the target says then: where it agrees, TLS begins with it, and then with the client. Where it does
   * not, that may have been its reply to something before, so it may still agree until the client goes on.
   */
  async #answer({ agrees, replied }: TlsRequest, reply: Uint8Array): Promise<void> {
    if (!(await agrees(reply))) this.#down.take(reply)
    else {
      this.#request = undefined
      const { filters, tls, secured } = this.#options
      filters?.down.assertClean()
      await this.#down.empty()
      await this.#target.startTls({ tls })
      await this.#client.startTls({ reply })
      secured()
    }
    replied()
  }

  /** Wait, but no longer than the lane leads anywhere. */
  async #waitFor(
    lane: Lane,
    step: Extract<FilterStep, { wait: number } | { until: unknown }>,
  ): Promise<void> {
    let cancel: () => void = () => {}
    const waited = new Promise<void>((resolve) => {
      if ('until' in step) cancel = step.until(resolve)
      else {
        const timer = this.#options.clock.schedule(resolve, step.wait, true)
        cancel = () => timer.cancel()
      }
    })
    await Promise.race([waited, lane.over])
    cancel()
  }

  /** When a connection is gone, nothing leads to it any more; and what broke it off reaches the other. */
  async #watch(connection: Connection, from: Lane, to: Lane): Promise<CloseInfo> {
    const info = await connection.closed
    to.abandon()
    if (info.by === 'error' || info.reason === 'reset') from.finish('reset')
    return info
  }
}
