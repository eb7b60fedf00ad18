import {
  type Connection,
  createServer,
  formatEndpoint,
  type Server,
  type TlsServerOptions,
} from 'hawser'
import { sayError } from '../failure.js'
import { patient, type Stage } from './stage.js'
import { UpcomingConnections } from './upcoming.js'

/** What is told of a server that plays a log. */
export interface ServingAudience {
  listening(endpoints: readonly string[]): void
  /** Something that happened, and is no difference. */
  notice(text: string): void
}

/**
 * Serve clients from a log: a client gets the first of the connections that wait whose client began with the
 * same bytes; or else, or where the server spoke first, the one that began first.
 */
export class AsServer {
  readonly #stage: Stage
  readonly #audience: ServingAudience
  readonly #only: number | undefined
  readonly #server: Server
  #upcoming: UpcomingConnections | undefined
  #last: Promise<unknown> = Promise.resolve()
  #playing = 0
  #served = 0
  #rounds: number
  #finish: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(
    stage: Stage,
    audience: ServingAudience,
    settings: {
      only: number | undefined
      rounds: number
      maxConnections: number
      tls: TlsServerOptions | undefined
    },
  ) {
    this.#stage = stage
    this.#audience = audience
    this.#only = settings.only
    this.#rounds = settings.rounds
    this.#server = createServer(
      {
        ...patient,
        maxConnections: settings.maxConnections,
        tls: settings.tls,
        atLimit: 'pause',
        onError: (error, client) => {
          if (client === undefined) audience.notice(sayError(error))
        },
      },
      (client) => this.#serve(client),
    )
  }

  /** For what watches it: it is ours to start and to end. */
  get server(): Server {
    return this.#server
  }

  /**
   * Serve until all were played.
   *
   * @returns how many there were; rejects with what the library says when it cannot listen, or when the log is
   *   damaged
   */
  async run(listen: string): Promise<number> {
    await this.#withNext(() => undefined)
    if (this.#isOver) return this.#served
    await this.#server.listen(listen)
    this.#audience.listening(this.#server.addresses().map((address) => formatEndpoint(address)))
    const { signal } = this.#stage
    try {
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve
        this.#fail = reject
        signal.addEventListener('abort', () => resolve())
        if (signal.aborted) resolve()
      })
    } finally {
      await this.#server.close({ drain: 0 })
    }
    return this.#served
  }

  /**
   * Read ahead, begin the log again when all of it was served and it is to be, and look at what there is then: one
   * client after the other, as many that come at once would take more than was read.
   */
  #withNext<Result>(look: (upcoming: UpcomingConnections) => Result): Promise<Result> {
    const looked = this.#last.then(async () => {
      let upcoming = this.#upcoming
      if (upcoming === undefined || (upcoming.isEmpty && this.#rounds > 0)) {
        this.#rounds -= 1
        upcoming = new UpcomingConnections(this.#stage, this.#only)
        this.#upcoming = upcoming
      }
      await upcoming.fill()
      return look(upcoming)
    })
    this.#last = looked.catch(() => undefined)
    return looked
  }

  get #isOver(): boolean {
    if (this.#playing > 0 || this.#upcoming?.isEmpty !== true) return false
    return this.#rounds === 0 || this.#served === 0
  }

  async #serve(client: Connection): Promise<void> {
    this.#playing += 1
    try {
      const isForSpeaker = await this.#withNext((upcoming) => upcoming.isForSpeaker)
      const first = isForSpeaker ? await this.#hear(client) : undefined
      if (first === undefined && client.phase !== 'open') {
        this.#audience.notice('a client came, and left without a word')
        return
      }
      const start = await this.#withNext((upcoming) => upcoming.take(first))
      if (start === undefined) {
        this.#audience.notice('a client came, and all connections of the log were served: reset')
        client.reset()
        return
      }
      this.#served += 1
      await this.#stage.play(start, client, first)
    } catch (error) {
      this.#fail(error as Error)
    } finally {
      this.#playing -= 1
      if (this.#isOver) this.#finish()
    }
  }

  /** What it says first; undefined when it ends, or waits for us to begin. */
  async #hear(client: Connection): Promise<Uint8Array | undefined> {
    const { signal, wait } = this.#stage
    try {
      return await client.receive({ timeout: wait, signal })
    } catch {
      return undefined
    }
  }
}
