import {
  type Backplane,
  type CloseInfo,
  type Connection,
  createServer,
  type HawserError,
  type Refusal,
  type Server,
  type TlsServerOptions,
} from 'hawser'
import { codeOf, sayError } from '../failure.js'
import type { ServerEvent } from '../output/events.js'
import type { Recipient } from '../input/recipient.js'
import { summarizeTls } from '../output/tls.js'
import { type Outgoing, Verbatim } from '../wire/adapter.js'
import type { WireFraming } from '../wire/load-framing.js'
import { type Incoming, withHttp } from '../wire/http-framing.js'
import { HttpRequest } from '../wire/http-request.js'
import { localName, peerName, remoteName } from '../output/addresses.js'
import { createPage } from './http-page.js'
import type { ServeOptions } from './options.js'
import type { Listeners } from '../foreground/typing.js'

/** A client of `hawser serve`. */
type Client = Connection<Incoming, Outgoing>

/** How long a client may be silent before it is taken for something else than a browser. */
const browserSilence = 300
/** These are told by the `closed` event. */
const closedCodes = new Set([
  'HAWSER_CONNECTION_CLOSED',
  'HAWSER_CONNECTION_ENDED',
  'HAWSER_CONNECTION_RESET',
  'HAWSER_CONNECTION_FAILED',
])

/** The server behind `hawser serve`: what it answers, and what it tells. */
export class Host implements Listeners {
  readonly server: Server<Incoming, Outgoing>
  readonly #options: ServeOptions
  readonly #tell: (event: ServerEvent) => void
  /** Whether there may be clients at other workers, or on other machines. */
  readonly #isJoined: boolean
  readonly #clients = new Map<number, Client>()
  readonly #greeting: readonly Uint8Array[]
  /** Clients that are greeted once it is clear that they speak no HTTP. */
  readonly #ungreeted = new Map<number, NodeJS.Timeout>()
  #arrived: (() => void)[] = []

