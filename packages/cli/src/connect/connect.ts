import { type CloseInfo, type Connection, connect as open, type DisconnectedStatus } from 'hawser'
import { adviseEscapes, readTyped, type Typed } from '../arguments/bytes/typed.js'
import { SpellingError } from '../arguments/bytes/spelling-error.js'
import { Activity } from './activity.js'
import { type Peer, receive, type Stage, transmit, type Troubles } from './conversation.js'
import { createDialling } from './dialling.js'
import { describePeer, Losses } from './notices.js'
import type { ConnectOptions } from './options.js'
import { createPresenter } from './presenter.js'
import { lineToMessage, readMessages, type SourceOptions } from './sources.js'
import { SinglePeer } from './single-peer.js'
import { type SteadyOptions, SteadyPeer } from './steady-peer.js'
import { Speech } from './speech.js'
import { ConversationOutput } from './terminal.js'
import { exitNetwork, exitOk, isExpected, sayError, sayLostOutput } from '../failure.js'
import { whenForeground } from '../input/job-control.js'
import { type EndSignal, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { LineEditor } from '../input/line-editor.js'
import { LineQueue } from '../input/line-queue.js'
import { type Colours, createColours, wantsColour } from '../output/colours.js'
import { describeClose } from '../output/columns.js'
import { markOf } from '../output/hex.js'
import { count as formatCount } from '../output/numbers.js'
import type { Sink } from '../output/sinks/sink.js'
import { isInteractive, openStandardOutput } from '../output/sinks/standard.js'
import type { Outgoing } from '../wire/adapter.js'
import { loadFraming, type WireFraming } from '../wire/load-framing.js'
import { loadMasks } from '../wire/masks.js'
import { type LogTarget, openTrafficLog } from '../wire/traffic-log.js'

/** How long a peer has after Ctrl-C to take what waits for it; to end, it has the usual second. */
const goodbye = 1_500

/**
 * Talk to a peer until both have ended.
 *
 * @returns the exit code
 */
export async function connect(options: ConnectOptions): Promise<number> {
  const framing = await loadFraming(options.framing, options)
  return new ConnectCommand(options, framing).run()
}

class ConnectCommand implements Troubles {
  readonly #options: ConnectOptions
  readonly #framing: WireFraming
  readonly #source: SourceOptions
  readonly #colours: Colours
  readonly #sink: Sink
  readonly #typed = new LineQueue<Typed>()
  readonly #interrupts: Interrupts
  readonly #abort = new AbortController()
  readonly #editor: LineEditor | undefined
  readonly #conversation: ConversationOutput | undefined
  readonly #speech: Speech
  readonly #stage: Stage
  /** In front of what is typed. */
  readonly #mark: string
  readonly #losses = new Losses()
  /** Of the peer, and of the input. */
  readonly #heard = new Activity()
  readonly #read = new Activity()
  readonly #hurried: Promise<void>
  #hurry: () => void = () => {}
  #logTarget: LogTarget = () => undefined
  #peer: Peer | undefined
  #exitCode = exitOk
  #isAdvised = false

  constructor(options: ConnectOptions, framing: WireFraming) {
    this.#options = options
    this.#framing = framing
    this.#hurried = new Promise((resolve) => {
      this.#hurry = resolve
    })
    this.#source = { stream: options.framing.kind === 'raw', crlf: options.crlf }
    this.#colours = createColours(wantsColour(process.stdout, process.env))
    this.#mark = markOf('out', this.#colours)
    this.#interrupts = new Interrupts((count, signal) => this.#interrupt(count, signal))
    this.#sink = openStandardOutput((error) => process.exit(sayLostOutput(error)))
    if (options.send === undefined && isInteractive()) {
      this.#editor = this.#createEditor()
      this.#conversation = new ConversationOutput(this.#editor, this.#mark)
    }
    this.#speech = new Speech(this.#editor, this.#colours, options.quiet)
    const { json, hex } = options
    this.#stage = {
      sink: this.#conversation ?? this.#sink,
      presenter: createPresenter({
        stream: this.#source.stream,
        terminal: process.stdout.isTTY,
        conversation: this.#conversation !== undefined,
        json,
        hex,
        colours: this.#colours,
      }),
    }
  }

  async run(): Promise<number> {
    this.#interrupts.listen()
    const masks = await loadMasks(this.#options.mask)
    this.#logTarget = await openTrafficLog(this.#options.log, masks, ({ message }) => {
      this.#speech.notice(message)
    })
    const peer = await this.#open()
    if (peer === undefined) return this.#exitCode
    this.#peer = peer
    // Neither a peer nor a reader of the output that stands still holds up one who wants to leave.
    await Promise.race([this.#talk(peer), this.#hurried])
    this.#editor?.close()
    return this.#exitCode
  }

  /** Both directions, until the end. */
  async #talk(peer: Peer): Promise<void> {
    void this.#transmit(peer)
    await this.#receive(peer)
    void this.#endAlone(peer)
    this.#report(await peer.closed)
    await this.#sink.drained()
  }

  /** The peer has ended: what input there still is goes out, and a person has nothing to wait for. */
  async #endAlone(peer: Peer): Promise<void> {
    if (this.#editor === undefined) await this.#read.rests(this.#options.wait)
    await peer.end().catch(() => {})
  }

  unsendable(error: Error): void {
    if (this.#editor === undefined) this.#fail(error.message)
    else this.#speech.notice(`not sent: ${error.message}`)
  }

  cut(): void {
    // A person sees that; one who asked for the end expects it.
    if (this.#editor === undefined && !this.#abort.signal.aborted) {
      this.#fail('the connection ended before all input was sent: see what the peer expects')
    }
  }

  async #open(): Promise<Peer | undefined> {
    if (this.#options.reconnect) return this.#stay()
    try {
      const connection = await open(this.#options.endpoint, {
        ...createDialling(this.#options, this.#framing),
        signal: this.#abort.signal,
      })
      this.#logTarget(connection)
      this.#connected(connection)
      return new SinglePeer(connection)
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
      return undefined
    }
  }

  #stay(): Peer {
    const { endpoint, heartbeat, heartbeatEvery } = this.#options
    const options: SteadyOptions = {
      ...createDialling(this.#options, this.#framing),
      ping: heartbeat === undefined ? undefined : lineToMessage(heartbeat, this.#source),
      every: heartbeatEvery,
    }
    const peer = new SteadyPeer(endpoint, options, {
      connecting: () => this.#conversation?.setStatus('connecting'),
      connected: (connection) => this.#connected(connection),
      disconnected: (status) => this.#lost(status),
    })
    this.#logTarget(peer.client)
    return peer
  }

  /** On a terminal the typed line shows that it waits, and for what: tries are not told one by one. */
  #lost(status: DisconnectedStatus): void {
    const { why, next } = this.#losses.describe(status)
    if (this.#conversation === undefined) {
      this.#speech.notice(`${why ?? 'still not connected'}; ${next}`)
      return
    }
    if (why !== undefined) this.#speech.notice(why)
    this.#conversation.setStatus(next)
  }

  #connected(connection: Connection<Uint8Array, Outgoing>): void {
    this.#losses.forget()
    this.#conversation?.setStatus('')
    this.#speech.notice(`connected to ${describePeer(connection, this.#options)}`)
  }

  async #receive(peer: Peer): Promise<void> {
    try {
      await receive(peer, this.#stage, this.#heard)
    } catch (error) {
      // `closed` tells it.
      if (!isExpected(error)) throw error
    }
    this.#conversation?.finish()
  }

  async #transmit(peer: Peer): Promise<void> {
    if (!(await this.#send(peer))) return
    this.#read.over()
    await this.#heard.rests(this.#options.wait)
    await peer.end().catch(() => {})
  }

  /** @returns whether all input was sent, or as much of it as could be read */
  async #send(peer: Peer): Promise<boolean> {
    const { stdin } = process
    const lines = this.#lines()
    if (lines !== undefined) {
      this.#editor?.start()
      return transmit(peer, this.#toMessages(lines), this.#stage, this, this.#read)
    }
    await new Promise<void>((resolve) => {
      if (stdin.isTTY) whenForeground(resolve)
      else resolve()
    })
    try {
      return await transmit(peer, readMessages(stdin, this.#source), this.#stage, this, this.#read)
    } catch (error) {
      this.#fail(`stdin: ${(error as Error).message}: nothing more was sent`)
      return true
    }
  }

  /** Lines that come from the editor or the command line, if they do. */
  #lines(): AsyncIterable<Typed> | undefined {
    if (this.#editor !== undefined) return this.#typed
    if (this.#options.send === undefined) return undefined
    for (const one of this.#options.send) this.#typed.push(one)
    this.#typed.end()
    return this.#typed
  }

  async *#toMessages(lines: AsyncIterable<Typed>): AsyncGenerator<Uint8Array> {
    for await (const line of lines) yield lineToMessage(line, this.#source)
  }

  #createEditor(): LineEditor {
    return new LineEditor(this.#sink, this.#mark, {
      line: (text) => {
        this.#conversation?.entered()
        this.#take(text)
      },
      interrupt: () => this.#interrupts.request('SIGINT'),
      end: () => {
        this.#typed.end()
        return false
      },
    })
  }

  /** A line was typed. */
  #take(text: string): void {
    const { escapes } = this.#options
    try {
      this.#typed.push(readTyped(text, escapes))
    } catch (error) {
      if (!(error instanceof SpellingError)) throw error
      this.#speech.notice(`not sent: ${error.message}`)
    }
    const advice = escapes || this.#isAdvised ? undefined : adviseEscapes(text)
    if (advice === undefined) return
    this.#isAdvised = true
    this.#speech.notice(advice)
  }

  #report(info: CloseInfo | undefined): void {
    if (info === undefined) return
    if (info.error !== undefined) this.#fail(sayError(info.error))
    else {
      if (info.unsent > 0 || info.reason !== 'ended') this.#exitCode ||= exitNetwork
      this.#speech.notice(
        `closed: ${describeClose({ ...info, skipped: this.#peer?.skipped ?? 0 })}`,
      )
    }
  }

  #fail(message: string): void {
    this.#exitCode ||= exitNetwork
    this.#speech.fail(message)
  }

  #interrupt(count: number, signal: EndSignal): void {
    this.#exitCode = signalExitCodes[signal]
    if (count > 1) process.exit(this.#exitCode)
    this.#abort.abort()
    const peer = this.#peer
    if (peer === undefined) return
    peer.close()
    setTimeout(() => {
      const left = formatCount(peer.unsent)
      if (peer.unsent > 0) this.#speech.notice(`left with ${left} B unsent: the peer does not read`)
      this.#hurry()
    }, goodbye)
  }
}
