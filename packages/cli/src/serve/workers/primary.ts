import { closeSync, openSync } from 'node:fs'
import { type MetricsPages, serveMetrics } from 'hawser/metrics'
import { notifySystemd, type SystemdNotifier } from 'hawser/systemd'
import { startWorkers, type WorkerExit, type Workers } from 'hawser/workers'
import { CommandError, codeOf, describeFailure, UsageError } from '../../failure.js'
import { wantsColour } from '../../output/colours.js'
import type { ServerEvent } from '../../output/events.js'
import { plural } from '../../output/numbers.js'
import { outputWidth } from '../../output/sinks/standard.js'
import { Crew } from './crew.js'
import { Foreground, type Service } from '../../foreground/foreground.js'
import { type Listeners, terminatorOf } from '../../foreground/typing.js'
import { listeningEvent } from '../hints.js'
import type { ServeOptions } from '../options.js'
import { columnsVariable } from './orders.js'
import { prepareServeTls } from '../../certificate/prepare-tls.js'

/** Bytes of workers' output that may wait to be written; above that, they wait. */
const backlog = 256 * 1024

/** The process that starts the workers of `hawser serve`, watches them, and ends them. */
export class ServePrimary {
  readonly #options: ServeOptions
  readonly #crew = new Crew()
  readonly #foreground: Foreground
  /** Fulfils when it was said where they listen: what they show comes below that. */
  readonly #introduced: Promise<void>
  readonly #starting = new AbortController()
  #introduce: () => void = () => {}
  #workers: Workers | undefined
  #systemd: SystemdNotifier | undefined

  constructor(options: ServeOptions) {
    this.#options = options
    this.#foreground = new Foreground(options, () => this.#service(), {
      listeners: () => this.#service(),
      terminator: terminatorOf(options.framing, options.crlf),
      escapes: options.escapes,
    })
    this.#introduced = new Promise((resolve) => {
      this.#introduce = resolve
    })
  }

  async run(): Promise<number> {
    // First, so that all workers find the same certificate.
    const tls = await prepareServeTls(this.#options.tls)
    this.#foreground.listen()
    process.on('SIGHUP', () => this.#hangUp())
    process.stdout.on('resize', () => this.#crew.resize(outputWidth()))
    const workers = await this.#start()
    this.#workers = workers
    workers.on('exit', (exit) => this.#ended(exit))
    workers.on('listening', ({ slot, pid }) => {
      const worker = this.#crew.numberOf(pid)
      this.#tell({ event: 'worker', worker, slot, pid, state: 'listening' })
    })
    workers.on('crashLoop', ({ slot, failures }) => this.#reportLoop(slot, failures))
    const metrics = await this.#serveMetrics(workers)
    const { count, addresses } = workers.info()
    const where = { addresses: () => [...addresses] }
    const details = { metrics: metrics?.url, trust: tls?.trust }
    this.#tell({ ...listeningEvent(where, this.#options, details), workers: count })
    if (tls?.notice !== undefined) {
      this.#foreground.display.insist({ event: 'notice', text: tls.notice })
    }
    this.#systemd = notifySystemd(undefined, {
      onError: ({ code, message }) => this.#tell({ event: 'error', code, message }),
    })
    void this.#systemd.ready()
    await this.#foreground.read()
    this.#introduce()
    return this.#foreground.end(async () => {
      await metrics?.close()
      await this.#systemd?.flush()
    })
  }

  #service(): Service & Listeners {
    const crew = this.#crew
    return {
      get open() {
        return crew.isOccupied ? undefined : 0
      },
      occupied: () => crew.occupied(),
      send: (bytes, to) => crew.send(bytes, to),
      close: async (how) => {
        // Still starting: that is broken off, and `startWorkers` says so.
        const workers = this.#workers
        if (workers === undefined) return this.#breakOff()
        void this.#systemd?.stopping()
        const { drained, forced, killed } = await workers.close(how)
        return { drained, forced, killed }
      },
    }
  }

  #breakOff(): Promise<never> {
    this.#starting.abort()
    return new Promise(() => {})
  }

  async #start(): Promise<Workers> {
    const colour = wantsColour(process.stdout, process.env) && !this.#options.json
    const columns = outputWidth()
    const [, script = ''] = process.argv
    try {
      return await startWorkers({
        script,
        args: process.argv.slice(2),
        count: this.#options.workers,
        drain: this.#options.drain,
        signal: this.#starting.signal,
        output: (lines, { error }) => this.#pass(lines, error),
        env: {
          ...(colour ? { FORCE_COLOR: '1' } : {}),
          ...(columns === Infinity ? {} : { [columnsVariable]: String(columns) }),
        },
      })
    } catch (error) {
      throw explain(error)
    }
  }

  /** Lines of a worker: it is not read while they cannot be written. */
  async #pass(lines: Uint8Array, error: boolean): Promise<void> {
    if (error) {
      process.stderr.write(lines)
      return
    }
    await this.#introduced
    const { sink } = this.#foreground
    sink.write(lines)
    if (sink.queued > backlog) await sink.drained()
  }

  async #serveMetrics(workers: Workers): Promise<MetricsPages | undefined> {
    const { metrics } = this.#options
    if (metrics === undefined) return undefined
    try {
      return await serveMetrics(metrics, workers)
    } catch (error) {
      await workers.close({ drain: 0 })
      throw error
    }
  }

  #tell(event: ServerEvent): void {
    this.#foreground.tell(event)
  }

  #ended({ slot, pid, code, signal, failure, expected, restartIn }: WorkerExit): void {
    const event: ServerEvent = {
      event: 'worker',
      worker: this.#crew.numberOf(pid),
      slot,
      pid,
      state: expected ? 'ended' : 'crashed',
      code: signal ?? code,
      ...(failure === undefined || expected ? {} : { message: failure.message }),
      ...(restartIn === undefined ? {} : { restartIn: Math.ceil(restartIn) }),
    }
    // A crash is shown to those who want to see nothing else, too.
    if (expected) this.#tell(event)
    else this.#foreground.display.insist(event)
  }

  #reportLoop(slot: number, failures: number): void {
    const message = `${failures} workers in a row ended in place ${slot}; it is tried again and again, at most every 30 s`
    this.#tell({ event: 'error', code: 'HAWSER_WORKER_FAILED', message })
  }

  /** Reload; but when the terminal is gone, end as others do. */
  #hangUp(): void {
    if (this.#workers === undefined || this.#foreground.isStopping) return
    if (process.stdout.isTTY && !hasTerminal()) void this.#foreground.stop('SIGTERM')
    else void this.#reload(this.#workers)
  }

  async #reload(workers: Workers): Promise<void> {
    void this.#systemd?.reloading()
    try {
      const { replaced, drained, forced } = await workers.reload()
      const text = `reloaded: ${plural(replaced, 'worker')} replaced, ${plural(drained, 'connection')} drained, ${forced} forced`
      this.#tell({ event: 'notice', text })
    } catch (error) {
      if (this.#foreground.isStopping) return
      const said = describeFailure(error).message
      const message = `${said}; the reload ends here, and the old workers stay`
      this.#tell({ event: 'error', code: codeOf(error) ?? '', message })
    }
    void this.#systemd?.ready()
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
