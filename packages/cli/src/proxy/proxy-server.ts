import {
  type Connection,
  createServer,
  formatEndpoint,
  parseEndpoint,
  raw,
  type Server,
} from 'hawser'
import { nameFraming } from '../arguments/framing/choice.js'
import { showFault } from './faults/fault.js'
import type { FaultSet } from './faults/fault-set.js'
import type { Joined } from './lanes/joined.js'
import { PlainSession } from './lanes/plain-session.js'
import type { ProxyOptions } from './options.js'
import { LoopError, leadsTo } from './loop.js'
import { connectTarget, type Reading } from './target.js'
import { createSession } from './joining.js'
import { Ledger } from './records/ledger.js'
import type { ProxySurroundings } from './surroundings.js'
import { Teller } from './teller.js'

/** Where a proxy listens, and where it leads to. */
export interface ProxyPlace {
  readonly listen: string
  readonly target: string
}

/** How many connections came to their end when a proxy stopped. */
export interface ProxyStopped {
  readonly drained: number
  readonly forced: number
}

/** Bytes that wait in front of a lane: what a full one does not take has to slow its sender down. */
const laneInbox = 128 * 1024
/** How long the peers may take to end after they were told to, when a proxy is taken away. */
const patience = 200

/** One proxy: it listens, and joins each client with the target. It may be stopped and started again. */
export class ProxyServer {
  readonly name: string
  readonly faults: FaultSet
  #place: ProxyPlace
  readonly #around: ProxySurroundings
  readonly #teller: Teller
  readonly #sessions = new Set<Joined>()
  #server: Server | undefined
  /** Its target is this proxy: each client would make one more. */
  #isLoop = false
  #count = 0

