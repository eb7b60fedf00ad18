import cluster from 'node:cluster'
import { joinWorkers, type WorkerContext, workersBackplane } from 'hawser/workers'
import { codeOf, describeFailure, exitUsage } from '../../failure.js'
import { Display } from '../../output/display.js'
import type { ServerEvent } from '../../output/events.js'
import { openStandardOutput } from '../../output/sinks/standard.js'
import { Duty } from './duty.js'
import { Host } from '../host.js'
import { joinNats } from '../join-nats.js'
import { loadMasking } from '../masking.js'
import type { ServeOptions } from '../options.js'
import { columnsVariable } from './orders.js'
import { loadFraming } from '../../wire/load-framing.js'
import { prepareServeTls } from '../../certificate/prepare-tls.js'
import { createRenderer } from '../../foreground/renderer.js'

/** Bytes of output that may wait for the primary; above that, events are counted and not shown. */
const backlog = 8 * 1024 * 1024
const lastWords = 1000
/** That of errors of the command line which have none of the library's. */
const usageCode = 'HAWSER_INVALID_OPTION'

/** One of several processes of `hawser serve`: it serves and shows, and the primary does the rest. */
export class ServeWorker {
  readonly #options: ServeOptions
  readonly #worker: WorkerContext
  readonly #display: Display
  readonly #duty = new Duty((columns) => {
    this.#columns = columns
  })
  #columns = Number(process.env[columnsVariable] ?? Infinity)

  constructor(options: ServeOptions, worker: WorkerContext) {
    this.#options = options
    this.#worker = worker
    // Without a reader there is no primary either, and that ends this process in order.
    const sink = openStandardOutput(() => {})
    const shown = { worker: cluster.worker?.id ?? worker.slot, width: () => this.#columns }
    this.#display = new Display(sink, createRenderer(options, shown), backlog)
  }

  /** @returns never fulfils once it serves: the library ends the process */
  async run(): Promise<number> {
    try {
      await this.#serve()
    } catch (error) {
      const { message, exitCode } = describeFailure(error)
      // The primary says it, once for all.
      const code = codeOf(error) ?? (exitCode === exitUsage ? usageCode : undefined)
      await this.#worker.report(Object.assign(new Error(message), { code }))
      return exitCode
    }
    return new Promise<number>(() => {})
  }

  async #serve(): Promise<void> {
    const framing = await loadFraming(this.#options.framing, this.#options)
    const tls = await prepareServeTls(this.#options.tls)
    const tell = (event: ServerEvent): void => {
      if (event.event === 'connected' || event.event === 'closed') this.#duty.changed()
      if (this.#options.quiet && event.event !== 'error') return
      this.#display.show(event)
    }
    const masking = await loadMasking(this.#options)
    // Over NATS this machine's workers reach each other as well.
    const backplane = (await joinNats(this.#options.nats)) ?? workersBackplane()
    const host = new Host(this.#options, framing, tls?.options, masking.around(tell), backplane)
    this.#duty.serve(host)
    joinWorkers(host.server, { leave: () => this.#display.flush(lastWords) })
    await host.listen()
  }
}
