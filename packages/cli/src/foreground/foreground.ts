import { setTimeout as delay } from 'node:timers/promises'
import { defaultDrain } from 'hawser'
import { exitOk, sayLostOutput } from '../failure.js'
import { type EndSignal, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { whenForeground } from '../input/job-control.js'
import { LineEditor } from '../input/line-editor.js'
import { Display } from '../output/display.js'
import type { ServerEvent } from '../output/events.js'
import type { Sink } from '../output/sinks/sink.js'
import { isInteractive, openStandardOutput } from '../output/sinks/standard.js'
import { createRenderer, type RenderOptions } from './renderer.js'
import { type Listeners, Typing } from './typing.js'

/** Bytes of output that may wait; above that, events are counted and not shown. */
const terminalBacklog = 256 * 1024
const pipeBacklog = 8 * 1024 * 1024
/** How long the last lines may take to be written. */
const lastWords = 1000
/** Events that even `--quiet` shows. */
const loudEvents = new Set<ServerEvent['event']>(['listening', 'api', 'error'])

/** How a service ended. */
export interface Stopped {
  readonly drained: number
  readonly forced: number
  readonly killed?: number
}

/** What runs in the foreground. */
export interface Service {
  /** Whether clients have to be waited for, and how many, where that is known. */
  readonly open: number | undefined
  /** Stop accepting, and let what is under way end until the drain is over or the signal fires. */
  close(how: { readonly drain: number; readonly signal: AbortSignal }): Promise<Stopped>
}

/** What is shown, and how long the end may take. */
export interface ForegroundOptions extends RenderOptions {
  readonly quiet: boolean
  /** Milliseconds. */
  readonly drain: number | undefined
}

/** Where typed lines go. */
export interface Typed {
  /** Asked for when it is needed. */
  readonly listeners: () => Listeners
  /** Put behind each line, for a framing that has no messages of its own. */
  readonly terminator: string | undefined
  /** Whether `\xNN` and the like in what is typed are bytes. */
  readonly escapes: boolean
  /** Called for Enter alone on a terminal. */
  readonly empty?: (() => void) | undefined
}

/**
 * A server in the foreground of a terminal, or behind a pipe: what it shows, what is typed, and how it
 * ends. The first Ctrl-C drains, the second cuts off, the third leaves at once; a reader of the output
 * that has gone ends it too.
 */
export class Foreground {
  readonly display: Display
  /** Where whole lines go, past the display: above the line that is being typed. */
  readonly sink: Sink
  readonly #options: ForegroundOptions
  readonly #service: () => Service
  readonly #editor: LineEditor | undefined
  readonly #typing: Typing | undefined
  readonly #force = new AbortController()
  readonly #interrupts = new Interrupts((count, signal) => this.#interrupt(count, signal))
  readonly #exitCode: Promise<number>
  #exit: (code: number) => void = () => {}
  #isStopping = false

  /**
   * @param service asked for when it is needed, since it may need this one first
   * @param typed left out, stdin is not read
   */
  constructor(options: ForegroundOptions, service: () => Service, typed?: Typed) {
    this.#options = options
    this.#service = service
    this.#exitCode = new Promise((resolve) => {
      this.#exit = resolve
    })
    const stdout = openStandardOutput((error) => this.#loseOutput(error))
    const isTyped = typed !== undefined && isInteractive()
    this.#editor = isTyped ? this.#createEditor(stdout) : undefined
    this.sink = this.#editor ?? stdout
    const backlog = process.stdout.isTTY ? terminalBacklog : pipeBacklog
    this.display = new Display(this.sink, createRenderer(options), backlog)
    this.#typing = typed === undefined ? undefined : this.#createTyping(typed)
  }

  /** Whether it is coming to its end. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Fires when the end is to come at once. */
  get force(): AbortSignal {
    return this.#force.signal
  }

  /** Whether lines are edited on a terminal. */
  get isInteractive(): boolean {
    return this.#editor !== undefined
  }

  /** Show an event, unless `--quiet` leaves it out. */
  tell(event: ServerEvent): void {
    if (this.#options.quiet && !loudEvents.has(event.event)) return
    this.display.show(event)
  }

  /** Take Ctrl-C and SIGTERM from now on. */
  listen(): void {
    this.#interrupts.listen()
  }

  /** Send what is typed from now on. Neither the end of stdin nor an error on it stops the server. */
  async read(): Promise<void> {
    // The line to type on comes below what was shown.
    await this.display.flush(lastWords)
    if (this.#typing === undefined) return
    const { stdin } = process
    stdin.on('error', () => {})
    if (this.#editor !== undefined) this.#editor.start()
    else if (stdin.isTTY) whenForeground(() => void this.#pump())
    else void this.#pump()
  }

  /**
   * Wait for the end.
   *
   * @param last begun when it comes; it has a second
   * @returns the exit code
   */
  async end(last: () => Promise<unknown>): Promise<number> {
    const code = await this.#exitCode
    const ending = last()
    await this.display.flush(lastWords)
    await Promise.race([ending, delay(lastWords, undefined, { ref: false })])
    this.#editor?.close()
    return code
  }

  /** End in order, as the signal asks for. */
  async stop(signal: EndSignal): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    const { drain = defaultDrain, quiet } = this.#options
    const { open } = this.#service()
    if (open !== 0) this.tell({ event: 'draining', connections: open, limit: drain })
    const stopped = await this.#service().close({ drain, signal: this.force })
    if (!quiet) this.display.insist({ event: 'stopped', ...stopped })
    this.#exit(this.force.aborted ? signalExitCodes[signal] : exitOk)
  }

  async #pump(): Promise<void> {
    try {
      await this.#typing?.pump(process.stdin)
    } catch (error) {
      if (this.#isStopping) return
      const text = `stdin: ${(error as Error).message}: nothing more is read`
      this.tell({ event: 'notice', text })
    }
  }

  #createTyping({ listeners, terminator, escapes, empty }: Typed): Typing {
    return new Typing(
      {
        occupied: () => listeners().occupied(),
        send: (bytes, to) => listeners().send(bytes, to),
      },
      {
        terminator,
        escapes,
        empty,
        notice: (text) => this.display.insist({ event: 'notice', text }),
      },
    )
  }

  #createEditor(sink: Sink): LineEditor {
    return new LineEditor(sink, '> ', {
      line: (text) => this.#typing?.take(text),
      interrupt: () => this.#interrupts.request('SIGINT'),
      end: () => {
        this.display.insist({ event: 'notice', text: 'Ctrl-C stops the server' })
        return true
      },
    })
  }

  #interrupt(count: number, signal: EndSignal): void {
    if (count === 1) void this.stop(signal)
    else if (count === 2) this.#force.abort()
    else this.#exit(signalExitCodes[signal])
  }

  #loseOutput(error: NodeJS.ErrnoException): void {
    if (this.#isStopping) return
    this.#isStopping = true
    const code = sayLostOutput(error)
    void this.#service()
      .close({ drain: 0, signal: this.force })
      .finally(() => this.#exit(code))
  }
}