  /** @throws OptionError `HAWSER_INVALID_ENDPOINT` for the target */
  constructor(name: string, place: ProxyPlace, faults: FaultSet, around: ProxySurroundings) {
    this.name = name
    this.faults = faults
    parseEndpoint(place.target)
    this.#place = place
    this.#around = around
    const { options, tell } = around
    this.#teller = new Teller(tell, options.api === undefined ? undefined : name)
    faults.listen(({ what, fault }) => this.#teller.notice(`${showFault(fault)} ${what}`))
  }

  /** With the real port, once it has listened. */
  get place(): ProxyPlace {
    return this.#place
  }

  get isListening(): boolean {
    return this.#server !== undefined
  }

  get connections(): number {
    return this.#server?.connections.size ?? 0
  }

  /** @returns rejects with what the library says when it cannot listen there */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    const { options, tls } = this.#around
    const server = createServer(
      {
        ...this.#reading,
        ...accessOf(options),
        tls,
        proxyProtocol: options.proxyProtocol,
        idleTimeout: options.idle,
        writeTimeout: options.writeTimeout,
        // A fault, or the target, may hold it back for as long as it likes.
        consumerTimeout: Infinity,
        minimumRate: Infinity,
        onError: (error, client) => {
          if (client === undefined) this.#teller.failed(error)
        },
      },
      (client) => this.#join(client),
    )
    server.on('drop', (refusal) => this.#teller.refused(refusal))
    await server.listen(options.starttls ? inPlainText(this.#place.listen) : this.#place.listen)
    server.on('error', (error) => this.#teller.failed(error))
    this.#server = server
    const [address] = server.addresses()
    if (typeof address === 'object') {
      this.#place = { ...this.#place, listen: formatEndpoint(address).replace('tcp://', '') }
    }
    this.#tellListening()
  }

  /** Stop listening, and let what goes through it end until the drain is over or the signal fires. */
  async stop(how: {
    readonly drain: number
    readonly signal?: AbortSignal
  }): Promise<ProxyStopped> {
    const server = this.#server
    if (server === undefined) return { drained: 0, forced: 0 }
    this.#server = undefined
    for (const session of this.#sessions) session.drain()
    const { drained, forced } = await server.close(how)
    const left = [...this.#sessions]
    for (const session of left) session.reset()
    // How they ended is to be said before this is.
    await Promise.all(left.map(({ result }) => result))
    return { drained, forced }
  }

  /** Stop listening, and end what goes through it. */
  async cut(): Promise<void> {
    if (this.#server === undefined) return
    for (const session of this.#sessions) session.close()
    await this.stop({ drain: patience })
    this.#teller.notice('stopped')
  }

  /**
   * Listen, or lead to, elsewhere from its next start on.
   *
   * @throws OptionError `HAWSER_INVALID_ENDPOINT` for the target
   */
  move(place: ProxyPlace): void {
    parseEndpoint(place.target)
    this.#place = place
    this.#isLoop = false
  }

  #tellListening(): void {
    const { options, tls, seed } = this.#around
    const faults = this.faults.all.map((fault) => showFault(fault))
    const show = (endpoint: Parameters<typeof formatEndpoint>[0], isSecure: boolean): string => {
      const name = formatEndpoint(endpoint)
      return isSecure ? name.replace('tcp:', 'tls:') : name
    }
    this.#teller.listening({
      endpoints: (this.#server?.addresses() ?? []).map((each) =>
        show(each, tls !== undefined && !options.starttls),
      ),
      framing: nameFraming(options.framing),
      target: show(
        parseEndpoint(this.#place.target),
        options.tlsOut !== undefined && !options.starttls,
      ),
      ...(faults.length === 0 ? {} : { faults, seed }),
    })
  }

  async #join(client: Connection): Promise<void> {
    const id = this.#around.nextId()
    this.#count += 1
    const ordinal = this.#count
    const target = await this.#reach(client, id)
    if (target === undefined) return
    this.#teller.connected(id, client, target)
    const recorded = this.#around.recorder()?.open(this.name, client, target)
    const record = recorded && new Ledger(recorded)
    const session = this.#isPlain
      ? new PlainSession(client, target)
      : createSession(client, target, {
          ...{ id, ordinal, record, around: this.#around },
          proxy: this,
          teller: this.#teller,
        })
    this.#sessions.add(session)
    void session.result.then((result) => {
      this.#sessions.delete(session)
      const event = this.#teller.closed(id, result)
      record?.closed(event)
    })
    await session.run()
  }

  /** The library passes bytes on by itself where they are neither shown nor meant to suffer. */
  get #isPlain(): boolean {
    const { quiet, api, log, pcapLive, rules } = this.#around.options
    if (rules !== undefined) return false
    if (log !== undefined || pcapLive !== undefined) return false
    return quiet && api === undefined && this.faults.all.length === 0
  }

  /** How bytes are read of either side. */
  get #reading(): Reading {
    if (this.#isPlain) return { framing: raw() }
    return { framing: raw({ maxFrame: laneInbox }), inbox: laneInbox }
  }

  /** @returns undefined when it cannot be reached: the client is reset */
  async #reach(client: Connection, id: number): Promise<Connection | undefined> {
    const left = new AbortController()
    void client.closed.then(() => left.abort())
    const { options } = this.#around
    try {
      if (this.#isLoop) throw new LoopError(this.#place.target)
      const target = await connectTarget(this.#place.target, client, options, {
        ...this.#reading,
        signal: left.signal,
      })
      this.#isLoop ||= leadsTo(target, this.#server?.addresses() ?? [])
      if (!this.#isLoop) return target
      target.reset()
      throw new LoopError(this.#place.target)
    } catch (error) {
      if (left.signal.aborted) return undefined
      const message = this.#teller.failed(error, id)
      this.#around.recorder()?.failed(this.name, client, message)
      client.reset()
      return undefined
    }
  }
}

/** Where TLS is to begin later, the endpoint has to say that it does not at once. */
function inPlainText(listen: string): string {
  return listen.includes(':/') ? listen : `tcp://${listen}`
}

function accessOf(options: ProxyOptions): object {
  const { maxConnections, atLimit, maxPerAddress, allow, deny, connectRate } = options
  return { maxConnections, atLimit, maxPerAddress, allow, deny, connectRate }
}