  /**
   * @param tell called for every event
   * @param backplane joins it with the servers of other workers, or of other machines
   * @throws OptionError when TLS cannot be used
   */
  constructor(
    options: ServeOptions,
    framing: WireFraming,
    tls: TlsServerOptions | undefined,
    tell: (event: ServerEvent) => void,
    backplane?: Backplane,
  ) {
    this.#options = options
    this.#tell = tell
    this.#isJoined = backplane !== undefined
    this.#greeting = options.greeting?.map(({ bytes }) => bytes) ?? []
    this.server = createServer<Incoming, Outgoing>(
      {
        framing: options.httpHello ? withHttp(framing) : framing,
        firstByteTimeout: options.firstByteTimeout,
        frameTimeout: options.frameTimeout,
        writeTimeout: options.writeTimeout,
        minimumRate: options.minimumRate,
        idleTimeout: options.idle,
        maxConnections: options.maxConnections,
        atLimit: options.atLimit,
        maxPerAddress: options.maxPerAddress,
        allow: options.allow,
        deny: options.deny,
        connectRate: options.connectRate,
        tls,
        proxyProtocol: options.proxyProtocol,
        backplane,
        onError: (error, connection) => this.#report(error, connection?.id),
      },
      {
        open: (client) => this.#open(client),
        message: (client, message) => this.#receive(client, message),
        close: (client, info) => this.#close(client, info),
      },
    )
    this.server.on('drop', (refusal) => this.#refuse(refusal))
    // That it is lost is an error, and is reported as one.
    this.server.on('backplane', ({ connected }) => {
      if (connected) this.#tell({ event: 'notice', text: 'NATS: connected again' })
    })
  }

  /** @returns rejects with what the library says when it cannot listen */
  async listen(): Promise<void> {
    await this.server.listen([...this.#options.endpoints])
    this.server.on('error', (error) => this.#report(error))
  }

  /** How many are connected. */
  get count(): number {
    return this.#clients.size
  }

  occupied(): Promise<void> {
    if (this.#clients.size > 0) return Promise.resolve()
    return new Promise((resolve) => this.#arrived.push(resolve))
  }

  async send(bytes: Uint8Array, to: Recipient | undefined): Promise<number> {
    const clients = this.#find(to)
    if (clients.length === 0) return 0
    const who = to === undefined ? { recipients: clients.length } : { id: to.id }
    this.#tell({ event: 'message', direction: 'out', bytes, ...who })
    await Promise.all(clients.map((client) => this.#deliver(client, bytes)))
    return clients.length
  }

  /** One that is named by a worker is none of this process alone. */
  #find(to: Recipient | undefined): Client[] {
    if (to === undefined) return [...this.#clients.values()]
    const client = to.worker === undefined ? this.#clients.get(to.id) : undefined
    return client === undefined ? [] : [client]
  }

  #open(client: Client): void {
    this.#clients.set(client.id, client)
    this.#tell({
      event: 'connected',
      id: client.id,
      remote: remoteName(client),
      local: localName(client),
      connections: this.#clients.size,
      ...(client.proxyHeader === undefined ? {} : { via: peerName(client.peer) }),
      ...(client.tls === undefined ? {} : { tls: summarizeTls(client.tls) }),
    })
    const arrived = this.#arrived
    this.#arrived = []
    for (const resolve of arrived) resolve()
    if (this.#greeting.length === 0) return
    if (!this.#options.httpHello) this.#greet(client)
    else
      this.#ungreeted.set(
        client.id,
        setTimeout(() => this.#greetLate(client), browserSilence),
      )
  }

  #receive(client: Client, message: Incoming): void {
    if (message instanceof HttpRequest) {
      this.#forgetGreeting(client)
      this.#tell({ event: 'message', id: client.id, direction: 'in', bytes: message.bytes })
      this.#answer(client, message)
      return
    }
    this.#greetLate(client)
    this.#tell({ event: 'message', id: client.id, direction: 'in', bytes: message })
    if (this.#options.mode === 'echo') this.#say(client, message)
    else if (this.#options.mode === 'chat') this.#relay(client, message)
  }

  #close(client: Client, info: CloseInfo): void {
    this.#forgetGreeting(client)
    this.#clients.delete(client.id)
    const { by, reason, phase, bytesRead, bytesWritten, unsent, error } = info
    this.#tell({
      event: 'closed',
      id: client.id,
      ...{ by, reason, phase, bytesRead, bytesWritten, unsent },
      ...(client.skipped > 0 ? { skipped: client.skipped } : {}),
      connections: this.#clients.size,
      ...(error === undefined ? {} : { error: sayError(error) }),
    })
  }

  #greetLate(client: Client): void {
    if (this.#forgetGreeting(client)) this.#greet(client)
  }

  #forgetGreeting(client: Client): boolean {
    clearTimeout(this.#ungreeted.get(client.id))
    return this.#ungreeted.delete(client.id)
  }

  #greet(client: Client): void {
    for (const line of this.#greeting) this.#say(client, line)
  }

  #answer(client: Client, request: HttpRequest): void {
    const page = createPage(request, {
      id: client.id,
      remote: remoteName(client),
      local: localName(client),
    })
    this.#tell({ event: 'message', id: client.id, direction: 'out', bytes: page })
    void this.#send(client, new Verbatim(page))
    void client.close()
  }

  #relay(from: Client, bytes: Uint8Array): void {
    const others = this.#clients.size - 1
    if (others === 0 && !this.#isJoined) return
    const recipients = this.server.broadcast(bytes, {
      except: from,
      // One that does not keep up misses messages: it must not hold up the others.
      overflow: 'skip',
    })
    const missed = others - recipients
    // Who hears it at other workers is shown there to nobody: only they know their clients.
    if (others === 0) return
    this.#tell({ event: 'message', direction: 'out', bytes, recipients, missed })
  }

  #say(client: Client, bytes: Uint8Array): void {
    this.#tell({ event: 'message', id: client.id, direction: 'out', bytes })
    void this.#deliver(client, bytes)
  }

  #deliver(client: Client, bytes: Uint8Array): Promise<void> {
    return this.#send(client, bytes)
  }

  async #send(client: Client, message: Outgoing): Promise<void> {
    try {
      await client.send(message)
    } catch (error) {
      if (!closedCodes.has(codeOf(error) ?? '')) this.#report(error as HawserError, client.id)
    }
  }

  #refuse(refusal: Refusal): void {
    this.#tell({
      event: 'refused',
      remote: remoteName(refusal),
      reason: refusal.reason,
      connections: refusal.connections,
      limit: refusal.limit,
      ...(refusal.error === undefined ? {} : { error: sayError(refusal.error) }),
    })
  }

  #report(error: HawserError, id?: number): void {
    const who = id === undefined ? {} : { id }
    this.#tell({ event: 'error', ...who, code: error.code, message: sayError(error) })
  }
}
