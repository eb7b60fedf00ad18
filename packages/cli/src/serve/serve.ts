import { setTimeout as delay } from 'node:timers/promises'
import { notifySystemd, type SystemdNotifier } from 'hawser/systemd'
import { codeOf, describeFailure, exitNetwork, exitOk } from '../failure.js'
import { whenForeground } from '../input/foreground.js'
import { type EndSignal, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { LineEditor } from '../input/line-editor.js'
import { Display } from '../output/display.js'
import type { ServerEvent } from '../output/events.js'
import type { Sink } from '../output/sink.js'
import { isInteractive, openStandardOutput } from '../output/standard.js'
import { listeningEvent } from './hints.js'
import { Host } from './host.js'
import type { Monitor } from './monitor.js'
import type { ServeOptions } from './options.js'
import { createRenderer } from './renderer.js'
import { prepareServeTls } from './prepare-tls.js'
import type { PreparedTls } from './prepared-tls.js'
import { Typing } from './typing.js'

/** Bytes of output that may wait; above that, events are counted and not shown. */
const terminalBacklog = 256 * 1024
const pipeBacklog = 8 * 1024 * 1024
/** How long the last lines may take to be written. */
const lastWords = 1000
/** Events that even `--quiet` shows. */
const loudEvents = new Set<ServerEvent['event']>(['listening', 'error'])

/**
 * Run a server until it is asked to stop.
 *
 * @returns the exit code
 */
export async function serve(options: ServeOptions): Promise<number> {
  if (options.workers !== undefined) {
    const { serveWorkers } = await import('./serve-workers.js')
    return serveWorkers(options)
  }
  return new ServeCommand(options, await prepareServeTls(options.tls)).run()
}

class ServeCommand {
  readonly #options: ServeOptions
  readonly #tls: PreparedTls | undefined
  readonly #host: Host
  readonly #display: Display
  readonly #typing: Typing
  readonly #interrupts: Interrupts
  readonly #editor: LineEditor | undefined
  readonly #force = new AbortController()
  readonly #exitCode: Promise<number>
  #exit: (code: number) => void = () => {}
  #stopping = false
  #monitor: Monitor | undefined
  #systemd: SystemdNotifier | undefined

  constructor(options: ServeOptions, tls: PreparedTls | undefined) {
    this.#options = options
    this.#tls = tls
    this.#exitCode = new Promise((resolve) => {
      this.#exit = resolve
    })
    this.#interrupts = new Interrupts((count, signal) => this.#interrupt(count, signal))
    const sink = openStandardOutput((error) => this.#loseOutput(error))
    this.#editor = isInteractive() ? this.#createEditor(sink) : undefined
    const backlog = process.stdout.isTTY ? terminalBacklog : pipeBacklog
    this.#display = new Display(this.#editor ?? sink, createRenderer(options), backlog)
    this.#host = new Host(options, tls?.options, (event) => this.#tell(event))
    this.#typing = new Typing(this.#host, {
      terminator: options.framing.kind === 'raw' ? (options.crlf ? '\r\n' : '\n') : undefined,
      notice: (text) => this.#display.insist({ event: 'notice', text }),
    })
  }

  async run(): Promise<number> {
    // First, so that no client is let in by a command that then ends.
    const metrics = await this.#serveMetrics(this.#options.metrics)
    this.#systemd = notifySystemd(this.#host.server, {
      onError: ({ code, message }) => this.#tell({ event: 'error', code, message }),
    })
    await this.#host.listen()
    this.#interrupts.listen()
    // In a terminal it says that the terminal is gone, and ends the command as it ends others.
    if (this.#editor === undefined) process.on('SIGHUP', () => this.#readAgain())
    const trust = this.#tls?.trust
    this.#tell(listeningEvent(this.#host.server, this.#options, { metrics, trust }))
    const notice = this.#tls?.notice
    if (notice !== undefined) this.#display.insist({ event: 'notice', text: notice })
    // The line to type on comes below it.
    await this.#display.flush(lastWords)
    this.#read()
    const code = await this.#exitCode
    this.#monitor?.close()
    await this.#display.flush(lastWords)
    await Promise.race([this.#systemd.flush(), delay(lastWords, undefined, { ref: false })])
    this.#editor?.close()
    return code
  }

  /** @returns the URL of the metrics, if they are served */
  async #serveMetrics(endpoint: string | undefined): Promise<string | undefined> {
    if (endpoint === undefined) return undefined
    const { Monitor } = await import('./monitor.js')
    const { watchServer } = await import('./monitored.js')
    this.#monitor = new Monitor(watchServer(this.#host.server))
    return this.#monitor.listen(endpoint)
  }

  /** Certificates, and lists of addresses that are kept in files. */
  #readAgain(): void {
    if (this.#stopping) return
    const { server } = this.#host
    const { allow, deny } = this.#options
    const tls = this.#tls?.options
    const steps: (readonly [string, () => void])[] = []
    if (tls !== undefined) steps.push(['certificates', () => server.setTls(tls)])
    if (allow !== undefined || deny !== undefined) {
      steps.push(['access lists', () => server.setAccess({ allow, deny })])
    }
    if (steps.length === 0) {
      const text = 'SIGHUP: there are no certificates and no access lists to read again'
      this.#tell({ event: 'notice', text })
      return
    }
    void this.#systemd?.reloading()
    for (const [what, read] of steps) {
      try {
        read()
        this.#tell({ event: 'notice', text: `${what} read again` })
      } catch (error) {
        const { line } = describeFailure(error)
        const message = `${line.replace(/^hawser: /, '')}; what was read before stays in use`
        this.#tell({ event: 'error', code: codeOf(error) ?? '', message })
      }
    }
    void this.#systemd?.ready()
  }

  #tell(event: ServerEvent): void {
    if (this.#options.quiet && !loudEvents.has(event.event)) return
    this.#display.show(event)
  }

  /** Neither the end of stdin nor an error on it stops the server. */
  #read(): void {
    const { stdin } = process
    stdin.on('error', () => {})
    if (this.#editor !== undefined) this.#editor.start()
    else if (stdin.isTTY) whenForeground(() => void this.#pump())
    else void this.#pump()
  }

  async #pump(): Promise<void> {
    try {
      await this.#typing.pump(process.stdin)
    } catch (error) {
      if (this.#stopping) return
      this.#tell({
        event: 'notice',
        text: `stdin: ${(error as Error).message}: nothing more is read`,
      })
    }
  }

  #createEditor(sink: Sink): LineEditor {
    return new LineEditor(sink, '> ', {
      line: (text) => this.#typing.take(text),
      interrupt: () => this.#interrupts.request('SIGINT'),
      end: () => {
        this.#display.insist({ event: 'notice', text: 'Ctrl-C stops the server' })
        return true
      },
    })
  }

  #interrupt(count: number, signal: EndSignal): void {
    if (count === 1) void this.#drain(signal)
    else if (count === 2) this.#force.abort()
    else this.#exit(signalExitCodes[signal])
  }

  async #drain(signal: EndSignal): Promise<void> {
    this.#stopping = true
    const { drain } = this.#options
    if (this.#host.count > 0) {
      this.#tell({ event: 'draining', connections: this.#host.count, limit: drain })
    }
    const result = await this.#host.server.close({ drain, signal: this.#force.signal })
    if (!this.#options.quiet) this.#display.insist({ event: 'stopped', ...result })
    this.#exit(this.#force.signal.aborted ? signalExitCodes[signal] : exitOk)
  }

  /** The reader of our output has gone, as `head` does when it has seen enough: so do we. */
  #loseOutput(error: NodeJS.ErrnoException): void {
    if (this.#stopping) return
    this.#stopping = true
    const silent = error.code === 'EPIPE' || error.code === 'EIO'
    if (!silent)
      process.stderr.write(`hawser: stdout: ${error.message}: make room, or write elsewhere\n`)
    void this.#host.server
      .close({ drain: 0 })
      .finally(() => this.#exit(silent ? exitOk : exitNetwork))
  }
}
