import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { notifySystemd, type SystemdNotifier } from 'hawser/systemd'
import { startWorkers, type WorkerExit, type Workers } from 'hawser/workers'
import {
  CommandError,
  codeOf,
  describeFailure,
  exitNetwork,
  exitOk,
  UsageError,
} from '../failure.js'
import { type EndSignal, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { wantsColour } from '../output/colours.js'
import { Display } from '../output/display.js'
import type { ServerEvent } from '../output/events.js'
import type { Sink } from '../output/sink.js'
import { openStandardOutput } from '../output/standard.js'
import { listeningEvent } from './hints.js'
import { Monitor } from './monitor.js'
import { watchWorkers } from './monitored.js'
import type { ServeOptions } from './options.js'
import { prepareServeTls } from './prepare-tls.js'
import { createRenderer } from './renderer.js'

/** Bytes of workers' output that may wait to be written; above that, they wait. */
const backlog = 256 * 1024
/** How long the last lines may take to be written. */
const lastWords = 1000
const loudEvents = new Set<ServerEvent['event']>(['listening', 'error'])

/** The process that starts the workers of `hawser serve`, watches them, and ends them. */
export class ServePrimary {
  readonly #options: ServeOptions
  readonly #sink: Sink
  readonly #display: Display
  readonly #interrupts: Interrupts
  readonly #force = new AbortController()
  readonly #exitCode: Promise<number>
  #exit: (code: number) => void = () => {}
  #stopping = false
  #workers: Workers | undefined
  #systemd: SystemdNotifier | undefined

  constructor(options: ServeOptions) {
    this.#options = options
    this.#exitCode = new Promise((resolve) => {
      this.#exit = resolve
    })
    this.#interrupts = new Interrupts((count, signal) => this.#interrupt(count, signal))
    this.#sink = openStandardOutput((error) => this.#loseOutput(error))
    this.#display = new Display(this.#sink, createRenderer(options), backlog)
  }

  async run(): Promise<number> {
    // First, so that all workers find the same certificate.
    const tls = await prepareServeTls(this.#options.tls)
    this.#interrupts.listen()
    process.on('SIGHUP', () => this.#hangUp())
    const workers = await this.#start()
    this.#workers = workers
    workers.on('exit', (exit) => this.#ended(exit))
    workers.on('listening', ({ slot, pid }) => {
      this.#tell({ event: 'worker', worker: slot, pid, state: 'listening' })
    })
    workers.on('crashLoop', ({ slot, failures }) => this.#reportLoop(slot, failures))
    const monitor = await this.#serveMetrics(workers)
    const { count, addresses } = workers.info()
    const where = { addresses: () => [...addresses] }
    const details = { metrics: monitor?.url, trust: tls?.trust }
    this.#tell({ ...listeningEvent(where, this.#options, details), workers: count })
    if (tls?.notice !== undefined) this.#display.insist({ event: 'notice', text: tls.notice })
    this.#systemd = notifySystemd(undefined, {
      onError: ({ code, message }) => this.#tell({ event: 'error', code, message }),
    })
    void this.#systemd.ready()
    const code = await this.#exitCode
    monitor?.monitor.close()
    await this.#display.flush(lastWords)
    await Promise.race([this.#systemd.flush(), delay(lastWords, undefined, { ref: false })])
    return code
  }

  async #start(): Promise<Workers> {
    const colour = wantsColour(process.stdout, process.env) && !this.#options.json
    const [, script = ''] = process.argv
    try {
      return await startWorkers({
        script,
        args: process.argv.slice(2),
        count: this.#options.workers,
        drain: this.#options.drain,
        signal: this.#force.signal,
        output: (lines, { error }) => this.#pass(lines, error),
        ...(colour ? { env: { FORCE_COLOR: '1' } } : {}),
      })
    } catch (error) {
      throw explain(error)
    }
  }

  /** Lines of a worker: it is not read while they cannot be written. */
  async #pass(lines: Uint8Array, error: boolean): Promise<void> {
    if (error) process.stderr.write(lines)
    else this.#sink.write(lines)
    if (this.#sink.queued > backlog) await this.#sink.drained()
  }

  async #serveMetrics(workers: Workers): Promise<{ monitor: Monitor; url: string } | undefined> {
    const { metrics } = this.#options
    if (metrics === undefined) return undefined
    const monitor = new Monitor(watchWorkers(workers))
    try {
      return { monitor, url: await monitor.listen(metrics) }
    } catch (error) {
      await workers.close({ drain: 0 })
      throw error
    }
  }

  #tell(event: ServerEvent): void {
    if (this.#options.quiet && !loudEvents.has(event.event)) return
    this.#display.show(event)
  }

  #ended({ slot, pid, code, signal, failure, expected, restartIn }: WorkerExit): void {
    const event: ServerEvent = {
      event: 'worker',
      worker: slot,
      pid,
      state: expected ? 'ended' : 'crashed',
      code: signal ?? code,
      ...(failure === undefined || expected ? {} : { message: failure.message }),
      ...(restartIn === undefined ? {} : { restartIn: Math.ceil(restartIn) }),
    }
    // A crash is shown to those who want to see nothing else, too.
    if (expected) this.#tell(event)
    else this.#display.insist(event)
  }

  #reportLoop(worker: number, failures: number): void {
    const message = `worker ${worker} ended ${failures} times in a row; it is tried again and again, at most every 30 s`
    this.#tell({ event: 'error', code: 'HAWSER_WORKER_FAILED', message })
  }

  /** Reload; but when the terminal is gone, end as others do. */
  #hangUp(): void {
    if (this.#workers === undefined || this.#stopping) return
    if (process.stdout.isTTY && !hasTerminal()) void this.#drain('SIGTERM')
    else void this.#reload(this.#workers)
  }

  async #reload(workers: Workers): Promise<void> {
    void this.#systemd?.reloading()
    try {
      const { replaced, drained, forced } = await workers.reload()
      const text = `reloaded: ${replaced} workers replaced, ${drained} connections drained, ${forced} forced`
      this.#tell({ event: 'notice', text })
    } catch (error) {
      if (this.#stopping) return
      const { line } = describeFailure(error)
      const message = `${line.replace(/^hawser: /, '')}; the reload ends here, and the old workers stay`
      this.#tell({ event: 'error', code: codeOf(error) ?? '', message })
    }
    void this.#systemd?.ready()
  }

  #interrupt(count: number, signal: EndSignal): void {
    if (count === 1) void this.#drain(signal)
    else if (count === 2) this.#force.abort()
    else this.#exit(signalExitCodes[signal])
  }

  async #drain(signal: EndSignal): Promise<void> {
    this.#stopping = true
    // Still starting: that is broken off, and `startWorkers` says so.
    if (this.#workers === undefined) {
      this.#force.abort()
      return
    }
    void this.#systemd?.stopping()
    const { drain } = this.#options
    const result = await this.#workers.close({ drain, signal: this.#force.signal })
    const { drained, forced, killed } = result
    if (!this.#options.quiet) this.#display.insist({ event: 'stopped', drained, forced, killed })
    this.#exit(this.#force.signal.aborted ? signalExitCodes[signal] : exitOk)
  }

  /** The reader of our output has gone, as `head` does when it has seen enough: so do we. */
  #loseOutput(error: NodeJS.ErrnoException): void {
    if (this.#stopping) return
    this.#stopping = true
    const silent = error.code === 'EPIPE' || error.code === 'EIO'
    if (!silent) {
      process.stderr.write(`hawser: stdout: ${error.message}: make room, or write elsewhere\n`)
    }
    void this.#workers?.close({ drain: 0 }).finally(() => this.#exit(silent ? exitOk : exitNetwork))
  }
}

/** A worker has said what is wrong in the words of the command: nothing is put in front of it. */
function explain(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  if (codeOf(error) !== 'HAWSER_WORKER_FAILED' || typeof message !== 'string') return error
  const isUsage = code === 'HAWSER_INVALID_OPTION' || code === 'HAWSER_INVALID_ENDPOINT'
  const [what = '', ...remedy] = message.split(': ')
  return isUsage
    ? new UsageError(what, remedy.join(': '))
    : new CommandError(what, remedy.join(': '))
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
