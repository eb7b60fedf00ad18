import type { Backplane } from 'hawser'
import type { MetricsPages } from 'hawser/metrics'
import { notifySystemd, type SystemdNotifier } from 'hawser/systemd'
import { codeOf, describeFailure } from '../failure.js'
import { loadFraming, type WireFraming } from '../wire/load-framing.js'
import { openTrafficLog } from '../wire/traffic-log.js'
import type { ServerEvent } from '../output/events.js'
import { Foreground, type Service } from '../foreground/foreground.js'
import { type Listeners, terminatorOf } from '../foreground/typing.js'
import { hangUpExitCode } from '../input/interrupts.js'
import { listeningEvent } from './hints.js'
import { Host } from './host.js'
import { joinNats } from './join-nats.js'
import { loadMasking, type Masking } from './masking.js'
import type { ServeOptions } from './options.js'
import type { ServedPage, ServePage } from './page.js'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import type { PreparedTls } from '../certificate/prepared-tls.js'

/**
 * Run a server until it is asked to stop.
 *
 * @param servePage serves the page of `--page`
 * @returns the exit code
 */
export async function serve(options: ServeOptions, servePage: ServePage): Promise<number> {
  if (options.workers !== undefined) {
    const { serveWorkers } = await import('./workers/serve-workers.js')
    return serveWorkers(options)
  }
  const framing = await loadFraming(options.framing, options)
  const tls = await prepareServeTls(options.tls)
  const masking = await loadMasking(options)
  const nats = await joinNats(options.nats)
  try {
    return await new ServeCommand(options, { framing, tls, masking, nats }).run(servePage)
  } finally {
    // A server that never listened has not closed it, and it would keep the process alive.
    await nats?.close()
  }
}

/** What the command was made ready with. */
interface Prepared {
  readonly framing: WireFraming
  readonly tls: PreparedTls | undefined
  readonly masking: Masking
  readonly nats: Backplane | undefined
}

class ServeCommand {
  readonly #options: ServeOptions
  readonly #tls: PreparedTls | undefined
  readonly #masking: Masking
  readonly #host: Host
  readonly #foreground: Foreground
  #metrics: MetricsPages | undefined
  #systemd: SystemdNotifier | undefined
  #page: ServedPage | undefined

  constructor(options: ServeOptions, { framing, tls, masking, nats }: Prepared) {
    this.#options = options
    this.#tls = tls
    this.#masking = masking
    this.#foreground = new Foreground(options, () => this.#service(), {
      listeners: () => this.#service(),
      terminator: terminatorOf(options.framing, options.crlf),
      escapes: options.escapes,
      empty: () => this.#sayLink(),
    })
    const tell = masking.around((event) => this.#tell(event))
    this.#host = new Host(options, framing, tls?.options, tell, nats)
  }

  async run(servePage: ServePage): Promise<number> {
    // First, so that no client is let in by a command that then ends.
    const metrics = await this.#serveMetrics(this.#options.metrics)
    this.#systemd = notifySystemd(this.#host.server, {
      onError: ({ code, message }) => this.#tell({ event: 'error', code, message }),
    })
    await this.#logTraffic(servePage)
    await this.#host.listen()
    this.#foreground.listen()
    // In a terminal it says that the terminal is gone, and ends the command as it ends others.
    if (!this.#foreground.isInteractive) process.on('SIGHUP', () => this.#readAgain())
    else if (this.#page !== undefined) process.once('SIGHUP', () => this.#hangUp())
    const trust = this.#tls?.trust
    const page = this.#page?.link()
    this.#tell(listeningEvent(this.#host.server, this.#options, { metrics, page, trust }))
    const notice = this.#tls?.notice
    if (notice !== undefined) this.#foreground.display.insist({ event: 'notice', text: notice })
    await this.#foreground.read()
    return this.#foreground.end(async () => {
      await this.#page?.close()
      await this.#metrics?.close()
      await this.#systemd?.flush()
    })
  }

  /** A page looks at the log, so that with one there always is a log. */
  async #logTraffic(servePage: ServePage): Promise<void> {
    const { log, page } = this.#options
    const { server } = this.#host
    if (page !== undefined) {
      this.#page = await servePage(server, this.#options, (text) => {
        this.#foreground.display.insist({ event: 'notice', text })
      })
      return
    }
    const logTarget = await openTrafficLog(log, this.#masking.rules, ({ code, message }) => {
      this.#tell({ event: 'error', code, message })
    })
    logTarget(server)
  }

  /** Enter on an empty line asks for a fresh link. */
  #sayLink(): void {
    if (this.#page === undefined) return
    this.#foreground.display.insist({ event: 'notice', text: `page on ${this.#page.link()}` })
  }

  #service(): Service & Listeners {
    const host = this.#host
    return {
      get open() {
        return host.count
      },
      occupied: () => host.occupied(),
      send: (bytes, to) => host.send(bytes, to),
      close: (how) => host.server.close(how),
    }
  }

  /** @returns the URL of the metrics, if they are served */
  async #serveMetrics(endpoint: string | undefined): Promise<string | undefined> {
    if (endpoint === undefined) return undefined
    const { serveMetrics } = await import('hawser/metrics')
    this.#metrics = await serveMetrics(endpoint, this.#host.server)
    return this.#metrics.url
  }

  /** A page has a log, which is perhaps to be deleted. */
  #hangUp(): void {
    const closed = this.#page?.close() ?? Promise.resolve()
    void closed.then(() => process.exit(hangUpExitCode))
  }

  /** Certificates, and lists of addresses that are kept in files. */
  #readAgain(): void {
    if (this.#foreground.isStopping) return
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
        const said = describeFailure(error).message
        const message = `${said}; what was read before stays in use`
        this.#tell({ event: 'error', code: codeOf(error) ?? '', message })
      }
    }
    void this.#systemd?.ready()
  }

  #tell(event: ServerEvent): void {
    this.#foreground.tell(event)
  }
}
