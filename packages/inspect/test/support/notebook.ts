import {
  guessProtocol,
  type SeenClose,
  type SeenConnection,
  type SeenThread,
} from '../../src/index.js'

/** A connection of a watched program, whole. */
export interface Traffic {
  readonly connection: SeenConnection
  readonly in: Buffer
  readonly out: Buffer
  /** The bytes that were the plain text of TLS. */
  readonly secret: number
  /** Undefined as long as it is open. */
  readonly close: SeenClose | undefined
  /** What `guessProtocol` says of it. */
  readonly protocol: string | undefined
}

/** Writes down what an inspection says. */
export class Notebook {
  readonly threads: SeenThread[] = []
  readonly troubles: string[] = []
  readonly #open = new Map<SeenConnection, Page>()

  get traffic(): Traffic[] {
    return [...this.#open].map(([connection, page]) => {
      const [incoming, outgoing] = [Buffer.concat(page.in), Buffer.concat(page.out)]
      const isClient = connection.role === 'connect'
      const protocol = guessProtocol({
        client: isClient ? outgoing : incoming,
        server: isClient ? incoming : outgoing,
        port: Number((isClient ? connection.remote : connection.local)?.split(':').at(-1)),
      })
      const { secret, close } = page
      return { connection, in: incoming, out: outgoing, secret, close, protocol }
    })
  }

  thread(thread: SeenThread): void {
    this.threads.push(thread)
  }

  threadEnded(): void {}

  open(connection: SeenConnection): void {
    this.#open.set(connection, { in: [], out: [], secret: 0, close: undefined })
  }

  bytes(
    connection: SeenConnection,
    { direction, bytes, isTls }: { direction: 'in' | 'out'; bytes: Uint8Array; isTls: boolean },
  ): void {
    const page = this.#open.get(connection)!
    page[direction].push(Buffer.from(bytes))
    if (isTls) page.secret += bytes.length
  }

  event(): void {}

  missed(): void {
    this.troubles.push('some of it did not arrive')
  }

  close(connection: SeenConnection, close: SeenClose): void {
    this.#open.get(connection)!.close = close
  }

  trouble(text: string): void {
    this.troubles.push(text)
  }
}

interface Page {
  readonly in: Buffer[]
  readonly out: Buffer[]
  secret: number
  close: SeenClose | undefined
}
