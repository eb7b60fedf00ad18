import {
  type CloseInfo,
  type Connection,
  connect as open,
  type ConnectOptions as LibraryOptions,
  type DisconnectedStatus,
  formatEndpoint,
} from 'hawser'
import { type Peer, receive, transmit, type Troubles } from './conversation.js'
import type { ConnectOptions } from './options.js'
import { createPresenter } from './presenter.js'
import { lineToMessage, readMessages, type SourceOptions } from './sources.js'
import { type SteadyOptions, SteadyPeer } from './steady-peer.js'
import { ConversationOutput } from './terminal.js'
import { exitNetwork, exitOk, isExpected, nameFlags } from '../failure.js'
import { whenForeground } from '../input/foreground.js'
import { type EndSignal, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { LineEditor } from '../input/line-editor.js'
import { LineQueue } from '../input/line-queue.js'
import { type Colours, createColours, wantsColour } from '../output/colours.js'
import { describeClose } from '../output/columns.js'
import { escapeText } from '../output/escape.js'
import type { Sink } from '../output/sink.js'
import { describeTls, summarizeTls } from '../output/tls.js'
import { isInteractive, openStandardOutput } from '../output/standard.js'
import type { Outgoing } from '../wire/adapter.js'
import { createFraming } from '../wire/framing.js'
import { roomFor } from '../wire/room.js'

type Dialling = Omit<LibraryOptions<Uint8Array, Outgoing>, 'handler' | 'onError'>

/**
 * Talk to a peer until both have ended.
 *
 * @returns the exit code
 */
export function connect(options: ConnectOptions): Promise<number> {
  return new ConnectCommand(options).run()
}

class ConnectCommand implements Troubles {
  readonly #options: ConnectOptions
  readonly #source: SourceOptions
  readonly #colours: Colours
  readonly #sink: Sink
  readonly #typed = new LineQueue()
  readonly #interrupts: Interrupts
  readonly #abort = new AbortController()
  readonly #editor: LineEditor | undefined
  readonly #conversation: ConversationOutput | undefined
  #peer: Peer | undefined
  #exitCode = exitOk

  constructor(options: ConnectOptions) {
    this.#options = options
    this.#source = { stream: options.framing.kind === 'raw', crlf: options.crlf }
    this.#colours = createColours(wantsColour(process.stdout, process.env))
    this.#interrupts = new Interrupts((count, signal) => this.#interrupt(count, signal))
    this.#sink = openStandardOutput((error) => this.#loseOutput(error))
    if (options.send !== undefined || !isInteractive()) return
    this.#editor = this.#createEditor()
    this.#conversation = new ConversationOutput(this.#editor)
  }

  async run(): Promise<number> {
    this.#interrupts.listen()
    const peer = await this.#open()
    if (peer === undefined) return this.#exitCode
    this.#peer = peer
    void this.#transmit(peer)
    await this.#receive(peer)
    this.#report(await peer.closed)
    await this.#sink.drained()
    this.#editor?.close()
    return this.#exitCode
  }

  unsendable(error: Error): void {
    if (this.#editor === undefined) this.#fail(error.message)
    else this.#notice(`not sent: ${error.message}`)
  }

  cut(): void {
    if (this.#editor === undefined) {
      this.#fail('the connection ended before all input was sent: see what the peer expects')
    }
  }

  async #open(): Promise<Peer | undefined> {
    if (this.#options.reconnect) return this.#stay()
    try {
      const connection = await open(this.#options.endpoint, this.#dialling())
      this.#connected(connection)
      return connection
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
      return undefined
    }
  }

  #stay(): Peer {
    const { endpoint, heartbeat, heartbeatEvery } = this.#options
    const options: SteadyOptions = {
      ...this.#dialling(),
      ping: heartbeat === undefined ? undefined : lineToMessage(heartbeat, this.#source),
      every: heartbeatEvery,
    }
    return new SteadyPeer(endpoint, options, {
      connected: (connection) => this.#connected(connection),
      disconnected: (status) => this.#notice(describeLoss(status)),
    })
  }

  #connected(connection: Connection<Uint8Array, Outgoing>): void {
    this.#notice(`connected to ${describePeer(connection, this.#options)}`)
  }

  #dialling(): Dialling {
    const { crlf, maxFrame, connectTimeout, idle, tls, sendProxy } = this.#options
    const { family, source, proxy } = this.#options
    const framing = createFraming(this.#options.framing, { crlf, maxFrame })
    return {
      framing,
      ...roomFor(framing),
      connectTimeout,
      idleTimeout: idle,
      tls,
      family,
      localAddress: source,
      proxy,
      proxyProtocol: sendProxy && { version: sendProxy },
      signal: this.#abort.signal,
      // A pause is the reader's affair at both ends of a pipe, however long it takes.
      consumerTimeout: Infinity,
      writeTimeout: Infinity,
      frameTimeout: Infinity,
      minimumRate: Infinity,
    }
  }

  async #receive(peer: Peer): Promise<void> {
    const { json, hex } = this.#options
    const presenter = createPresenter({
      stream: this.#source.stream,
      terminal: process.stdout.isTTY,
      json,
      hex,
      colours: this.#colours,
    })
    try {
      await receive(peer, this.#conversation ?? this.#sink, presenter)
    } catch (error) {
      // `closed` tells it.
      if (!isExpected(error)) throw error
    }
    this.#conversation?.finish()
  }

  async #transmit(peer: Peer): Promise<void> {
    const { stdin } = process
    const lines = this.#lines()
    if (lines !== undefined) {
      this.#editor?.start()
      await transmit(peer, this.#toMessages(lines), this)
      return
    }
    await new Promise<void>((resolve) => {
      if (stdin.isTTY) whenForeground(resolve)
      else resolve()
    })
    try {
      await transmit(peer, readMessages(stdin, this.#source), this)
    } catch (error) {
      this.#fail(`stdin: ${(error as Error).message}: nothing more was sent`)
      await peer.end().catch(() => {})
    }
  }

  /** Lines that come from the editor or the command line, if they do. */
  #lines(): AsyncIterable<string> | undefined {
    if (this.#editor !== undefined) return this.#typed
    if (this.#options.send === undefined) return undefined
    for (const text of this.#options.send) this.#typed.push(text)
    this.#typed.end()
    return this.#typed
  }

  async *#toMessages(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
    for await (const line of lines) yield lineToMessage(line, this.#source)
  }

  #createEditor(): LineEditor {
    return new LineEditor(this.#sink, '', {
      line: (text) => {
        this.#conversation?.entered()
        this.#typed.push(text)
      },
      interrupt: () => this.#interrupts.request('SIGINT'),
      end: () => {
        this.#typed.end()
        return false
      },
    })
  }

  #report(info: CloseInfo | undefined): void {
    if (info === undefined) return
    if (info.error !== undefined) this.#fail(nameFlags(info.error.message))
    else {
      if (info.unsent > 0 || info.reason !== 'ended') this.#exitCode ||= exitNetwork
      this.#notice(`closed: ${describeClose(info)}`)
    }
  }

  #notice(text: string): void {
    if (this.#options.quiet) return
    const line = `${this.#colours.note(text)}\n`
    if (this.#editor !== undefined && process.stderr.isTTY) this.#editor.write(line)
    else process.stderr.write(process.stderr.isTTY ? line : `${text}\n`)
  }

  #fail(message: string): void {
    this.#exitCode ||= exitNetwork
    const line = `hawser: ${message}\n`
    if (this.#editor !== undefined && process.stderr.isTTY) this.#editor.write(line)
    else process.stderr.write(line)
  }

  #interrupt(count: number, signal: EndSignal): void {
    this.#exitCode = signalExitCodes[signal]
    this.#abort.abort()
    if (count > 1) process.exit(this.#exitCode)
    void this.#peer?.close()
  }

  /** The reader of our output has gone, as `head` does when it has seen enough: so do we. */
  #loseOutput(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(exitOk)
    process.stderr.write(`hawser: stdout: ${error.message}: make room, or write elsewhere\n`)
    process.exit(exitNetwork)
  }
}

function describePeer(
  peer: Connection<Uint8Array, Outgoing>,
  { endpoint, proxy }: ConnectOptions,
): string {
  const { remoteAddress: address, remotePort: port, localPort, tls } = peer
  if (address === undefined || port === undefined) return endpoint
  // The other end of the socket is the nearest proxy.
  const by = formatEndpoint({ address, port })
  const where = proxy === undefined ? by : `${endpoint} through ${by.replace('tcp://', '')}`
  if (tls === undefined) return `${where} from port ${localPort}`
  return `${where.replace('tcp:', 'tls:')} from port ${localPort}, ${describeTls(summarizeTls(tls))}`
}

/** Why there is no connection, and when the next try is. */
function describeLoss({ info, error, retryIn }: DisconnectedStatus): string {
  const why = error ?? info?.error
  const how = info === undefined ? 'not connected' : `disconnected: ${describeClose(info)}`
  const what = why === undefined ? '' : `: ${escapeText(nameFlags(why.message))}`
  const wait = retryIn < 1_000 ? `${retryIn} ms` : `${(retryIn / 1_000).toFixed(1)} s`
  return `${how}${what}; trying again in ${wait}`
}
